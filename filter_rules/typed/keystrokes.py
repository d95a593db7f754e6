"""Put together what is sent letter by letter while a person types, so that it is judged once.

A form that goes on from the one before, or takes back its end, is of the same typing; so is one
that shares most of it. A typing ends when nothing follows for a while, when something else is
begun, or when the whole is sent. Told is its last form, and what was typed and taken back again:
that may say more than what was sent. All state is in the Typings that the caller holds, and
bounded; the caller says who types and when.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from operator import eq

PAUSE = 10.0  # seconds after which a typing has ended
MOST_OPEN = 2_048  # typings at once; the oldest ends
MOST_TAKEN_BACK = 3  # kept of one typing, longest first
LONGEST_FORM = 2_000  # characters
FEWEST_SHARED = 3  # characters that two forms of one typing have in common

type Key = tuple[str, str]  # who types, and where


@dataclass(frozen=True, slots=True)
class Ended:
    """What one person typed at one site: the last form, and what was taken back."""

    who: str
    site: str
    words: str
    taken_back: tuple[str, ...] = ()


@dataclass(slots=True)
class _Open:
    words: str
    at: float
    peak: str
    taken_back: list[str] = field(default_factory=list)


def _never(_words: str) -> bool:
    return False


class Typings:
    """The typings that go on. `telling`: whether words that were taken back are to be told."""

    def __init__(self, telling: Callable[[str], bool] = _never, pause: float = PAUSE) -> None:
        self._telling = telling
        self._pause = pause
        self._open: OrderedDict[Key, _Open] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, who: str, site: str, at: float, words: str) -> tuple[Ended, ...]:
        """Take up one form; return the typings that it ends."""
        words = words[:LONGEST_FORM].strip()
        ended = list(self.due(at))
        known = self._open.get((who, site))
        if known and not _is_same(known.words, words):
            ended.append(self._end((who, site)))
            known = None
        if known:
            _go_on(known, words, at)
            self._open.move_to_end((who, site))
        elif words:
            self._open[who, site] = _Open(words, at, words)
        if len(self._open) > MOST_OPEN:
            ended.append(self._end(next(iter(self._open))))
        return tuple(ended)

    def sent(self, who: str, site: str, words: str) -> tuple[str, ...]:
        """The whole was sent, and is judged by itself: end the typing, and tell what it hides."""
        if (who, site) not in self._open:
            return ()
        ended = self._end((who, site))
        forms = (ended.words, *ended.taken_back)
        return tuple(form for form in forms if self._hides(form, words))

    def due(self, at: float) -> Iterator[Ended]:
        """Yield the typings that nothing has followed for a while, oldest first."""
        while self._open:
            key, oldest = next(iter(self._open.items()))
            if 0 <= at - oldest.at < self._pause:
                return
            yield self._end(key)

    def _end(self, key: Key) -> Ended:
        known = self._open.pop(key)
        _take_back(known)
        kept = [form for form in known.taken_back if self._hides(form, known.words)]
        return Ended(*key, known.words, tuple(kept))

    def _hides(self, form: str, words: str) -> bool:
        """Whether a form says what the words do not."""
        if words.casefold().startswith(form.casefold()):
            return False
        return len(form) > len(words) or self._telling(form)


def _go_on(known: _Open, words: str, at: float) -> None:
    known.at = at
    known.words = words
    if words.startswith(known.peak):
        known.peak = words
    elif not known.peak.startswith(words):  # something else is typed where the end was taken back
        _take_back(known)
        known.peak = words


def _take_back(known: _Open) -> None:
    """Keep the longest form, unless the words hold it."""
    if not known.words.startswith(known.peak) and known.peak not in known.taken_back:
        known.taken_back.append(known.peak)
        known.taken_back.sort(key=len, reverse=True)
        del known.taken_back[MOST_TAKEN_BACK:]


def _is_same(before: str, now: str) -> bool:
    """Whether both are of one typing."""
    if before.startswith(now) or now.startswith(before):
        return True
    shared: int = sum(takewhile(bool, map(eq, before, now)))
    return shared >= max(FEWEST_SHARED, min(len(before), len(now)) // 2)
