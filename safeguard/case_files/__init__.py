"""Case files: a case as PDF, CSV and JSON in one signed zip, and the check of such a file."""
