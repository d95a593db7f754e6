"""Read themes: sets of phrases about one harm, in TOML that a safeguarding lead can read.

    name = "suicide"
    title = "Suicide"
    definition = "What a person says or asks who may be thinking of ending their life."
    family = "self-harm"          # themes that belong together in a report
    four_cs = "content"           # of KCSIE: content, contact, conduct or commerce
    most = "urgent"               # how severe a text can become by this theme alone
    floor = "high"                # how severe what is typed is at least by a floor phrase
    age_bands = ["secondary"]     # whom it matters for; everybody if not said
    unless = ["@lesson"]          # excuses every phrase below that is not firm

    [ages]
    primary = 1.5                 # the score of this group is multiplied so

    [groups]
    slang = 4                     # what all phrases of this group weigh together at most

    [contexts]
    lesson = ["essay", "(gcse|a level)"]

    [sets]
    means = ["rope"]              # what [[together]] speaks of
    plan = ["tonight"]

    [[phrase]]
    says = "Says that they want to end their life."
    any = ["[i] want to (die|end it all)"]
    weight = 10                   # in what is typed: 1 low, 4 medium, 7 high, 10 urgent
    near = ["tonight"]            # words near by that raise the weight ...
    raised = 12                   # ... to this
    lower_near = ["lyrics"]       # words near by that lower the weight ...
    lowered = 2                   # ... to this; to half if not said
    unless = ["of laughter"]      # words near by that excuse the phrase
    kinds = ["search", "chat"]    # where the phrase counts; everywhere if not said
    firm = true                   # the theme's excuses do not count
    floor = true                  # a floor phrase; so is every firm one that can be urgent alone
    group = "slang"
    once = true                   # counts once in a text, however often and however it is said

    [[together]]
    says = "Names a means and a time."
    all = ["@means", "@plan"]     # sets, all of which must be there ...
    within = 30                   # ... within so many words; anywhere in the text if not said
    weight = 7

`(a|b)` stands for either, `[a]` for a or nothing; both may be nested, and stand inside a word
(`kill[ing]`). `…` stands for up to four words of any kind, `…8` for up to eight. Phrases match
whole words; `suicid*` is every word that begins so, `*phobic` every word that ends so. What
cannot be used is a Problem with its line; the rest of the file still counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, repeat
from typing import Any

from filter_rules.phrases import ENGLISH, Pattern, Phrase, Theme, Together, read_pattern
from filter_rules.toml_values import (
    headers,
    line_of,
    one_of,
    only,
    table_of,
    texts,
    value,
    weight,
)
from filter_rules.types import Kind, Problem, Severity

FOUR_CS = ("content", "contact", "conduct", "commerce")
FURTHEST_TOGETHER = 1_000  # words
URGENT = 10.0  # what a phrase weighs that is urgent by itself

_SEVERITIES = tuple(severity.word for severity in Severity)
_THEME_KEYS = frozenset(
    [
        "name",
        "title",
        "definition",
        "family",
        "four_cs",
        "most",
        "floor",
        "help_seeking",
        "age_bands",
        "ages",
        "groups",
        "unless",
        "contexts",
        "sets",
        "phrase",
        "together",
    ]
)
_SHARED_KEYS = frozenset(
    [
        "says",
        "weight",
        "raised",
        "near",
        "lowered",
        "lower_near",
        "unless",
        "kinds",
        "firm",
        "floor",
        "group",
        "once",
    ]
)
_PHRASE_KEYS = _SHARED_KEYS | {"any"}
_TOGETHER_KEYS = _SHARED_KEYS | {"all", "within"}


type Named = Mapping[str, tuple[Pattern, ...]]


@dataclass(frozen=True, slots=True)
class Around:
    """What a file says of all its phrases."""

    contexts: Named = field(default_factory=dict)
    sets: Named = field(default_factory=dict)
    excuses: tuple[Pattern, ...] = ()
    groups: frozenset[str] = frozenset()
    language: str = ENGLISH


def parse_theme(text: str, file: str) -> tuple[Theme, list[Problem]]:
    """Read one theme. What cannot be used is left out and reported."""
    try:
        table = table_of(text)
        theme, around = _head(table)
        rows, composites = value(table, "phrase", list, []), value(table, "together", list, [])
    except ValueError as error:
        return Theme(file), [Problem(file, line_of(error, text), str(error))]
    problems: list[Problem] = []
    phrases: list[Phrase] = []
    togethers: list[Together] = []
    for row, line in zip(rows, chain(headers(text, "phrase"), repeat(0)), strict=False):
        try:
            phrases.append(read_phrase(row, around))
        except ValueError as error:
            problems.append(Problem(file, line, str(error)))
    for row, line in zip(composites, chain(headers(text, "together"), repeat(0)), strict=False):
        try:
            togethers.append(read_together(row, around))
        except ValueError as error:
            problems.append(Problem(file, line, str(error)))
    return replace(theme, phrases=tuple(phrases), togethers=tuple(togethers)), problems


def _head(table: Mapping[str, Any]) -> tuple[Theme, Around]:
    only(table, _THEME_KEYS)
    contexts = named(table, "contexts")
    most = Severity[one_of(table, "most", _SEVERITIES, "urgent").upper()]
    floor = Severity[one_of(table, "floor", _SEVERITIES, "none").upper()]
    if floor > most:
        raise ValueError(f"floor must not be above most, which is {most.word}.")
    groups = _weights(table, "groups")
    theme = Theme(
        value(table, "name", str),
        value(table, "title", str),
        value(table, "family", str),
        one_of(table, "four_cs", FOUR_CS),
        most,
        value(table, "help_seeking", bool, False),
        definition=value(table, "definition", str, ""),
        floor=floor,
        age_bands=tuple(texts(table, "age_bands")),
        ages=_weights(table, "ages"),
        groups=groups,
    )
    excuses = _patterns(table, "unless", contexts)
    return theme, Around(contexts, named(table, "sets"), excuses, frozenset(groups))


def named(table: Mapping[str, Any], key: str) -> Named:
    """Return lists of patterns by name; each may take in those above it."""
    found: dict[str, tuple[Pattern, ...]] = {}
    for name in value(table, key, dict, {}):
        found[name] = _patterns(table[key], name, found)
    return found


def _weights(table: Mapping[str, Any], key: str) -> dict[str, float]:
    rows = value(table, key, dict, {})
    return {name: weight(rows, name) for name in rows}


def read_phrase(row: object, around: Around) -> Phrase:
    """Return one [[phrase]]. Raise ValueError with a sentence."""
    table = _row(row, "phrase", _PHRASE_KEYS)
    patterns = _patterns(table, "any", around.contexts)
    if not patterns:
        raise ValueError("The phrase has no words: give it any = [...].")
    return _shared(table, patterns, around)


def read_together(row: object, around: Around) -> Together:
    """Return one [[together]]. Raise ValueError with a sentence."""
    table = _row(row, "together", _TOGETHER_KEYS)
    names = texts(table, "all")
    if len(set(names)) < 2:  # noqa: PLR2004 - one thing alone is a phrase
        raise ValueError('all must name two sets or more, such as ["@means", "@plan"].')
    sets = []
    for name in names:
        found = around.sets.get(name.removeprefix("@"))
        if not found:
            raise ValueError(f"No set is named {name!r}: add it under [sets].")
        sets.append(found)
    within = None
    if "within" in table:
        within = value(table, "within", int)
        if not 0 < within <= FURTHEST_TOGETHER:
            raise ValueError(f"within must lie between 1 and {FURTHEST_TOGETHER}.")
    return Together(_shared(table, (), around), " + ".join(names), tuple(sets), within)


def _row(row: object, header: str, keys: frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise ValueError(f"A {header} must be a table under [[{header}]].")  # noqa: TRY004 - one kind of error for a file
    only(row, keys)
    return row


def _shared(row: Mapping[str, Any], patterns: tuple[Pattern, ...], around: Around) -> Phrase:
    weighs = weight(row, "weight")
    raised = weight(row, "raised", weighs)
    firm = value(row, "firm", bool, False)
    floor = value(row, "floor", bool, firm and max(weighs, raised) >= URGENT)
    kinds = value(row, "kinds", list, list(Kind))
    if unknown := set(map(str, kinds)) - set(Kind):
        raise ValueError(f"There is no kind {min(unknown)!r}: use search, chat or page.")
    group = value(row, "group", str, "")
    if group and group not in around.groups:
        raise ValueError(f"No group is named {group!r}: add it under [groups].")
    return Phrase(
        patterns,
        value(row, "says", str),
        weighs,
        raised,
        _patterns(row, "near", around.contexts),
        _patterns(row, "unless", around.contexts) + (() if firm or floor else around.excuses),
        frozenset(map(Kind, kinds)),
        lowered=weight(row, "lowered", weighs / 2),
        lower_near=_patterns(row, "lower_near", around.contexts),
        floor=floor,
        group=group,
        once=value(row, "once", bool, False),
        language=around.language,
    )


def _patterns(table: Mapping[str, Any], key: str, contexts: Named) -> tuple[Pattern, ...]:
    patterns: list[Pattern] = []
    for text in texts(table, key):
        if not text.startswith("@"):
            patterns.append(read_pattern(text))
        elif text[1:] in contexts:
            patterns += contexts[text[1:]]
        else:
            raise ValueError(f"No context is named {text[1:]!r}: add it under [contexts].")
    return tuple(patterns)
