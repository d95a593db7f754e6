"""A new key, and all that the old one sealed under it, whatever dies in between."""

import os
import signal
import subprocess
import sys
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, delete, select

from filter_rules.types import Severity
from safeguard import spool
from safeguard.core.audit import Actor, Verified
from safeguard.core.concern_rules import ConcernRules
from safeguard.core.events import Growth, SealedEvent
from safeguard.core.exempting import Exemption
from safeguard.core.school_hours import SchoolHours
from safeguard.core.types import Action
from safeguard.core.visits import Visit, Visits
from safeguard.records import decode, encode
from safeguard.settings import Settings
from safeguard.store import (
    access,
    audit_verify,
    case_actions,
    case_papers,
    events,
    exemptions,
    holds,
    resealing,
    saved_searches,
)
from safeguard.store.access import WantedVisits
from safeguard.store.access_days import drop_before
from safeguard.store.case_actions import Task
from safeguard.store.case_papers import NewPaper
from safeguard.store.intake import Batch, Refused, take_in
from safeguard.store.resealing import Resealing, counts, reseal, retire
from safeguard.store.session import Store
from safeguard.store.tables.every import EVERY_TABLE
from safeguard.store.tables.nodes import NodeRow
from safeguard.store.tables.spools import RefusedRow
from safeguard.store.unblock_decisions import refuse
from safeguard.store.unblock_requests import Asking, ask
from safeguard.vault import old_keys, open_vault, rotate
from tests.safeguard.samples import NOW, PUPIL, reviewer, stored_event
from tests.safeguard.store.keeping_samples import case, concern, event
from tests.safeguard.store.test_retention import bring_visits

PLAIN = {
    "audit_chain.digest", "audit_chain.hash", "audit_chain.previous", "audit_payloads.salt",
    "case_files.sha256", "evidence.digest", "person_passwords.hash", "person_passwords.salt",
    "shared_rules_parts.content", "word_tokens.token",
}  # fmt: skip


def test_every_column_of_bytes_is_sealed_anew_or_known_to_hold_nothing_sealed() -> None:
    every = {
        f"{table.name}.{column.name}"
        for table in EVERY_TABLE.sorted_tables
        for column in table.c
        if isinstance(column.type, LargeBinary)
    }
    sealed = {f"{table}.{column}" for table, column in resealing.SEALED}
    assert every == sealed | PLAIN | {"refused_records.record"}


def test_the_spools_are_looked_for_where_they_are() -> None:
    assert spool.FOLDER == "spool"


@pytest.fixture
def full(any_store: Store) -> Store:
    """A store with something sealed in many tables."""
    staff = reviewer(any_store)
    vault = any_store.vault
    for number in range(1, 8):
        event(any_store, number, number / 100, words=f"so sad {number}")
    key = concern(any_store, 1, 1, closed="real, and acted on", staff=staff)
    opened = case(any_store, 2, 1, key, staff=staff, closed=None)
    case_actions.add(any_store, opened, Task("Ring", staff, NOW), staff, NOW)
    case_papers.put(any_store, opened, NewPaper("a", "text/plain", b"a"), staff, NOW)
    saved_searches.keep(any_store, staff, "a", "b=c", NOW)
    holds.place(any_store, staff, "the police asked", NOW, "pupil-7")
    asked(any_store)
    records = [
        encode(SealedEvent(stored_event(50), vault.seal(b"words"))),
        encode(Visits((access_visit(vault.seal(b"/path")), access_visit(b"")))),
        encode(Growth("x", 1, (), NOW)),
        b"e" + vault.seal(b"nothing that can be read"),
        encode(SealedEvent(stored_event(51), vault.seal(b"words")[:-1] + b"?")),
    ]
    refused = [Refused(number, one, "odd") for number, one in enumerate(records)]
    take_in(any_store, Batch("r", "proxy-0", 9, [], refused))
    return any_store


def asked(store: Store) -> None:
    """Somebody asked for a site and was refused; something is looked away from."""
    lead = Actor("staff:1", NOW)
    asking = Asking(PUPIL, "games.example", "https://games.example/", ("games",), "a lesson")
    refuse(store, ask(store, asking, NOW).id, "not for a lesson", lead)
    until = NOW + timedelta(days=9)
    exemption = Exemption(
        1, "drugs", "primary", NOW, until, frozenset({None}), Severity.HIGH, phrase="so sad"
    )
    exemptions.add(store, exemption, ConcernRules(SchoolHours(tz=UTC)), "a lesson", lead)


def access_visit(path: bytes) -> Visit:
    return Visit(1, "p", "d", "a", "g", "h", path, "web", Action.ALLOW.value, "", 1)


def everything_reads(store: Store, data: Path) -> None:
    fresh = open_vault(data)
    for number in range(1, 8):
        one = events.event(store, stored_event(number, NOW - timedelta(days=number / 100)).id)
        assert one is not None
        assert one.event.private.words == f"so sad {number}"
    with store.reading() as session:
        for name, column in resealing.SEALED:
            for sealed in session.scalars(select(EVERY_TABLE.tables[name].c[column])):
                if sealed is not None:
                    fresh.unseal(sealed)
    assert isinstance(audit_verify.verify(store), Verified)


