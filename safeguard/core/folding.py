"""Events -> concerns, in any order of arrival and in batches of any size.

Whoever keeps concerns asks `needed()` which of them a batch can touch, hands those to `fold()`
with the batch, and writes down the changes. A spell is the events of one subject, family and
day with no gap longer than the rules'; an event that arrives late lengthens a spell, or makes
two of them one. What a person concluded is never changed: new facts are kept beside it, and the
concern says by itself that it came back or gets worse. Each event must be given once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from operator import itemgetter

from safeguard.core.concern_rules import ConcernRules
from safeguard.core.concerns import (
    Change,
    ChangeKind,
    Concern,
    ConcernEvent,
    Facts,
    Outcome,
    Review,
    Standing,
    Who,
)
from safeguard.core.evidence import Seen, added, facts_of, families_of, seen
from safeguard.core.standing import Surroundings, review_order

DAY = timedelta(days=1)

type Thread = tuple[str, date]  # of one subject: a family and a day


@dataclass(frozen=True, slots=True)
class Needed:
    """The concerns to hand in: of this subject, all families, first seen between the two."""

    who: Who
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class _Grown:
    """A concern before it is said what it comes to."""

    concern: Concern
    before: tuple[Concern, ...]
    added: tuple[str, ...] = ()


def needed(events: Iterable[ConcernEvent], rules: ConcernRules) -> list[Needed]:
    """Say which concerns the events can touch or depend on."""
    spans: dict[Who, tuple[datetime, datetime]] = {}
    for event in events:
        first, last = spans.get(event.who, (event.at, event.at))
        spans[event.who] = min(first, event.at), max(last, event.at)
    return [within_reach(who, first, last, rules) for who, (first, last) in spans.items()]


def within_reach(who: Who, first: datetime, last: datetime, rules: ConcernRules) -> Needed:
    """Say which of a subject's concerns matter to what was between the two."""
    reach = rules.remembers + 2 * DAY  # a day for the spell's own length, one for the clock's
    return Needed(who, first - reach, last + reach)


def fold(
    existing: Iterable[Concern], events: Iterable[ConcernEvent], rules: ConcernRules
) -> list[Change]:
    """Return what becomes of the concerns when the events are added to them."""
    held = _by_subject(existing)
    arrived: dict[Who, dict[str, ConcernEvent]] = {}
    for event in events:
        arrived.setdefault(event.who, {})[event.id] = event
    changes: list[Change] = []
    for who in sorted(arrived):
        mine = held.get(who, [])
        grown = _grown(mine, arrived[who].values(), rules)
        changes += _settled(mine, grown, rules)
    return changes


def review(
    existing: Iterable[Concern],
    concern: Concern,
    outcome: Outcome,
    at: datetime,
    rules: ConcernRules,
) -> list[Change]:
    """Return what becomes of the subject's concerns when a person has looked at one of them.

    `existing`: those within_reach() of it. `concern` is what that person saw. If it has grown
    since, the change must not be written: nobody has seen what is new.
    """
    if concern.fresh is None:
        return []
    seen_now = Review(at, outcome, concern.severity, concern.fresh)
    closed = replace(concern, fresh=None, reviews=(*concern.reviews, seen_now))
    mine = _by_subject(existing).get(concern.who, [])
    return _settled(mine, [_Grown(closed, (concern,))], rules)


def unreview(existing: Iterable[Concern], concern: Concern, rules: ConcernRules) -> list[Change]:
    """Return what becomes of the subject's concerns when the last review of one is undone."""
    if not concern.reviews:
        return []
    *earlier, last = concern.reviews
    fresh = added([last.facts] if concern.fresh is None else [last.facts, concern.fresh])
    opened = replace(concern, fresh=fresh, reviews=tuple(earlier))
    mine = _by_subject(existing).get(concern.who, [])
    return _settled(mine, [_Grown(opened, (concern,))], rules)


def reassign(
    existing: Iterable[Concern], concern: Concern, who: Who, rules: ConcernRules
) -> list[Change]:
    """Return what becomes of both subjects' concerns when a person said whose one of them is.

    It joins the pupil's own concerns where they are one spell. Its events are to be given the
    new subject as well; those that come later to the device stay the device's.
    """
    held = _by_subject(existing)
    theirs, mine = held.get(concern.who, []), held.get(who, [])
    early, late = concern.facts.first - rules.gap, concern.facts.last + rules.gap
    beside = [
        one
        for one in mine
        if (one.family, one.day) == (concern.family, concern.day)
        and early <= one.facts.last
        and one.facts.first <= late
    ]
    joined = _joined(who, (concern.family, concern.day), (concern, *beside), ())
    return [
        *_settled(mine, [joined], rules),
        *_settled(theirs, [], rules, gone=(concern,)),
    ]


