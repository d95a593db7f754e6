"""Trends: what about, when and where concerns come from, what a policy change did, how sure rules are."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request

from admin_web.access import open_to, reach
from admin_web.audited import viewed
from admin_web.case_view import TITLES, number
from admin_web.site import here
from admin_web.trend_counts import (
    Compared,
    by_hour,
    by_name,
    by_week,
    compared,
    crossed,
    lasting,
    mondays,
    openings,
)
from admin_web.wording import local, tidy
from safeguard.core.staff_rights import Deed
from safeguard.store import events, feedback, policies, trends
from safeguard.store.policies import Version
from safeguard.store.trends import SeenConcern

WEEKS = {4: "4 weeks", 12: "12 weeks", 26: "26 weeks", 52: "a year"}
AROUND = timedelta(days=14)
MOST_VERSIONS = 20
MOST_RULES = 30

pages = Blueprint("trends", __name__)


@dataclass(frozen=True, slots=True)
class Change:
    """What a version of the policy came with: the days before it, and as many after it."""

    version: Version
    at: datetime
    days: int
    families: list[Compared]
    before: int
    after: int
    blocks_before: int | None
    blocks_after: int | None


@pages.get("/trends")
@open_to(Deed.SEE_CONCERNS)
def overview() -> str:
    site = here()
    many = number(request.args.get("weeks"), 12)
    many = many if many in WEEKS else 12
    cut = reach(Deed.SEE_CONCERNS).cut
    now = site.clock()
    weeks = mondays(local(now).date(), many)
    since = datetime.combine(weeks[0], time(), site.zone).astimezone(UTC)
    everything = trends.concerns(site.store, since, now, cut)
    groups = sorted({one.group for one in everything})
    group = request.args.get("group", "")
    found = [one for one in everything if one.group == group] if group in groups else everything
    viewed("viewed", "trends")
    return render_template(
        "trends.html",
        found=found,
        weeks=by_week(found, weeks, site.zone),
        families=crossed(found, weeks, site.zone, family_of),
        by_group=by_name(found, lambda one: tidy(one.group)),
        hours=by_hour(found, site.zone),
        openings=openings(found),
        lasting=lasting,
        rules=feedback.precision(site.store, since)[:MOST_RULES] if cut is None else [],
        change=_change(cut, now, site.zone),
        versions=_versions(now),
        many=many,
        choices=WEEKS,
        group=group if group in groups else "",
        groups=groups,
        whole=cut is None,
    )


def family_of(one: SeenConcern) -> str:
    return TITLES.get(one.family, tidy(one.family).capitalize())


def _versions(now: datetime) -> list[Version]:
    """The versions of the policy that were ever in force, the newest first."""
    found = policies.latest(here().store, MOST_VERSIONS)
    return [one for one in found if one.decided_at is not None and one.decided_at <= now]


def _change(cut: frozenset[str] | None, now: datetime, zone: ZoneInfo) -> Change | None:
    """What the version of the policy that the address asks for came with; else the newest."""
    versions = _versions(now)
    asked = number(request.args.get("version"))
    one = next((one for one in versions if one.number == asked), versions[0] if versions else None)
    if one is None or one.decided_at is None:
        return None
    at = one.decided_at.astimezone(zone)
    span = min(AROUND, now - one.decided_at)
    store = here().store
    around = trends.concerns(store, one.decided_at - span, one.decided_at + span, cut)
    blocks = [
        events.counts(store, since, since + span).blocks if cut is None else None
        for since in (one.decided_at - span, one.decided_at)
    ]
    return Change(
        version=one,
        at=at,
        days=span.days,
        families=compared(around, one.decided_at, family_of),
        before=sum(seen.started_at < one.decided_at for seen in around),
        after=sum(seen.started_at >= one.decided_at for seen in around),
        blocks_before=blocks[0],
        blocks_after=blocks[1],
    )
