"""Read what is said in messages both ways: over a WebSocket, and in a stream of events.

What the pupil sent was typed; what came back was shown, and its pieces are put together again:
machines answer a few letters at a time. One message is given at a time, or a whole stream of
events; nothing is remembered between two.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from filter_rules.typed.bodies import (
    MOST_BYTES,
    MOST_CHARACTERS,
    Tree,
    anything_typed,
    named_in,
)
from filter_rules.typed.leaves import at, may_be_json, parsed, strings
from filter_rules.typed.sites import Known, site_of
from filter_rules.typed.words import Typed
from filter_rules.types import Kind
from filter_rules.urls import Url

MOST_FRAMES = 2_000  # of one message
# socket.io and engine.io write numbers before the JSON; SignalR writes this sign after it.
_NUMBERED = re.compile(r"\d{1,9}-?(?:/[\w-]*,)?\d{0,9}(?=[\[{])")
BIT = 40  # characters: what is shorter goes on where the last bit ended
_SHOWN_UNDER = frozenset(
    [
        "answer",
        "body",
        "caption",
        "comment",
        "completion",
        "content",
        "delta",
        "description",
        "generated_text",
        "message",
        "msg",
        "output",
        "output_text",
        "part",
        "parts",
        "reply",
        "response",
        "say",
        "text",
        "title",
        "token",
        "v",
        "value",
    ]
)
_END = "\x1e"
_EVENT = re.compile(r"(?m)^data:[ ]?(.*)$")
_IS_EVENTS = re.compile(r"\A\s*(?:event|data|id|retry|):")
_IRC = re.compile(r"(?m)^(?:@\S+ )?(?::\S+ )?PRIVMSG \S+ :(.*?)\r?$")
_PULSE = frozenset({"", "1", "2", "3", "ping", "pong", "PING", "PONG", "[DONE]", "h", "o"})


def typed_in_message(url: Url, message: str | bytes, *, from_pupil: bool) -> tuple[Typed, ...]:
    """Return what one message says: typed words, or what was shown as one text."""
    text = _text(message)
    frames = [frame for frame in islice(_frames(text), MOST_FRAMES) if frame.strip() not in _PULSE]
    values = [_value(frame) for frame in frames]
    known = site_of(url.host)
    if from_pupil:
        return tuple(one for value in values for one in _typed(known, url, value))
    name = known.site.name if known else url.host
    shown = _shown_where_known(known, values)
    if shown:
        return (Typed(shown[:MOST_CHARACTERS], Kind.PAGE, name),)
    words = _put_together(values)[:MOST_CHARACTERS]
    return (Typed(words, Kind.PAGE, name, certain=False),) if words else ()


def _text(message: str | bytes) -> str:
    if isinstance(message, bytes):
        return message[:MOST_BYTES].decode("utf-8", "replace")
    return message[:MOST_BYTES]


def _frames(text: str) -> Iterator[str]:
    """Yield the parts of a message that stand for themselves."""
    if "PRIVMSG" in text and _IRC.search(text):
        yield from (found[1] for found in _IRC.finditer(text))
    elif _IS_EVENTS.match(text):
        yield from (found[1] for found in _EVENT.finditer(text))
    elif _END in text:
        yield from text.split(_END, MOST_FRAMES)
    else:
        yield from _lines(text)


def _lines(text: str) -> Iterable[str]:
    """Return the lines of a text that has a JSON text on each, else the text."""
    lines = text.splitlines()[:MOST_FRAMES]
    several = len(lines) > 1 and all(map(_is_json, filter(None, lines)))
    return lines if several else (text,)


def _is_json(text: str) -> bool:
    return not isinstance(_value(text), str)


def _value(frame: str) -> object:
    numbered = _NUMBERED.match(frame)
    text = frame[numbered.end() :] if numbered else frame
    if not may_be_json(text):
        return frame
    try:
        return parsed(text)
    except ValueError:
        return text


def _typed(known: Known | None, url: Url, value: object) -> Iterable[Typed]:
    if known and (named := named_in(known, url, value)) is not None:
        return named
    # Who writes plain text to a socket writes nothing else: no field has to tell.
    plain = isinstance(value, str) and not may_be_json(value)
    found = anything_typed(Tree(value, by_form=plain), known.site.name if known else url.host)
    return (replace(one, certain=True) for one in found) if plain else found


def _put_together(values: Iterable[object]) -> str:
    """Return what stands under names that words to read stand under, in any site's messages."""
    said: list[str] = []
    for value in values:
        for leaf in strings(value):
            under = {name.lower() for name in leaf.names[-2:]}  # the last may be its own name
            if not under or under & _SHOWN_UNDER:
                if said and len(leaf.text) >= BIT:
                    said.append("\n")
                said.append(leaf.text)
    return "".join(said).strip("\n")


def _shown_where_known(known: Known | None, values: Iterable[object]) -> str:
    """Return what stands at the leaves of the site, put together as it came."""
    if known is None:
        return ""
    places = known.site.shown
    said = [text for value in values for place in places for text in at(value, place)]
    return "".join(said).strip()
