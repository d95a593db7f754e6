"""What a person typed: read from addresses, from what is sent to a site, and from messages."""
