"""Where a concern stands among the subject's others: new, come back, or getting worse, and why.

A concern that a person looked at stays reviewed while nothing is new to it. The same page once
more is not new, unless it is urgent. A later spell of a family that was reviewed came back.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from filter_rules.types import Severity
from safeguard.core.climbing import Around, climb
from safeguard.core.concern_rules import ConcernRules
from safeguard.core.concerns import DISMISSED, Concern, Facts, Line, Outcome, Review, Standing, Way
from safeguard.core.evidence import MOST_LINES

DAY = timedelta(days=1)


class Surroundings:
    """One subject's concerns, by what is asked of them. Those dismissed say nothing of others."""

    def __init__(self, concerns: Sequence[Concern], rules: ConcernRules) -> None:
        self._rules = rules
        self.days: dict[str, set[date]] = {}
        self.speaks: dict[date, set[str]] = {}
        self.reviewed: dict[str, list[Concern]] = {}
        for one in concerns:
            if one.reviews:
                self.reviewed.setdefault(one.family, []).append(one)
            if not _dismissed(one):
                self.days.setdefault(one.family, set()).add(one.day)
                said = self.speaks.setdefault(one.day, set())
                said.update(one.facts.themes, one.facts.signs)

    def touched_since(
        self, before: "Surroundings", grown: Sequence[Concern]
    ) -> Callable[[Concern], bool]:
        """Return what says of a concern whether the growth of others can matter to it."""
        spoken = {
            one.day for one in grown if self.speaks.get(one.day) != before.speaks.get(one.day)
        }
        reviewed: dict[str, date] = {}
        days: dict[str, set[date]] = {}
        for family in {one.family for one in grown}:
            if self.reviewed.get(family) != before.reviewed.get(family):
                reviewed[family] = min(one.day for one in grown if one.family == family)
            days[family] = self.days.get(family, set()) ^ before.days.get(family, set())
        within = self._rules.within_days * DAY

        def touched(one: Concern) -> bool:
            return (
                one.day in spoken
                or one.day >= reviewed.get(one.family, date.max)
                or any(day <= one.day < day + within for day in days.get(one.family, ()))
            )

        return touched

    def settle(self, one: Concern) -> Concern:
        rules = self._rules
        result = climb(one.facts, rules.family(one.family), self._around(one), one.who, rules)
        standing, why = self._standing(one, result.severity)
        return Concern(
            who=one.who,
            family=one.family,
            day=one.day,
            facts=one.facts,
            fresh=one.fresh,
            reviews=one.reviews,
            severity=result.severity,
            confidence=result.confidence,
            standing=standing,
            care=result.care,
            reasons=(*why, *result.reasons),
        )

    def _around(self, one: Concern) -> Around:
        since = one.day - (self._rules.within_days - 1) * DAY
        days = {one.day, *(d for d in self.days.get(one.family, ()) if since <= d <= one.day)}
        return Around(len(days), frozenset(self.speaks.get(one.day, ())))

    def _standing(self, one: Concern, severity: Severity) -> tuple[Standing, tuple[str, ...]]:
        before = one.reviews[-1] if one.reviews else self._earlier(one)
        if before is None:
            return Standing.NEW, ()
        seen_as = max((each.severity for each in one.reviews), default=before.severity)
        if one.reviews and severity <= seen_as and not _has_news(one):
            return Standing.REVIEWED, ()
        worse = severity > seen_as
        standing = Standing.GETTING_WORSE if worse else Standing.CAME_BACK
        return standing, (_why(standing, before, one.fresh, self._rules),)

    def _earlier(self, one: Concern) -> Review | None:
        """Return the review that a concern comes after, if the subject had such a one lately."""
        earlier = [
            other.reviews[-1]
            for other in self.reviewed.get(one.family, ())
            if other.reviews[-1].outcome is not Outcome.WRONG_PUPIL
            and max(other.reviews[-1].at, other.facts.last) < one.facts.first
            and one.facts.first <= other.facts.last + self._rules.remembers
        ]
        return max(earlier, key=review_order, default=None)


def _dismissed(one: Concern) -> bool:
    """Say whether people found all of it to be no concern of this pupil's."""
    seen_whole = bool(one.reviews) and one.fresh is None
    return seen_whole and all(each.outcome in DISMISSED for each in one.reviews)


def _has_news(one: Concern) -> bool:
    """Say whether anything is new since the last review.

    The same page is not, unless it is urgent. What cannot be told apart is taken for new.
    """
    if one.fresh is None:
        return False
    if one.fresh.found is Severity.URGENT or len(one.fresh.lines) == MOST_LINES:
        return True
    known = {_page(line) for each in one.reviews for line in each.facts.lines}
    return any(not line.page or _page(line) not in known for line in one.fresh.lines)


def _page(line: Line) -> tuple[Way, str, str]:
    return line.way, line.host, line.page


def _why(standing: Standing, before: Review, fresh: Facts | None, rules: ConcernRules) -> str:
    when = f"{rules.local(before.at):%-d %B at %H:%M}"
    more = f"{fresh.count} more since then" if fresh else "other concerns add to it"
    return f"{standing.value.capitalize()}: reviewed on {when} ({before.outcome.value}), {more}."


def review_order(one: Review) -> tuple[datetime, datetime]:
    return one.at, one.facts.first
