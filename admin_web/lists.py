"""The lists in force: where each comes from, how many names it gives, which lines it lost."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template

from admin_web.access import open_to
from admin_web.site import here
from safeguard.building import is_rolled_back, is_stale, manifest_in_force
from safeguard.core.staff_rights import Deed
from safeguard.problems import UnusableError
from safeguard.subscriptions import Subscription, subscriptions

pages = Blueprint("lists", __name__)


@dataclass(frozen=True, slots=True)
class InForce:
    """One source of rules, as the artefact in force tells of it."""

    name: str
    licence: str
    imported: str
    names: int
    categories: tuple[tuple[str, int], ...]
    problems: tuple[dict[str, Any], ...]
    problem_count: int


@dataclass(frozen=True, slots=True)
class Followed:
    """A list that is downloaded, and how that goes."""

    name: str
    address: str
    last_good: datetime | None
    last_tried: datetime | None
    trouble: str


@pages.get("/lists")
@open_to(Deed.SEE_HEALTH)
def listing() -> str:
    site = here()
    data, now = site.settings.data, site.clock()
    followed = [_followed(one, now) for one in subscriptions(data)]
    try:
        manifest = manifest_in_force(data)
    except UnusableError:
        return render_template("lists.html", sources=(), stale=True, followed=followed)
    sources = [_in_force(source) for source in manifest["sources"]]
    return render_template(
        "lists.html",
        sources=sources,
        stale=is_stale(data),
        rolled_back=is_rolled_back(data),
        followed=followed,
    )


def _followed(one: Subscription, now: datetime) -> Followed:
    return Followed(one.name, one.address, one.last_good, one.last_tried, one.trouble(now))


def _in_force(source: dict[str, Any]) -> InForce:
    counts = sorted(source["counts"].items(), key=lambda one: (-one[1], one[0]))
    return InForce(
        source["name"],
        source["licence"],
        source["imported"],
        sum(source["counts"].values()),
        tuple(counts),
        tuple(source["problems"]),
        source["problem_count"],
    )
