"""What stops a command: unusable input, said in one sentence with its mend."""


class UnusableError(Exception):
    """Something a person must mend before we can go on: what is wrong, where, what to do.

    The command line prints the sentence and exits with status 2; no traceback is shown.
    """
