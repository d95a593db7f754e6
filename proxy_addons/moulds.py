"""Templates that are cut up once and filled often: `$name` stands for what is filled in."""

import re
from collections.abc import Callable

_PLACE = re.compile(r"\$([a-z]+)")


def mould(text: str) -> Callable[..., str]:
    """Return what fills the places of the text. Whoever fills them escapes what needs it."""
    parts = _PLACE.split(text)
    fixed, names = parts[::2], parts[1::2]

    def fill(**filling: str) -> str:
        filled = [fixed[0]]
        for name, after in zip(names, fixed[1:], strict=True):
            filled += (filling[name], after)
        return "".join(filled)

    return fill
