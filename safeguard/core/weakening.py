"""What a change of the policy weakens: found by comparing verdicts, not by the form that was used.

Both policies are asked about each category, list and theme, for each group and person whose rules
about it differ, at each moment at which one of these rules begins or ends to be in force. Where
the rules about something are the same for someone in both, so is the verdict, and nobody asks:
the work grows with what is changed, not with what a school has. Beyond MOST_JUDGED verdicts it
is not gone on: then the change counts as one that weakens.

Two entries of the school's own about one address are not weighed against one another here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum

from filter_rules.types import Finding, Hit, Kind
from safeguard.core.comparing import Asked, Circle, Side, circles_of, keys_of, questions
from safeguard.core.edges import Clock, timed
from safeguard.core.modes import Modes, strictness
from safeguard.core.overrides import Ceiling
from safeguard.core.policy import Policy
from safeguard.core.rules import STRICTNESS
from safeguard.core.types import Subject, Verdict

MOST_JUDGED = 20_000

type Judge = Callable[[Policy, Subject, Sequence[Hit], Sequence[Finding], Kind | None], Verdict]
type Ceilings = tuple[Ceiling, Ceiling]  # before and after


class Weaker(StrEnum):
    """In what way a policy is weaker than the one before; as the end of a sentence."""

    OPENED = "was blocked, and would be allowed"
    UNFLAGGED = "was told to a person, and would not be"
    UNREAD = "was read, and would not be"
    NOT_SEALED = "is beyond every rule, and would not be"
    HELPS = "would be open to everyone, whatever the rules say"
    LOOSER = "was stricter, and would be looser"
    HIDDEN = "was decrypted, and would never be"
    NOT_ENFORCED = "was blocked, and would only be monitored"
    FAILS_OPEN = "was refused, and would be let through"
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
    circles = [*circles_of(before, after, frozenset(peopled), groups_of or {})]
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
    """What is read of a group, may be decrypted, and is blocked."""
    known = before.groups.known(was), after.groups.known(becomes)
    if known[0] in before.monitored and known[1] not in after.monitored:
        yield Weaker.UNREAD, "What is typed and shown", was
    if known[0] not in before.private_groups and known[1] in after.private_groups:
        yield Weaker.HIDDEN, "What is encrypted", was
    if known[0] not in before.monitor_only and known[1] in after.monitor_only:
        yield Weaker.NOT_ENFORCED, "What rules block", was
    if known[0] not in before.fail_open and known[1] in after.fail_open:
        yield Weaker.FAILS_OPEN, "What the filter cannot read", was


def _raised(before: Ceiling, after: Ceiling) -> Iterator[str]:
    if after.longest > before.longest:
        yield "How long an override may last"
    if after.most_groups > before.most_groups:
        yield "For how many groups at once an override may be"
    if after.most_people > before.most_people:
        yield "For how many people at once an override may be"


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
            self._handling(sides)
            for asked in questions(sides):
                self._ask(asked, sides, judge)
                if self.judged > MOST_JUDGED:
                    self.add((Weaker.TOO_MUCH, "The change", ""))
                    return self._told()
        return self._told()

    def _ask(self, asked: Asked, sides: tuple[Side, Side], judge: Judge) -> None:
        category = asked.hits[0].category if asked.hits else ""
        keys = keys_of(sides, asked.rules, category)
        if keys[0] == keys[1]:
            return
        key = asked.hits, asked.findings, asked.kind, keys
        if key not in self.known:
            self.known[key] = list(self._weaker(asked, sides, judge))
        for how, at in self.known[key]:
            self.add((how, asked.words, _whom(sides[0].subject)), sides[0].subject.person)
            one = how, asked.words
            self.since[one] = min(at, self.since.get(one, at))

    def _handling(self, sides: tuple[Side, Side]) -> None:
        """Modes that become looser, and what is inspected no more."""
        both = [(side, side.handling) for side in sides]
        every = frozenset(timed(side.policy, one) for side, rules in both for one in rules)
        for now, active in self.clock.states(every):
            was, becomes = (
                side.among((one for one in rules if timed(side.policy, one) in active), ())
                for side, rules in both
            )
            subjects = sides[0].subject, sides[1].subject
            for words in _looser(was, becomes, subjects):
                self._note((Weaker.LOOSER, words), now, subjects[0])
            for words in _passed_by(was, becomes, subjects):
                self._note((Weaker.HIDDEN, words), now, subjects[0])

    def _note(self, one: tuple[Weaker, str], at: datetime, subject: Subject) -> None:
        self.judged += 1
        self.add((*one, _whom(subject)), subject.person)
        self.since[one] = min(at, self.since.get(one, at))

    def _weaker(
        self, asked: Asked, sides: tuple[Side, Side], judge: Judge
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


def _whom(subject: Subject) -> str:
    if subject.room:
        return f"the room {subject.room}"
    return f"the network of {subject.address}" if subject.address else subject.group


def _looser(was: Policy, becomes: Policy, subjects: tuple[Subject, Subject]) -> Iterator[str]:
    before, after = was.modes_of(subjects[0]), becomes.modes_of(subjects[1])
    for mode in (one.name for one in fields(Modes)):
        old, new = getattr(before, mode), getattr(after, mode)
        if strictness(new) < strictness(old):
            yield f"The mode “{mode.replace('_', ' ')}”"


def _passed_by(was: Policy, becomes: Policy, subjects: tuple[Subject, Subject]) -> Iterator[str]:
    categories = {one for policy in (was, becomes) for one in policy.stands[0].inspection}
    for one in sorted(categories):
        hits = [Hit(one, "", one)] if one else []
        if was.inspects(subjects[0], hits) and not becomes.inspects(subjects[1], hits):
            yield f"“{one}”" if one else "What is encrypted"


def _how(was: Verdict, becomes: Verdict) -> Iterator[Weaker]:
    if _strictness(was) > _strictness(becomes):
        yield Weaker.OPENED
    elif was.flagged and not becomes.flagged:
        yield Weaker.UNFLAGGED


def _strictness(verdict: Verdict) -> int:
    """The more, the less gets through."""
    return STRICTNESS[verdict.action, verdict.manner]
