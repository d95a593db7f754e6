"""Find what imported phrase sets say of a text: inside words too, and all over a page.

A page is mostly made of the same words again, so an automaton runs over each word once and what
it holds is remembered; nothing of what was typed is. Only phrases of several words are looked
for in the text itself: they are rare, and to report is what takes the time. So 25,000 phrases
cost little more than one look-up for each different word of a page.

A set is weighed as e2guardian does: each phrase once, however often it stands there, against a
limit. A banned phrase reaches it alone, and an exception says that the set is silent.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ahocorasick

from filter_rules.formats.phrase_lists import ListedPhrase, ListKind, normal
from filter_rules.types import Finding, Kind, Match, Severity

LIMIT = 100.0  # of a set that names none
HEAVIEST_LIMIT = 100_000
WORD_WEIGHT = 30.0  # of a word from a list that weighs nothing
MOST_MATCHES = 20  # kept to explain a finding, heaviest first
MOST_REMEMBERED = 50_000  # words
LONGEST_REMEMBERED = 40  # characters of such a word
LONGEST_TEXT = 1_000_000  # characters; what stands beyond is not read
# The score at which a person would look at a text of that kind: a set's limit stands for it.
# As `normal` does, byte by byte, which is quicker; the end of a line becomes the mark.
_MARK = "~"
_PLAIN = bytes.maketrans(
    bytes(range(128)),
    "".join(_MARK if one == "\n" else normal(one) for one in map(chr, range(128))).encode(),
)
_LOOKED_AT = {Kind.PAGE: 15.0, Kind.SEARCH: 4.0, Kind.CHAT: 4.0}


@dataclass(frozen=True, slots=True)
class ImportedSet:
    """Phrases that a school took in from elsewhere, and the theme that they count for."""

    name: str
    title: str
    theme: str
    phrases: tuple[ListedPhrase, ...]
    limit: float = LIMIT
    most: Severity = Severity.MEDIUM

    def weight_of(self, phrase: ListedPhrase) -> float:
        match phrase.kind:
            case ListKind.WEIGHTED if phrase.percent:
                return phrase.weight * self.limit / 100
            case ListKind.WEIGHTED:
                return phrase.weight
            case ListKind.BANNED:
                return self.limit + 1
            case ListKind.WORDS:
                return WORD_WEIGHT
            case _:  # an exception: it lifts, and weighs nothing
                return 0.0


def record_of(one: ImportedSet) -> dict[str, Any]:
    """Return a set as it is kept: see `set_of`."""
    phrases = [
        [each.terms, each.kind, each.weight, each.percent, each.about] for each in one.phrases
    ]
    head = {"name": one.name, "title": one.title, "theme": one.theme}
    return head | {"limit": one.limit, "most": one.most.word, "phrases": phrases}


def set_of(record: Mapping[str, Any]) -> ImportedSet:
    """Return the set that a record holds. Raise ValueError, KeyError or TypeError if it is none."""
    return ImportedSet(
        record["name"],
        record["title"],
        record["theme"],
        tuple(
            ListedPhrase(tuple(terms), ListKind(kind), weight, percent, about)
            for terms, kind, weight, percent, about in record["phrases"]
        ),
        record["limit"],
        Severity[record["most"].upper()],
    )


def merged(found: Sequence[Finding], more: Sequence[Finding]) -> tuple[Finding, ...]:
    """Put findings of two kinds together, most severe first; of one theme they are one."""
    by_theme = {one.theme: one for one in found}
    for one in more:
        other = by_theme.get(one.theme)
        if other is not None:
            graver, milder = sorted((other, one), key=_gravity)
            both = (*graver.matches, *milder.matches)[:MOST_MATCHES]
            one = replace(graver, matches=both)  # noqa: PLW2901  now it is of both
        by_theme[one.theme] = one
    return tuple(sorted(by_theme.values(), key=_gravity))


def _gravity(one: Finding) -> tuple[int, float, str]:
    return -one.severity, -one.score, one.theme


type _Held = frozenset[int]  # numbers of terms that a word holds


class PhraseSets:
    """The imported sets that are on, ready to be looked for. Never changes after it is made."""

    def __init__(self, sets: Iterable[ImportedSet]) -> None:
        self._sets = tuple(sets)
        listed = [(one, phrase) for one in self._sets for phrase in one.phrases]
        self._listed = listed
        terms = list(dict.fromkeys(term for _, phrase in listed for term in phrase.terms))
        number = {term: place for place, term in enumerate(terms)}
        self._in_words, self._in_text = ahocorasick.Automaton(), ahocorasick.Automaton()
        for place, term in enumerate(terms):
            automaton = self._in_text if " " in term.strip() else self._in_words
            automaton.add_word(term, place)
        self._in_words.make_automaton()
        self._in_text.make_automaton()
        self._phrases_of: defaultdict[int, list[int]] = defaultdict(list)
        for place, (_, phrase) in enumerate(listed):
            self._phrases_of[number[phrase.terms[0]]].append(place)
        self._needed_terms = [tuple(number[term] for term in phrase.terms) for _, phrase in listed]
        self._remembered = _Words(self._in_words)

    def detect(self, text: str, kind: Kind) -> tuple[Finding, ...]:
        """Return what each set says of a text, one finding a theme and set."""
        if not self._listed:
            return ()
        found = self._found(_read(text[:LONGEST_TEXT]), kind)
        by_set: defaultdict[str, list[ListedPhrase]] = defaultdict(list)
        for place in found:
            one, phrase = self._listed[place]
            by_set[one.name].append(phrase)
        findings = (
            _finding(one, by_set[one.name], text, kind) for one in self._sets if one.name in by_set
        )
        return tuple(finding for finding in findings if finding is not None)

    def _found(self, read: list[str], kind: Kind) -> Iterator[int]:
        words = self._remembered if kind is Kind.PAGE else _Words(self._in_words)
        terms: set[int] = set().union(*map(words.__getitem__, set(read)))
        terms.update(place for _, place in _hits(self._in_text, " ".join(read)))
        for term in terms & self._phrases_of.keys():
            for place in self._phrases_of[term]:
                if terms.issuperset(self._needed_terms[place]):
                    yield place


class _Words(dict[str, _Held]):
    """Which terms of one word each word holds. When it is full it begins anew."""

    def __init__(self, automaton: "ahocorasick.Automaton") -> None:
        super().__init__()
        self._automaton = automaton

    def __missing__(self, word: str) -> _Held:
        held = frozenset(place for _, place in _hits(self._automaton, word))
        if len(word) <= LONGEST_REMEMBERED:
            if len(self) >= MOST_REMEMBERED:
                self.clear()
            self[word] = held
        return held


def _hits(automaton: "ahocorasick.Automaton", text: str) -> Iterable[tuple[int, int]]:
    """Say what an automaton finds in a text; one that holds nothing cannot be asked."""
    found: Iterable[tuple[int, int]] = automaton.iter(f" {text} ") if automaton else ()
    return found


def _read(text: str) -> list[str]:
    """The words of a text as phrases are compared, a mark between blocks that no phrase holds."""
    letters = text.lower().encode(errors="replace").translate(_PLAIN).replace(b"~", b" ~ ")
    return letters.decode().split()


def _finding(
    one: ImportedSet, phrases: Sequence[ListedPhrase], text: str, kind: Kind
) -> Finding | None:
    if any(phrase.kind is ListKind.EXCEPTION for phrase in phrases):
        return None
    heaviest: dict[tuple[str, ...], float] = {}
    for phrase in phrases:
        weight = one.weight_of(phrase)
        heaviest[phrase.terms] = max(weight, heaviest.get(phrase.terms, weight))
    total = sum(heaviest.values())
    if total <= 0:
        return None
    reached = Severity.MEDIUM if total > one.limit else Severity.LOW
    reached = one.most if reached is Severity.MEDIUM else min(reached, one.most)
    shown = sorted(heaviest, key=lambda terms: (-heaviest[terms], terms))[:MOST_MATCHES]
    return Finding(
        one.theme,
        reached,
        round(total / one.limit * _LOOKED_AT[kind], 2),
        tuple(_match(one, terms, heaviest[terms], text) for terms in shown),
    )


def _match(one: ImportedSet, terms: Sequence[str], weight: float, text: str) -> Match:
    """Quote the first term where it stands; the text is searched as it is, so it may be nowhere."""
    term = terms[0].strip()
    start = text.lower().find(term) if len(text.lower()) == len(text) else -1
    quote = text[start : start + len(term)] if start >= 0 else ""
    says = f"A phrase of the imported set “{one.title}”."
    where = max(start, 0)
    phrase = " + ".join(" ".join(term.split()) for term in terms)
    return Match(phrase, quote, weight, where, where + len(quote), says)