def _by_subject(concerns: Iterable[Concern]) -> dict[Who, list[Concern]]:
    held: dict[Who, list[Concern]] = {}
    for concern in concerns:
        held.setdefault(concern.who, []).append(concern)
    return held


def _grown(
    mine: Sequence[Concern], events: Iterable[ConcernEvent], rules: ConcernRules
) -> list[_Grown]:
    threads: dict[Thread, list[Seen]] = {}
    for event in events:
        local = rules.local(event.at)
        day = rules.day_of(local)
        for name, themes in families_of(event, rules).items():
            one = seen(event, themes, rules.family(name), rules, local)
            threads.setdefault((name, day), []).append(one)
    held: dict[Thread, list[Concern]] = {}
    for concern in mine:
        held.setdefault((concern.family, concern.day), []).append(concern)
    return [
        grown
        for thread, arrived in threads.items()
        for grown in _spells(thread, held.get(thread, []), arrived, rules)
    ]


def _spells(
    thread: Thread, held: Sequence[Concern], arrived: Sequence[Seen], rules: ConcernRules
) -> Iterator[_Grown]:
    """Cut concerns and events at the gaps; yield the spells that hold an event that arrived."""
    pieces: list[tuple[datetime, datetime, Concern | Seen]] = [
        *((one.facts.first, one.facts.last, one) for one in held),
        *((one.event.at, one.event.at, one) for one in arrived),
    ]
    pieces.sort(key=itemgetter(0))
    spell: list[Concern | Seen] = []
    end = pieces[0][0]
    for first, last, piece in pieces:
        if spell and first - end > rules.gap:
            yield from _spell(thread, spell, rules)
            spell = []
        spell.append(piece)
        end = max(end, last)
    yield from _spell(thread, spell, rules)


def _spell(
    thread: Thread, pieces: Sequence[Concern | Seen], rules: ConcernRules
) -> Iterator[_Grown]:
    before = tuple(one for one in pieces if isinstance(one, Concern))
    arrived = [one for one in pieces if not isinstance(one, Concern)]
    if arrived:
        ids = tuple([one.event.id for one in arrived])
        yield _joined(arrived[0].event.who, thread, before, (facts_of(arrived, rules),), ids)


def _joined(
    who: Who,
    thread: Thread,
    before: tuple[Concern, ...],
    arrived: tuple[Facts, ...],
    ids: tuple[str, ...] = (),
) -> _Grown:
    """Make one concern of several and of facts that arrived; no review is lost or changed."""
    family, day = thread
    unseen = [*(one.fresh for one in before if one.fresh), *arrived]
    fresh = added(unseen) if unseen else None
    reviews = sorted((one for each in before for one in each.reviews), key=review_order)
    facts = added([*(one.facts for one in reviews), *([fresh] if fresh else [])])
    return _Grown(Concern(who, family, day, facts, fresh, tuple(reviews)), before, ids)


def _settled(
    mine: Sequence[Concern],
    grown: Sequence[_Grown],
    rules: ConcernRules,
    gone: Sequence[Concern] = (),
) -> list[Change]:
    """Say of each concern that grew, and of those it touches, what it comes to now."""
    now = [one.concern for one in grown]
    left = {one.key for one in gone} | {one.key for each in grown for one in each.before}
    kept = [one for one in mine if one.key not in left] if left else mine
    before = Surroundings(mine, rules)
    after = Surroundings([*kept, *now], rules)
    touched = after.touched_since(before, [*now, *gone])
    beside = [_Grown(one, (one,)) for one in kept if touched(one)]
    every = sorted([*beside, *grown], key=lambda one: (one.concern.facts.first, one.concern.family))
    changes = [_change(one, after.settle(one.concern)) for one in every]
    return [change for change in changes if change is not None]


def _change(one: _Grown, now: Concern) -> Change | None:
    if one.before == (now,):
        return None
    return Change(_kind(one, now), now, one.before, one.added)


def _kind(one: _Grown, now: Concern) -> ChangeKind:
    was_open = [each.standing.open for each in one.before]
    if now.standing.open and not all(was_open):
        return _NEWS.get(now.standing, ChangeKind.TAKEN_BACK)
    if not one.before:
        return _NEWS.get(now.standing, ChangeKind.RAISED)
    if any(was_open) and not now.standing.open:
        return ChangeKind.REVIEWED if now.fresh is None else ChangeKind.JOINED
    return _more_of_the_same(one, now)


def _more_of_the_same(one: _Grown, now: Concern) -> ChangeKind:
    if now.standing.open and now.severity > max(each.severity for each in one.before):
        return ChangeKind.WORSE
    if one.added:
        return ChangeKind.GREW
    moved = any(each.who != now.who for each in one.before)
    return ChangeKind.REASSIGNED if moved else ChangeKind.SETTLED


_NEWS = {
    Standing.CAME_BACK: ChangeKind.CAME_BACK,
    Standing.GETTING_WORSE: ChangeKind.GETTING_WORSE,
}
