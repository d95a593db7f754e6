"""All that is kept about one person, as a zip that a person can read."""
