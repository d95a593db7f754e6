"""What a change of the policy weakens: found by comparing verdicts, not by the form that was used.

Both policies are asked about each category, list and theme, for each group and person whose rules
about it differ, at each moment at which one of these rules begins or ends to be in force. Where
the rules about something are the same for someone in both, so is the verdict, and nobody asks:
the work grows with what is changed, not with what a school has. Beyond MOST_JUDGED verdicts it
is not gone on: then the change counts as one that weakens.

Two entries of the school's own about one address are not weighed against one another here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from itertools import product
from typing import NamedTuple

from filter_rules.types import Finding, Hit, Kind, Severity
from safeguard.core.by_whom import ByWhom
from safeguard.core.edges import Clock, timed
from safeguard.core.overrides import Ceiling
from safeguard.core.policy import Policy
from safeguard.core.rules import ALWAYS, PolicyRule, TextRule
from safeguard.core.stands import Stand
from safeguard.core.types import Action, Subject, Verdict

MOST_JUDGED = 20_000
ANYTHING = "whatever else is blocked"  # a category beside a named address: what it lies in
ANY_OTHER = "anything else"  # a category or theme that no rule names
NOBODY_KNOWS = "someone whose group is not known"
HELP_SOUGHT = Finding("help", Severity.NONE, 0.0, help_seeking=True)

type AnyRule = PolicyRule | TextRule
type Both = tuple[frozenset[AnyRule], frozenset[AnyRule]]  # of the policy before, and of the other
type Judge = Callable[[Policy, Subject, Sequence[Hit], Sequence[Finding], Kind | None], Verdict]
type Ceilings = tuple[Ceiling, Ceiling]  # before and after


class Weaker(StrEnum):
    """In what way a policy is weaker than the one before; as the end of a sentence."""

    OPENED = "was blocked, and would be allowed"
    UNFLAGGED = "was told to a person, and would not be"
    UNREAD = "was read, and would not be"
    NOT_SEALED = "is beyond every rule, and would not be"
    HELPS = "would be open to everyone, whatever the rules say"
    HIDDEN = "was decrypted, and would never be"
    LIFTABLE = "could not be lifted by an override, and could be"
    CEILING = "would be raised"
    TOO_MUCH = "is more than can be compared, so that it counts as weaker"


@dataclass(frozen=True, slots=True)
class Weakening:
    """What is weaker, for whom (nobody named: everyone), and when first, if not from now on."""

    how: Weaker
    about: str
    groups: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    since: datetime | None = None

    @property
    def sentence(self) -> str:
        """It in words; who the people are, a page may say that knows their names."""
        whom = list(self.groups)
        if self.people:
            whom.append("one person" if len(self.people) == 1 else f"{len(self.people)} people")
        return f"{self.about} {self.how}{f' (for {", ".join(whom)})' if whom else ''}."


class Circle(NamedTuple):
    """Those who are judged alike, as they stand before and after."""

    before: Subject
    after: Subject

    def of(self, before: Policy, after: Policy) -> "tuple[_Side, _Side]":
        return _Side(before, self.before), _Side(after, self.after)


def weakened(
    before: Policy,
    after: Policy,
    judge: Judge,
    now: datetime,
    *,
    ceilings: Ceilings | None = None,
    peopled: Iterable[str] = (),
    groups_of: Mapping[str, str] | None = None,
) -> Sequence[Weakening]:
    """Return what `after` weakens, each thing once; nothing where it is as strict or stricter.

    A group that is new is compared where it is `peopled`: else nobody is in it yet, and to move
    someone there is a change of its own. `groups_of` says the group of each person that rules
    name; who is not in it is judged as in any group.
    """
    found = _Found(now, Clock((before, after), now))
    for one in _of_settings(before, after, ceilings):
        found.add(one)
    circles = [*_circles(before, after, frozenset(peopled), groups_of or {})]
    return found.of(before, after, circles, judge)


def weakened_by_move(
    policy: Policy, before: Subject, after: Subject, judge: Judge, now: datetime
) -> Sequence[Weakening]:
    """Return what is weaker for a person, device or network that moves to another group."""
    found = _Found(now, Clock((policy,), now))
    for one in _of_circle(policy, policy, before.group, after.group):
        found.add(one)
    return found.of(policy, policy, [Circle(before, after)], judge)


def _of_settings(
    before: Policy, after: Policy, ceilings: Ceilings | None
) -> Iterator[tuple[Weaker, str, str]]:
    for how, words, names in (
        (Weaker.NOT_SEALED, "What is sealed as “{}”", before.sealed - after.sealed),
        (Weaker.HELPS, "“{}”", after.help - before.help),
        (Weaker.UNFLAGGED, "A try to reach “{}”", before.circumvention - after.circumvention),
        (Weaker.HIDDEN, "“{}”", after.private_categories - before.private_categories),
        (Weaker.LIFTABLE, "“{}”", before.beyond_overrides - after.beyond_overrides),
    ):
        yield from ((how, words.format(name), "") for name in sorted(names))
    for group in sorted({*before.groups.above, *before.monitored}):
        yield from _of_circle(before, after, group, group)
    for raised in _raised(*ceilings) if ceilings else ():
        yield Weaker.CEILING, raised, ""


def _of_circle(
    before: Policy, after: Policy, was: str, becomes: str
) -> Iterator[tuple[Weaker, str, str]]:
    """What is read of a group, and may be decrypted."""
    known = before.groups.known(was), after.groups.known(becomes)
    if known[0] in before.monitored and known[1] not in after.monitored:
        yield Weaker.UNREAD, "What is typed and shown", was
    if known[0] not in before.private_groups and known[1] in after.private_groups:
        yield Weaker.HIDDEN, "What is encrypted", was


def _raised(before: Ceiling, after: Ceiling) -> Iterator[str]:
    if after.longest > before.longest:
        yield "How long an override may last"
    if after.most_groups > before.most_groups:
        yield "For how many groups at once an override may be"
    if after.most_people > before.most_people:
        yield "For how many people at once an override may be"


def _circles(
    before: Policy, after: Policy, peopled: frozenset[str], groups_of: Mapping[str, str]
) -> Iterator[Circle]:
    groups = sorted({*before.groups.above, *_named_groups(before), *peopled})
    for group in (*groups, NOBODY_KNOWS):
        yield Circle(Subject(group), Subject(group))
    rules = [(rule.who, rule) for policy in (before, after) for rule in _rules(policy)]
    for person in sorted({one for who, _ in rules for one in who.people}):
        if _about_person(before, person) == _about_person(after, person):
            continue  # in all that these rules leave open, the person is as the group is
        for group in (groups_of[person],) if person in groups_of else groups:
            yield Circle(Subject(group, person=person), Subject(group, person=person))


def _named_groups(policy: Policy) -> frozenset[str]:
    """The groups that rules are for: the only ones that are known where there is no tree."""
    return frozenset(group for rule in _rules(policy) for group in rule.who.groups)


def _rules(policy: Policy) -> tuple[AnyRule, ...]:
    return (*policy.rules, *policy.text_rules)


def _about_person(policy: Policy, person: str) -> frozenset[object]:
    return frozenset(
        (rule, timed(policy, rule)) for rule in _rules(policy) if person in rule.who.people
    )


@dataclass(frozen=True)
class _Side:
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

    def _met[R: PolicyRule | TextRule](
        self, stands: Sequence[ByWhom[Stand[R]] | None]
    ) -> frozenset[R]:
        found = [one.of(self.lineage, self.subject.person) for one in stands if one]
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
            sealed_missing=False,
            schedules={},
        )


_NONE: frozenset[TextRule] = frozenset()
_BLOCKED = (PolicyRule(ANYTHING, Action.BLOCK, frozenset({ANYTHING})),)


class _Asked(NamedTuple):
    """Something that both policies are asked about, and the rules of each that speak of it."""

    words: str
    rules: Both
    hits: tuple[Hit, ...] = ()
    findings: tuple[Finding, ...] = ()
    kind: Kind | None = None
    beside: tuple[PolicyRule, ...] = ()


@dataclass(slots=True)
class _Found:
    """What is weaker, for whom, since when, gathered circle by circle."""

    now: datetime
    clock: Clock
    whom: dict[tuple[Weaker, str], tuple[set[str], set[str]]] = field(default_factory=dict)
    since: dict[tuple[Weaker, str], datetime] = field(default_factory=dict)
    known: dict[object, Sequence[tuple[Weaker, datetime]]] = field(default_factory=dict)
    judged: int = 0

    def add(self, one: tuple[Weaker, str, str], person: str = "") -> None:
        how, about, group = one
        groups, people = self.whom.setdefault((how, about), (set(), set()))
        if person:
            people.add(person)
        elif group:
            groups.add(group)

    def of(
        self, before: Policy, after: Policy, circles: Iterable[Circle], judge: Judge
    ) -> Sequence[Weakening]:
        for circle in circles:
            sides = circle.of(before, after)
            for asked in _questions(sides):
                self._ask(asked, sides, judge)
                if self.judged > MOST_JUDGED:
                    self.add((Weaker.TOO_MUCH, "The change", ""))
                    return self._told()
        return self._told()

    def _ask(self, asked: _Asked, sides: tuple[_Side, _Side], judge: Judge) -> None:
        category = asked.hits[0].category if asked.hits else ""
        keys = _keys(sides, asked.rules, category)
        if keys[0] == keys[1]:
            return
        key = asked.hits, asked.findings, asked.kind, keys
        if key not in self.known:
            self.known[key] = list(self._weaker(asked, sides, judge))
        for how, at in self.known[key]:
            self.add((how, asked.words, sides[0].subject.group), sides[0].subject.person)
            one = how, asked.words
            self.since[one] = min(at, self.since.get(one, at))

    def _weaker(
        self, asked: _Asked, sides: tuple[_Side, _Side], judge: Judge
    ) -> Iterator[tuple[Weaker, datetime]]:
        """In what ways, each as of the first moment."""
        both = list(zip(sides, asked.rules, strict=True))
        every = frozenset(timed(side.policy, one) for side, rules in both for one in rules)
        told: set[Weaker] = set()
        for now, active in self.clock.states(every):
            self.judged += 1
            was, becomes = (
                judge(
                    side.among(
                        (one for one in rules if timed(side.policy, one) in active), asked.beside
                    ),
                    side.subject,
                    asked.hits,
                    asked.findings,
                    asked.kind,
                )
                for side, rules in both
            )
            for how in _how(was, becomes):
                if how not in told:
                    told.add(how)
                    yield how, now

    def _told(self) -> list[Weakening]:
        return [
            Weakening(
                how,
                about,
                tuple(sorted(groups)),
                tuple(sorted(people)),
                at if (at := self.since.get((how, about))) != self.now else None,
            )
            for (how, about), (groups, people) in self.whom.items()
        ]


def _how(was: Verdict, becomes: Verdict) -> Iterator[Weaker]:
    if _strictness(was) > _strictness(becomes):
        yield Weaker.OPENED
    elif was.flagged and not becomes.flagged:
        yield Weaker.UNFLAGGED


def _strictness(verdict: Verdict) -> int:
    """The more, the less gets through."""
    return int(verdict.blocked)


def _keys(sides: tuple[_Side, _Side], rules: Both, category: str) -> tuple[object, object]:
    return sides[0].key(rules[0], category), sides[1].key(rules[1], category)


def _questions(sides: tuple[_Side, _Side]) -> Iterator[_Asked]:
    yield from _about_addresses(sides)
    if sides[0].reads and sides[1].reads:  # else it is said that nothing is read
        yield from _about_words(sides)


def _about_addresses(sides: tuple[_Side, _Side]) -> Iterator[_Asked]:
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


def _differ(sides: tuple[_Side, _Side], rules: Both, category: str = "") -> bool:
    was, becomes = _keys(sides, rules, category)
    return was != becomes


def _both(was: Iterable[AnyRule], becomes: Iterable[AnyRule]) -> Both:
    return frozenset(was), frozenset(becomes)


def _named_or_not(words: str, category: str, of_list: str, rules: Both) -> Iterator[_Asked]:
    hit = Hit(category, of_list, category)
    yield _Asked(words, rules, (hit,))
    if any(
        isinstance(rule, PolicyRule) and (rule.named or rule.lifts)
        for some in rules
        for rule in some
    ):
        yield _Asked(words, rules, (hit, Hit(ANYTHING, "", "")), beside=_BLOCKED)


def _categories(policy: Policy) -> frozenset[str]:
    about = frozenset(one for stands in policy.stands for one in stands.about)
    return about | policy.sealed | policy.help | policy.circumvention


def _about_words(sides: tuple[_Side, _Side]) -> Iterator[_Asked]:
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
        yield _Asked(words, speaking, findings=(finding, *beside), kind=kind)
