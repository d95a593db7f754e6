"""Quote a text around a phrase, so that a person sees what was meant and no secret is shown."""

import re

AROUND = 60  # characters kept on each side
MASK = "•••"
MORE = "…"
_LONGEST_WORD = 30  # a cut goes to the edge of a word, if that is not further away than this
_LOOKED_AT = 256  # characters beyond the excerpt: a secret that it would cut is seen whole

_SECRETS = re.compile(
    r"(?P<told>\b(?:pass ?word|pass ?code|passwd|pwd|pin|secret|token|api[ _-]?key)\b"
    r"[\"']?(?:\s+is\b)?\s*[:=]?\s*[\"']?)(?P<secret>[^\s\"',;&]{3,200})"
    r"|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"  # an e-mail address
    r"|\d(?:[ .()/-]{0,2}\d){4,}"  # a telephone number, a card, a date of birth
    r"|\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{20,}",  # a key or a token
    re.IGNORECASE,
)
_ASSIGNED = re.compile(r"[:=]|\bis\b", re.IGNORECASE)


def excerpt(text: str, start: int, end: int) -> str:
    """Return what stands around these characters, to the edges of words, secrets masked."""
    first = _back(text, max(0, start - AROUND))
    last = _on(text, min(len(text), end + AROUND))
    from_, to = max(0, first - _LOOKED_AT), last + _LOOKED_AT
    masked = _without_secrets(text[from_:to], first - from_, last - from_)
    shown = " ".join(masked.split())
    return f"{MORE if first else ''}{shown}{MORE if last < len(text) else ''}"


def _back(text: str, at: int) -> int:
    """Return where the word begins that stands here."""
    begins = at
    while begins and not text[begins - 1].isspace():
        begins -= 1
        if at - begins > _LONGEST_WORD:
            return at
    return begins


def _on(text: str, at: int) -> int:
    """Return where the word ends that stands here."""
    ends = at
    while ends < len(text) and not text[ends].isspace():
        ends += 1
        if ends - at > _LONGEST_WORD:
            return at
    return ends


def _without_secrets(text: str, first: int, last: int) -> str:
    parts: list[str] = []
    at = first
    for start, end in _secrets(text):
        if end <= at or start >= last:
            continue
        parts += [text[at : max(at, start)], MASK]
        at = end
    parts.append(text[at:last] if at < last else "")
    return "".join(parts)


def _secrets(text: str) -> list[tuple[int, int]]:
    found = []
    for one in _SECRETS.finditer(text):
        if one["secret"] is None:
            found.append(one.span())
        elif _ASSIGNED.search(one["told"]):
            found.append(one.span("secret"))
    return found
