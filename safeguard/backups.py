"""Encrypted backups of all that is the school's own, and putting one back."""
