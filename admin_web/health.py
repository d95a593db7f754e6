"""Health: which rules are in force, and whether everything behind them works.

Each line says how it is in words, and where it is not well, the mend.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug import Response

from admin_web.access import open_to
from admin_web.site import Site, here
from safeguard import syncing
from safeguard.building import rules_in_force
from safeguard.core.notice_words import how_many
from safeguard.core.staff_rights import Deed
from safeguard.identity_feeds import status
from safeguard.notify.notifier import put_tests
from safeguard.notify.troubles import troubles
from safeguard.sealed_status import Standing, status_of
from safeguard.spool_reader import problems
from safeguard.store import contacts, generation, nodes, overlay, people
from safeguard.store.session import AwayError
from safeguard.subscriptions import subscriptions

OLD_RULES = timedelta(days=14)
LEAST_FREE_BYTES = 1024**3

pages = Blueprint("health", __name__)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be well: how it is, and the mend where it is not."""

    name: str
    well: bool
    says: str
    mend: str = ""


@pages.get("/health")
@open_to(Deed.SEE_HEALTH)
def overview() -> str:
    site = here()
    return render_template("health.html", checks=list(_checks(site)), now=site.clock())


@pages.post("/health/test")
@open_to(Deed.SEE_HEALTH)
def send_tests() -> Response:
    """Send a test to everyone who is told of concerns."""
    site = here()
    count = put_tests(site.store, site.clock())
    if count:
        flash(f"A test is on its way: {how_many(count, 'contact')}. Ask them.", "success")
    else:
        flash("There is no contact yet. Run: safeguard notify add", "danger")
    return redirect(url_for("health.overview"))


def _checks(site: Site) -> Iterator[Check]:
    yield from _policy(site)
    yield _sealed_lists(site)
    yield from _lists(site)
    yield _database(site)
    yield from _messages(site)
    yield from _nodes(site)
    yield from _feeds(site)
    yield from _directories(site)
    yield _spools(site)
    yield _disk(site)


def _policy(site: Site) -> Iterator[Check]:
    """How the policy is, and the rules where there is one to judge by them."""
    held = site.engine.snapshot.held
    mend = "Run: safeguard policy list, and return to a version that can be read."
    if held is None or not held.trouble:
        yield _rules(site)
        name = "as it is shipped" if held is None or not held.number else f"version {held.number}"
        yield Check("Policy", well=True, says=f"In force: {name}.")
        return
    says = f"Version {held.number} of the policy cannot be read."
    if held.document is not None:
        yield _rules(site)
        says += " The one before stays in force where it was read; who starts now has none."
    else:
        says += " There is nothing to judge by, so nothing is let through but what rules.without_rules lets."
    yield Check("Policy", well=False, says=says, mend=mend)


def _rules(site: Site) -> Check:
    snapshot = site.engine.snapshot
    if snapshot.rules is None:
        stance = site.settings.rules.without_rules
        says = "No rules can be read: " + (
            "everything is blocked." if stance == "block" else "only help lines are let through."
        )
        return Check("Rules", well=False, says=says, mend="Run: safeguard rules build")
    if snapshot.stamp.artefact not in {"", snapshot.rules.fingerprint}:
        says = "The newest rules cannot be read: those of before stay in force."
        return Check("Rules", well=False, says=says, mend="Run: safeguard rules build")
    rules = f"Rules {snapshot.rules.fingerprint[:12]}"
    fingerprint = rules_in_force(site.settings.data)
    built = _built(site.settings.data / "rules" / fingerprint) if fingerprint else None
    if built is None:
        says = f"{rules} stay in force, but there are none on the disk for the next start."
        return Check("Rules", well=False, says=says, mend="Run: safeguard rules build")
    age = site.clock() - datetime.fromtimestamp(built, site.zone)
    made = f"{rules}, made {_ago(age)}."
    if age > OLD_RULES:
        return Check("Rules", well=False, says=made, mend="Run: safeguard rules build")
    return Check("Rules", well=True, says=made)


def _sealed_lists(site: Site) -> Check:
    states = site.engine.snapshot.sealing.states
    status = status_of(site.settings, states, site.clock())
    complaints = status.complaints()
    if complaints:
        stance = site.settings.sealed.stance
        closed = stance == "block" and any(one.fault for one in states)
        says = [
            *([status.standing.value + "."] if status.standing is Standing.NON_COMPLIANT else ()),
            *complaints,
            *(["Everything but help lines is blocked."] if closed else ()),
            status.provider(),
        ]
        return Check("Sealed lists", well=False, says=" ".join(says), mend=" ".join(status.mends()))
    if not site.settings.sealed.required:
        return Check("Sealed lists", well=True, says="The settings require none.")
    says_well = f"All that are required are in force ({len(states)}). {status.provider()}"
    return Check("Sealed lists", well=True, says=says_well)


