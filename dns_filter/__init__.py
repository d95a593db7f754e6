"""The DNS edge: a chain of steps from query to answer."""
