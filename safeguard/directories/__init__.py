"""Directories that know who is at the school: one module each, behind one protocol."""