def _lists(site: Site) -> Iterator[Check]:
    """How lists are that are downloaded; nothing where there are none."""
    now, followed = site.clock(), subscriptions(site.settings.data)
    ill = [f"{one.name}: {says}." for one in followed if (says := one.trouble(now))]
    if ill:
        says = " ".join(["The last good copy stays in force.", *ill])
        yield Check("Lists", well=False, says=says, mend="Run: safeguard rules update")
    elif followed:
        says = f"All that are subscribed to are up to date ({len(followed)})."
        yield Check("Lists", well=True, says=says)


def _database(site: Site) -> Check:
    try:
        number = generation.current(site.store)
        own = len(overlay.in_force(site.store))
        known = people.devices(site.store, limit=1)
    except AwayError:
        mend = "Look at the database’s server and disk. Events wait meanwhile; filtering goes on."
        return Check("Database", well=False, says="It cannot be reached.", mend=mend)
    devices = "devices are known" if known else "no device is known yet"
    says = f"It answers: {own} own rules, {devices}, {number} changes so far."
    return Check("Database", well=True, says=says)


def _messages(site: Site) -> Iterator[Check]:
    """Whether staff are told of concerns; nothing where the database cannot be asked."""
    try:
        found = troubles(site.store, site.settings, site.clock())
        people = [one for one in contacts.contacts(site.store) if one.active]
    except AwayError:
        return
    if found:
        yield from (Check("Messages", well=False, says=one.says, mend=one.mend) for one in found)
        return
    untested = sum(one.tested_at is None for one in people)
    never = f" {untested} of them never had a test." if untested else ""
    yield Check(
        "Messages", well=True, says=f"{how_many(len(people), 'contact')} can be told.{never}"
    )


def _nodes(site: Site) -> Iterator[Check]:
    """Whether the machines that share this database are well; nothing where there is but one."""
    try:
        found = nodes.everyone(site.store)
    except AwayError:
        return
    ill = nodes.problems(found, site.clock())
    if ill:
        yield Check("Machines", well=False, says=" ".join(ill))
    elif len(found) > 1:
        yield Check("Machines", well=True, says=f"All {len(found)} were heard of a moment ago.")


def _feeds(site: Site) -> Iterator[Check]:
    """Whether other servers tell who is where; nothing where none is to."""
    if not site.settings.feeds.wanted:
        return
    found = status.kept(site.settings.data)
    ill = list(status.troubles(found, site.clock()))
    if found is None or ill:
        mend = "See docs/how-to/know-who-asks.md. Who comes new is unidentified meanwhile."
        yield Check("Who is where", well=False, says=" ".join(ill), mend=mend)
        return
    leases = sum(file.leases for file in found.files)
    says = f"{how_many(found.sessions, 'sign-in')} to the network, {how_many(leases, 'lease')}."
    yield Check("Who is where", well=True, says=says)


def _directories(site: Site) -> Iterator[Check]:
    """Whether directories tell who is at the school; nothing where none is asked."""
    try:
        found = list(syncing.troubles(site.store, site.settings, site.clock()))
    except AwayError:
        return
    for name, says in found:
        mend = "Those known from it stay as they are. Mend it, then run: safeguard users sync"
        yield Check(f"Directory {name}", well=False, says=says, mend=mend)


def _spools(site: Site) -> Check:
    troubles = list(problems(site.settings.data))
    if troubles:
        return Check("Events", well=False, says=" ".join(troubles))
    waiting = sum(_size(path) for path in (site.settings.data / "spool").rglob("*"))
    return Check("Events", well=True, says=f"{_bytes(waiting)} on their way to the database.")


def _disk(site: Site) -> Check:
    found = os.statvfs(site.settings.data)
    free = found.f_bavail * found.f_frsize
    says = f"{_bytes(free)} free."
    if free < LEAST_FREE_BYTES:
        return Check("Disk", well=False, says=says, mend="Make room, or filtering will stop.")
    return Check("Disk", well=True, says=says)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # drained away since it was listed
        return 0


def _built(folder: Path) -> float | None:
    try:
        return folder.stat().st_mtime
    except OSError:  # somebody removed it
        return None


def _ago(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    if hours < 1:
        return "less than an hour ago"
    if hours < 48:  # noqa: PLR2004  two days
        return f"{hours} hours ago"
    return f"{age.days} days ago"


def _bytes(number: int) -> str:
    size = float(number)
    for unit in ("bytes", "KB", "MB"):
        if size < 1024:  # noqa: PLR2004  the next unit's worth
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} GB"
