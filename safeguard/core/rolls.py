"""A roll: the people that a list or directory tells of, held against those who are known.

Nothing is done here: a plan says who would be added, changed, brought back or let go, and what
is wrong with the roll. A plan with problems is not to be carried out.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

MOST_LEAVERS = 20  # percent of those known from the source; more is likelier a broken export


class Field(StrEnum):
    """What a roll may say of a person."""

    NAME = "name"
    GROUP = "group"
    REFERENCE = "reference"
    LOGIN = "login"
    YEAR = "year"
    FORM = "form"
    BORN = "born"
    NEEDS = "needs"


type Key = Callable[[Told], str]
type Value = str | date | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Told:
    """A person as a roll tells of them. `id`: what they are known by there; `line`: where."""

    name: str
    group: str
    id: str = ""
    reference: str = ""
    login: str = ""
    year: str = ""
    form: str = ""
    born: date | None = None
    needs: tuple[str, ...] = ()
    line: int = 0

    def says(self, what: Field) -> Value:
        value: Value = getattr(self, what.value)
        return value


@dataclass(frozen=True, slots=True)
class Known:
    """A person as the store has them. `person` is our own id; `told` holds the source's."""

    person: str
    source: str
    told: Told
    left: bool = False


@dataclass(frozen=True, slots=True)
class Roll:
    """What a source told. `says`: the fields it speaks of; of others nothing is changed.

    `whole`: it names everyone, so that who is missing has left. `gone`: ids that it says are
    gone. `placed`: the group of every id there is, where a source tells groups apart from people.
    """

    source: str
    people: tuple[Told, ...]
    says: frozenset[Field] = frozenset(Field)
    whole: bool = False
    gone: frozenset[str] = frozenset()
    placed: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Someone known, and what would be otherwise about them."""

    person: str
    told: Told
    before: Mapping[Field, Value]
    after: Mapping[Field, Value]
    returns: bool = False


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line of the roll that cannot be, and why."""

    line: int
    says: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a roll would change. `of`: how many of the source are here now."""

    added: tuple[Told, ...] = ()
    changed: tuple[Change, ...] = ()
    left: tuple[str, ...] = ()
    unchanged: int = 0
    of: int = 0
    wrong: tuple[Wrong, ...] = ()

    @property
    def returned(self) -> int:
        return sum(one.returns for one in self.changed)

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.changed or self.left)

    @property
    def loses_too_many(self) -> bool:
        """Whether so many would leave that the roll itself is to be doubted."""
        return len(self.left) * 100 > self.of * MOST_LEAVERS


def compare(roll: Roll, known: Sequence[Known]) -> Plan:
    """Hold a roll against everyone known, those who left and those of other sources too."""
    doubles = tuple(_doubles(roll.people))
    if doubles:
        return Plan(wrong=doubles)
    here = [one for one in known if one.source == roll.source and not one.left]
    people = (*roll.people, *_moved(roll, here))
    found = _Matching(roll.source, known).match(people)
    added = tuple(told for told, one in zip(people, found, strict=True) if one is None)
    matched = {one.person for one in found if one is not None}
    changes = [
        _change(roll, told, one) for told, one in zip(people, found, strict=True) if one is not None
    ]
    changed = tuple(one for one in changes if one is not None)
    left = tuple(one.person for one in here if _leaves(roll, one, matched))
    plan = Plan(added, changed, left, len(changes) - len(changed), len(here))
    return replace(plan, wrong=tuple(_logins_twice(roll, plan, known)))


def _leaves(roll: Roll, one: Known, matched: set[str]) -> bool:
    return one.person not in matched and (
        roll.whole
        or one.told.id in roll.gone
        # Whoever is in none of the groups any more is no longer told of.
        or (roll.placed is not None and bool(one.told.id) and one.told.id not in roll.placed)
    )


def _moved(roll: Roll, here: Iterable[Known]) -> Iterator[Told]:
    """Those of whom only the group was told, and it is another one."""
    if roll.placed is None:
        return
    spoken = {one.id for one in roll.people} | roll.gone
    for one in here:
        group = roll.placed.get(one.told.id, one.told.group)
        if one.told.id not in spoken and group != one.told.group:
            yield replace(one.told, group=group, line=0)


def _doubles(people: Iterable[Told]) -> Iterator[Wrong]:
    seen: dict[tuple[str, str], int] = {}
    for one in people:
        if one.id:
            yield from _double(seen, one, "number", one.id)
        else:
            yield from _double(seen, one, "name", one.name.casefold())
        if one.login:
            yield from _double(seen, one, "login", one.login)


def _double(seen: dict[tuple[str, str], int], one: Told, kind: str, value: str) -> Iterator[Wrong]:
    if (kind, value) not in seen:
        seen[kind, value] = one.line
        return
    shown = one.name if kind == "name" else value
    first = seen[kind, value]
    says = f"stands on line {first} already" if first else "is that of two people"
    apart = ", and no number tells the two apart" if kind == "name" else ""
    yield Wrong(one.line, f"the {kind} “{shown}” {says}{apart}")


@dataclass(slots=True)
class _Matching:
    """Finds who of those known is meant: by the source's id, else by login, else by name."""

    source: str
    known: Sequence[Known]
    taken: set[str] = field(default_factory=set)

    def match(self, people: Sequence[Told]) -> list[Known | None]:
        found: list[Known | None] = [None] * len(people)
        for key in (_by_id, _by_reference, _by_login, _by_name):
            self._round(key, people, found)
        return found

    def _round(self, key: Key, people: Sequence[Told], found: list[Known | None]) -> None:
        open_ = [number for number, one in enumerate(found) if one is None]
        times = Counter(key(people[number]) for number in open_)
        there: dict[str, list[Known]] = defaultdict(list)
        for one in self.known:
            if one.source in {"", self.source} and one.person not in self.taken:
                there[key(one.told)].append(one)
        for number in open_:
            told = people[number]
            value = key(told)
            fits = [one for one in there.get(value, ()) if _may_be(told, one)]
            if value and times[value] == 1 and len(fits) == 1:
                found[number] = fits[0]
                self.taken.add(fits[0].person)


