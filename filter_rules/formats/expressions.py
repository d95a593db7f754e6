"""The one syntax of regular expressions: that of RE2, which takes time in step with the text.

A pattern that could take for ever is thereby refused before it is in force.
"""

import re2


def compiled(pattern: str) -> "re2._Regexp":
    """Compile an expression, capitals or not; raises `re2.error` where RE2 refuses it."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return re2.compile(pattern, options=options)


def refusal_of(pattern: str) -> str:
    """Say why RE2 refuses an expression; empty where it does not."""
    try:
        compiled(pattern)
    except UnicodeEncodeError:
        return "it is no text"
    except re2.error as error:
        return bytes(error.args[0]).decode(errors="replace")
    return ""
