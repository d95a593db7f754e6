"""What two policies are asked, to compare them: whom, about what, and by which of their rules.

Where the rules about something are the same for someone in both, so is the verdict: what would be
asked then is left out as far as that is known before.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import NamedTuple

from filter_rules.types import Finding, Hit, Kind, Severity
from safeguard.core.by_whom import ByWhom
from safeguard.core.edges import timed
from safeguard.core.facts import SITE
from safeguard.core.policy import Policy
from safeguard.core.rules import ALWAYS, AnyRule, InspectionRule, ModeRule, PolicyRule, TextRule
from safeguard.core.stands import Stand
from safeguard.core.types import Action, Subject

ANYTHING = "whatever else is blocked"  # a category beside a named address: what it lies in
ANY_OTHER = "anything else"  # a category or theme that no rule names
NOBODY_KNOWS = "someone whose group is not known"
HELP_SOUGHT = Finding("help", Severity.NONE, 0.0, help_seeking=True)

type Both = tuple[frozenset[AnyRule], frozenset[AnyRule]]  # of the policy before, and of the other


SUBJECTS: Mapping[str, Callable[[str, str], Subject]] = {
    "people": lambda group, name: Subject(group, person=name),
    "rooms": lambda group, name: Subject(group, room=name),
    "networks": lambda group, name: Subject(group, name.partition("/")[0]),
}


class Circle(NamedTuple):
    """Those who are judged alike, as they stand before and after."""

    before: Subject
    after: Subject

    def of(self, before: Policy, after: Policy) -> "tuple[Side, Side]":
        return Side(before, self.before), Side(after, self.after)


def circles_of(
    before: Policy, after: Policy, peopled: frozenset[str], groups_of: Mapping[str, str]
) -> Iterator[Circle]:
    groups = sorted({*before.groups.above, *_named_groups(before), *peopled})
    for group in (*groups, NOBODY_KNOWS):
        yield Circle(Subject(group), Subject(group))
    named = {one for policy in (before, after) for one in _named(policy)}
    for kind, name in sorted(named):
        if _about_one(before, kind, name) == _about_one(after, kind, name):
            continue  # in all that these rules leave open, it is as for the group
        for group in (groups_of[name],) if kind == "people" and name in groups_of else groups:
            one = SUBJECTS[kind](group, name)
            yield Circle(one, one)


def _named_groups(policy: Policy) -> frozenset[str]:
    """The groups that rules are for: the only ones that are known where there is no tree."""
    return frozenset(group for rule in policy.all_rules for group in rule.who.groups)


def _named(policy: Policy) -> Iterator[tuple[str, str]]:
    """The people and places that rules name."""
    for who in (rule.who for rule in policy.all_rules):
        yield from ((kind, name) for kind in SUBJECTS for name in getattr(who, kind))


def _about_one(policy: Policy, kind: str, name: str) -> frozenset[object]:
    return frozenset(
        (rule, timed(policy, rule)) for rule in policy.all_rules if name in getattr(rule.who, kind)
    )


@dataclass(frozen=True)
class Side:
    """A policy as one circle of people meets it."""

    policy: Policy
    subject: Subject

    @cached_property
    def lineage(self) -> tuple[str, ...]:
        return self.policy.groups.lineage(self.subject.group)

    @property
    def reads(self) -> bool:
        return self.policy.reads_words_of(self.subject)

    def about(self, category: str) -> frozenset[PolicyRule]:
        return self._met([stands.about.get(category) for stands in self.policy.stands])

    def on_list(self, name: str) -> frozenset[PolicyRule]:
        return self._met([stands.on_list.get(name) for stands in self.policy.stands])

    @cached_property
    def texts(self) -> frozenset[TextRule]:
        return self._met([stands.texts for stands in self.policy.stands]) if self.reads else _NONE

    @cached_property
    def handling(self) -> frozenset[AnyRule]:
        """The rules about inspection and modes."""
        stands = self.policy.stands
        modes = self._met([some.modes for some in stands])
        return modes | self._met([one for some in stands for one in some.inspection.values()])

    def _met[R: AnyRule](self, stands: Sequence[ByWhom[Stand[R]] | None]) -> frozenset[R]:
        circles = self.policy.circles_of(self.subject)
        found = [one.of(*circles) for one in stands if one]
        return frozenset(stand.rule for some in found for stand in some)

    def key(self, rules: frozenset[AnyRule], category: str = "") -> object:
        """What a verdict hangs on: equal for two sides, so is the verdict."""
        one = self.policy
        groups = {group for rule in rules for group in rule.who.groups}
        return (
            frozenset((rule, timed(one, rule)) for rule in rules),
            tuple(group for group in self.lineage if group in groups),
            tuple(category in some for some in (one.sealed, one.help, one.beyond_overrides)),
            category in one.circumvention and self.reads,
        )

    def among(self, rules: Iterable[AnyRule], beside: Sequence[PolicyRule]) -> Policy:
        """The policy with these rules alone, always in force: all that speak of what is asked."""
        always = [replace(one, times=ALWAYS) if one.times != ALWAYS else one for one in rules]
        return replace(
            self.policy,
            rules=(*(one for one in always if isinstance(one, PolicyRule)), *beside),
            text_rules=tuple(one for one in always if isinstance(one, TextRule)),
            inspection=tuple(one for one in always if isinstance(one, InspectionRule)),
            mode_rules=tuple(one for one in always if isinstance(one, ModeRule)),
            sealed_missing=False,
            schedules={},
        )


_NONE: frozenset[TextRule] = frozenset()
_BLOCKED = (PolicyRule(ANYTHING, Action.BLOCK, frozenset({ANYTHING})),)


class Asked(NamedTuple):
    """Something that both policies are asked about, and the rules of each that speak of it."""

    words: str
    rules: Both
    hits: tuple[Hit, ...] = ()
    findings: tuple[Finding, ...] = ()
    kind: Kind | None = None
    beside: tuple[PolicyRule, ...] = ()


def keys_of(sides: tuple[Side, Side], rules: Both, category: str) -> tuple[object, object]:
    return sides[0].key(rules[0], category), sides[1].key(rules[1], category)


def questions(sides: tuple[Side, Side]) -> Iterator[Asked]:
    yield from _about_addresses(sides)
    if sides[0].reads and sides[1].reads:  # else it is said that nothing is read
        yield from _about_words(sides)


def _about_addresses(sides: tuple[Side, Side]) -> Iterator[Asked]:
    policies = [side.policy for side in sides]
    categories = sorted({one for policy in policies for one in _categories(policy)})
    lists = sorted({one for policy in policies for some in policy.stands for one in some.on_list})
    on_list = {one: _both(sides[0].on_list(one), sides[1].on_list(one)) for one in lists}
    changed = {one for one, rules in on_list.items() if _differ(sides, rules)}
    for category in (*categories, ANY_OTHER):
        about = _both(sides[0].about(category), sides[1].about(category))
        differs = _differ(sides, about, category)
        if differs:
            yield from _named_or_not(f"“{category}”", category, "", about)
        for name in (one for one, rules in on_list.items() if any(rules)) if differs else changed:
            both = about[0] | on_list[name][0], about[1] | on_list[name][1]
            yield from _named_or_not(f"“{category}” on the list {name}", category, name, both)


def _differ(sides: tuple[Side, Side], rules: Both, category: str = "") -> bool:
    was, becomes = keys_of(sides, rules, category)
    return was != becomes


def _both(was: Iterable[AnyRule], becomes: Iterable[AnyRule]) -> Both:
    return frozenset(was), frozenset(becomes)


def _named_or_not(words: str, category: str, of_list: str, rules: Both) -> Iterator[Asked]:
    hit = Hit(category, of_list, category)
    yield Asked(words, rules, (hit,))
    if category.startswith(SITE) or any(
        isinstance(rule, PolicyRule) and (rule.named or rule.lifts)
        for some in rules
        for rule in some
    ):
        yield Asked(words, rules, (hit, Hit(ANYTHING, "", "")), beside=_BLOCKED)


def _categories(policy: Policy) -> frozenset[str]:
    about = frozenset(one for stands in policy.stands for one in stands.about)
    return about | policy.sealed | policy.help | policy.circumvention


def _about_words(sides: tuple[Side, Side]) -> Iterator[Asked]:
    texts = _both(sides[0].texts, sides[1].texts)
    if not _differ(sides, texts):
        return
    themes = sorted({theme for side in sides for one in side.texts for theme in one.themes})
    asked = product((*themes, ANY_OTHER), list(Severity)[1:], Kind, (False, True))
    for theme, severity, kind, help_sought in asked:
        finding = Finding(theme, severity, 0.0)
        speaking = _both(
            *(
                [one for one in side.texts if one.speaks_of(finding, kind, help_sought=help_sought)]
                for side in sides
            )
        )
        beside = (HELP_SOUGHT,) if help_sought else ()
        words = f"“{theme}” ({severity.word}) in a {kind}{' that asks for help' * help_sought}"
        yield Asked(words, speaking, findings=(finding, *beside), kind=kind)