def _by_id(one: Told) -> str:
    return one.id


def _by_reference(one: Told) -> str:
    return one.reference


def _by_login(one: Told) -> str:
    return one.login


def _by_name(one: Told) -> str:
    return one.name.casefold()


def _may_be(told: Told, one: Known) -> bool:
    """Two numbers that differ are two people, however alike the rest is."""
    return not (told.id and one.told.id and told.id != one.told.id)


def _change(roll: Roll, told: Told, one: Known) -> Change | None:
    fields = [what for what in Field if what in roll.says]
    before = {
        what: one.told.says(what) for what in fields if one.told.says(what) != told.says(what)
    }
    after = {what: told.says(what) for what in before}
    is_new = one.source != roll.source or (told.id and one.told.id != told.id)
    if not (before or is_new or one.left):
        return None
    return Change(one.person, told, before, after, one.left)


def _logins_twice(roll: Roll, plan: Plan, known: Sequence[Known]) -> Iterator[Wrong]:
    """No login may be that of two people who are here; who returns brings theirs back."""
    spoken = {one.person for one in plan.changed} | set(plan.left)
    theirs = {
        one.told.login: one.source for one in known if one.person not in spoken and not one.left
    }
    for login, line in _logins_taken_up(roll, plan, known):
        if login and login in theirs:
            source = theirs[login] or "who was added by hand"
            yield Wrong(line, f"the login “{login}” is that of somebody known already ({source})")


def _logins_taken_up(roll: Roll, plan: Plan, known: Sequence[Known]) -> Iterator[tuple[str, int]]:
    says = Field.LOGIN in roll.says
    if says:
        yield from ((told.login, told.line) for told in plan.added)
    before = {one.person: one.told.login for one in known}
    for one in plan.changed:
        if Field.LOGIN in one.after or one.returns:
            yield one.told.login if says else before[one.person], one.told.line
