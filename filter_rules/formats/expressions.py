"""The one syntax of regular expressions: that of RE2, which takes time in step with the text.

A pattern that could take for ever is thereby refused before it is in force. Capitals mean
nothing, unless a pattern says so itself with `(?-i:…)`.
"""

from collections.abc import Sequence

import re2

_AT_ONCE = 100


class Together:
    """Expressions that are asked together: one search tells whether any of a hundred matches.

    RE2 has sets of expressions, but they answer "none" where they run out of memory.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._batches = [
            _Batch(patterns[start : start + _AT_ONCE], start)
            for start in range(0, len(patterns), _AT_ONCE)
        ]

    def found(self, text: str) -> list[int]:
        """Return the place of every expression that matches somewhere in the text."""
        encoded = text.encode()
        return [
            place
            for batch in self._batches
            if batch.any.search(encoded)
            for place, expression in batch.each
            if expression.search(encoded)
        ]


class _Batch:
    def __init__(self, patterns: Sequence[str], start: int) -> None:
        self.each = list(enumerate(map(compiled, patterns), start))
        try:
            self.any = compiled("|".join(f"(?:{pattern})" for pattern in patterns))
        except re2.error:  # together they are too large: then each is tried
            self.any = compiled("")


def compiled(pattern: str) -> "re2._Regexp":
    """Compile an expression for encoded text; raises `re2.error` where RE2 refuses it."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return re2.compile(pattern.encode(), options=options)


def refusal_of(pattern: str) -> str:
    """Say why RE2 refuses an expression; empty where it does not."""
    try:
        compiled(pattern)
    except UnicodeEncodeError:
        return "it is no text"
    except re2.error as error:
        return bytes(error.args[0]).decode(errors="replace")
    return ""