def test_all_is_under_the_new_key_and_reads_as_before(full: Store, any_settings: Settings) -> None:
    data = any_settings.data
    old = full.vault.key_id
    new = rotate(data, NOW.date())
    assert set(counts(full)) == {old.hex()}
    changed = sum(reseal(full, [old], batch=3))
    assert set(counts(full)) == {new.hex()}
    assert sum(counts(full).values()) + 2 == changed  # and two records that were set aside
    everything_reads(full, data)
    assert sum(reseal(full, [old], batch=3)) == 0
    with full.reading() as session:
        first, second, _, _, broken = session.scalars(
            select(RefusedRow.record).order_by(RefusedRow.position)
        ).all()
    one, other = decode(first), decode(second)
    assert isinstance(one, SealedEvent)
    assert isinstance(other, Visits)
    assert full.vault.unseal(one.sealed) == b"words"
    assert [visit.path[:4] for visit in other.visits] == [new, b""]
    assert old in broken


def test_an_old_key_goes_only_when_nothing_needs_it(full: Store, any_settings: Settings) -> None:
    data = any_settings.data
    bring_visits(full, (0, "pupil-7"))
    old = full.vault.key_id
    rotate(data, NOW.date())
    later = NOW + timedelta(days=3)

    def went() -> bool:
        return bool(retire(full, data, later))

    assert not went()  # a day of the access log is there
    drop_before(full, later.date())
    assert not went()  # nothing is sealed anew yet
    list(reseal(full, [old]))
    assert not went()  # records that were set aside cannot be read
    with full.writing() as session:
        session.execute(RefusedRow.metadata.tables["refused_records"].delete())
    (data / "spool/proxy-0").mkdir(parents=True)
    (data / "spool/proxy-0/1.sqlite").write_bytes(bytes(2 * resealing.PART - 2) + old)
    assert not went()  # a spool is not drained
    (data / "spool/proxy-0/1.sqlite").write_bytes(bytes(100))
    with full.writing() as session:
        session.add(NodeRow(
            id="other", name="other", run="r", artefact="a", leads=False, seen_at=NOW,
            trouble="", content_key=old.hex(),
        ))  # fmt: skip
    assert not went()  # another node seals with it still
    with full.writing() as session:
        session.execute(delete(NodeRow))
    assert retire(full, data, NOW) == []  # too soon, whatever is found
    assert went()
    assert old_keys(data) == []
    everything_reads(full, data)


def test_the_work_in_the_background_ends_with_the_old_key(
    full: Store, any_settings: Settings
) -> None:
    data = any_settings.data
    later = NOW + timedelta(days=3)
    work = Resealing(full, data)
    assert not work.some(later)
    rotate(data, NOW.date())
    with full.writing() as session:
        session.execute(RefusedRow.metadata.tables["refused_records"].delete())
    batches = 0
    while work.some(later):
        batches += 1
    assert batches >= len({table for table, _ in resealing.SEALED}) - 3
    assert old_keys(data) == []
    assert not work.some(later)
    everything_reads(full, data)


def test_looking_for_what_is_left_holds_up_no_writer(full: Store, any_settings: Settings) -> None:
    old = full.vault.key_id
    rotate(any_settings.data, NOW.date())
    list(reseal(full, [old]))
    with full.writing() as session:
        session.connection()  # on SQLite, a second writer would wait for this one, and give up
        assert sum(reseal(full, [old])) == 0


def test_a_path_of_the_access_log_still_opens_with_the_old_key(
    any_store: Store, any_settings: Settings
) -> None:
    bring_visits(any_store, (0, "pupil-7"))
    rotate(any_settings.data, NOW.date())
    wanted = WantedVisits(person="pupil-7")
    assert [
        one.path for one in access.search(any_store, wanted, NOW.date(), paths=True).visits
    ] == ["/x"]


RESEALING = """
import sys
from pathlib import Path
from safeguard.settings import Database, Settings
from safeguard.store.resealing import reseal
from safeguard.store.session import open_store
from safeguard.store.unblock_decisions import refuse
from safeguard.store.unblock_requests import Asking, ask
from safeguard.vault import old_keys, rotate
from datetime import date
data = Path(sys.argv[1])
store = open_store(Settings(data=data, database=Database(url=sys.argv[2])))
rotate(data, date(2026, 3, 4))
while True:
    for _ in reseal(store, [one.id for one in old_keys(data)], 1):
        print("a batch", flush=True)
    rotate(data, date(2026, 3, 4))
"""


def test_a_change_of_key_that_is_killed_at_any_point_is_finished_by_the_next(
    full: Store, any_settings: Settings
) -> None:
    data, url = any_settings.data, any_settings.database.url
    for batches in (0, 1, 5, 13, 22, 34):  # and it dies somewhere after
        with subprocess.Popen(
            [sys.executable, "-c", RESEALING, str(data), url], stdout=subprocess.PIPE
        ) as child:
            assert child.stdout is not None
            for _ in range(batches):
                assert child.stdout.readline() == b"a batch\n"
            os.kill(child.pid, signal.SIGKILL)
        everything_reads(full, data)
    list(reseal(full, [one.id for one in old_keys(data)]))
    assert set(counts(full)) == {full.vault.key_id.hex()}
    everything_reads(full, data)
