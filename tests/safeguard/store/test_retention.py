"""What is over its time goes, what is not stays, and a hold keeps both."""

import os
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from filter_rules.types import Severity
from safeguard.core.audit import Actor, Verified
from safeguard.core.below_threshold import BelowThreshold
from safeguard.core.concerns import Outcome
from safeguard.core.events import Growth, Tally
from safeguard.core.retention import Kept
from safeguard.core.types import Subject
from safeguard.core.visits import Visits, visit_id, visit_of
from safeguard.keeping_settings import Retention
from safeguard.records import Record, encode
from safeguard.store import audit, audit_verify, holds, retention, unblock_requests
from safeguard.store.access_days import days
from safeguard.store.intake import Batch, Refused, take_in
from safeguard.store.overrides import lift
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from safeguard.store.tables.cases import CaseRow, NoteRow, OutcomeRow
from safeguard.store.tables.concerns import ConcernRow, FeedbackRow
from safeguard.store.tables.events import BelowThresholdRow, EventRow, TallyRow
from safeguard.store.tables.keeping import LegalHoldRow, RetentionRunRow, SelfTestRow
from safeguard.store.tables.notices import OutboxRow
from safeguard.store.tables.spools import RefusedRow
from safeguard.store.unblock_codes import make as make_codes
from safeguard.store.unblock_decisions import refuse
from safeguard.store.unblock_requests import Asking
from tests.safeguard.policy_samples import document, override
from tests.safeguard.samples import ALLOWED, NOW, PLACE, PUPIL, reviewer
from tests.safeguard.store.keeping_samples import PERSON, ago, case, concern, event, there

PERIODS = Retention().periods
HELD = Subject("primary", "10.0.0.9", "pupil-9")


def purged(store: Store) -> dict[str, int]:
    """What a run says went; what was foretold is the same."""
    foretold = {one.name: one.count for one in retention.due(store, PERIODS, NOW)}
    gone = {one.name: one.count for one in retention.purge(store, PERIODS, NOW)}
    assert {name: count for name, count in foretold.items() if count}.items() <= gone.items()
    assert not any(one.count for one in retention.due(store, PERIODS, NOW))
    return {name: count for name, count in gone.items() if count}


@pytest.mark.parametrize(
    ("days", "changes", "name"),
    [
        (91, {}, "events: not reviewed, low"),
        (89, {}, ""),
        (91, {"severity": Severity.MEDIUM}, ""),
        (
            731,
            {"severity": Severity.MEDIUM, "flagged": True},
            "events: not reviewed, medium or worse",
        ),
        (729, {"severity": Severity.HIGH, "flagged": True}, ""),
        (
            400,
            {"severity": Severity.LOW, "flagged": True},
            "",
        ),  # the concerns do not know of it yet
    ],
)
def test_an_event_without_a_concern_goes_by_its_severity(
    any_store: Store, days: float, changes: dict[str, Any], name: str
) -> None:
    event(any_store, 1, days, **changes)
    assert purged(any_store) == ({name: 1} if name else {})
    assert there(any_store, EventRow) == (0 if name else 1)


def test_requests_and_what_was_lifted_go_after_their_time_unless_held(any_store: Store) -> None:
    def asks(host: str, days: float, subject: Subject = PUPIL) -> int:
        asking = Asking(subject, host, f"https://{host}/", ("games",), "a lesson")
        return unblock_requests.ask(any_store, asking, ago(days)).id

    begins = ago(402)
    lifted = override(since=begins, until=begins + timedelta(hours=1))
    lift(any_store, lifted, document(), Actor("staff:1", begins))
    make_codes(any_store, lifted, 2, document(), Actor("staff:1", begins), os.urandom)
    refuse(any_store, asks("old.example", 95), "no", Actor("staff:1", ago(91)))
    refuse(any_store, asks("held.example", 95, HELD), "no", Actor("staff:1", ago(91)))
    refuse(any_store, asks("late.example", 95), "no", Actor("staff:1", ago(89)))
    asks("never answered.example", 91)
    open_still = asks("asked again.example", 95)
    asks("asked again.example", 80)
    holds.place(any_store, reviewer(any_store), "a court asked", NOW, "pupil-9")
    assert purged(any_store) == {
        "unblock requests": 2,
        "lifted for a while: codes": 2,
        "lifted for a while: overrides": 1,
    }
    assert [one.id for one in unblock_requests.waiting(any_store)] == [open_still]
    assert {one.host for one in unblock_requests.answered(any_store)} == {
        "late.example",
        "held.example",
    }


@pytest.mark.parametrize(
    ("days", "closed", "severity", "name"),
    [
        (91, None, Severity.LOW, "not reviewed, low"),
        (89, None, Severity.LOW, ""),
        (91, None, Severity.MEDIUM, ""),
        (731, None, Severity.URGENT, "not reviewed, medium or worse"),
        (31, Outcome.LESSON, Severity.HIGH, "not a concern"),
        (29, Outcome.LESSON, Severity.HIGH, ""),
        (31, Outcome.WRONG_PUPIL, Severity.HIGH, "not a concern"),
        (31, Outcome.TOO_BROAD.code, Severity.HIGH, "not a concern"),
        (31, Outcome.NOTED.code, Severity.HIGH, ""),
        (366, Outcome.NOTED, Severity.LOW, "real, with nothing to do"),
        (364, Outcome.NOTED, Severity.LOW, ""),
        (8000, Outcome.ACTED, Severity.LOW, ""),
        (8100, Outcome.ACTED, Severity.LOW, "real, and acted on"),
        (8000, "no outcome", Severity.LOW, ""),
        (8100, "no outcome", Severity.LOW, "real, and acted on"),
    ],
)
def test_a_concern_goes_by_what_people_concluded_and_its_events_with_it(
    any_store: Store, days: float, closed: str | None, severity: Severity, name: str
) -> None:
    staff = reviewer(any_store)
    one = event(any_store, 1, 9000, severity=severity, flagged=True)
    with any_store.writing() as session:
        session.execute(update(EventRow).values(folded=True))
    concern(any_store, 1, days, one, severity=severity, closed=closed, staff=staff)
    gone = {one.name for one in retention.purge(any_store, PERIODS, NOW) if one.count}
    assert {one for one in gone if one.startswith("concerns")} == (
        {f"concerns: {name}"} if name else set()
    )
    assert there(any_store, ConcernRow) == there(any_store, EventRow) == (0 if name else 1)
    assert there(any_store, OutcomeRow) == (
        1 if closed not in {None, "no outcome"} and not name else 0
    )


def test_a_concern_that_somebody_has_is_not_swept_as_low(any_store: Store) -> None:
    concern(any_store, 1, 91, owner=reviewer(any_store))
    assert purged(any_store) == {}


def test_what_a_rule_learnt_outlives_the_concern(any_store: Store) -> None:
    staff = reviewer(any_store)
    key = concern(any_store, 1, 40, closed=Outcome.LESSON, staff=staff)
    with any_store.writing() as session:
        session.add(FeedbackRow(
            school_id=1, concern_id=key, at=NOW, staff_id=staff, verdict="lesson", theme="t",
            rule="r", list="l",
        ))  # fmt: skip
    purged(any_store)
    with any_store.reading() as session:
        assert session.scalars(select(FeedbackRow.concern_id)).all() == [None]


def test_a_concern_in_a_case_is_kept_as_long_as_the_case(any_store: Store) -> None:
    staff = reviewer(any_store)
    key = concern(any_store, 1, 400, closed=Outcome.LESSON, staff=staff)
    case(any_store, 2, 400, key, staff=staff)
    assert purged(any_store) == {}
    with any_store.writing() as session:
        session.execute(update(CaseRow).values(keep_until=ago(1)))
    gone = {one.name for one in retention.purge(any_store, PERIODS, NOW) if one.count}
    assert gone == {"cases", "concerns: not a concern"}
    assert there(any_store, NoteRow) == there(any_store, ConcernRow) == 0


@pytest.mark.parametrize(
    ("days", "closed", "goes"),
    [
        (8100, Outcome.ACTED, True),
        (8000, Outcome.ACTED, False),
        (366, Outcome.NOTED, True),
        (364, Outcome.NOTED, False),
        (31, Outcome.TOO_BROAD, True),
        (9999, None, False),
    ],
)
def test_a_case_goes_by_its_outcome_where_nobody_set_a_date(
    any_store: Store, days: float, closed: Outcome | None, *, goes: bool
) -> None:
    case(any_store, 1, days, closed=closed, staff=reviewer(any_store))
    assert purged(any_store) == ({"cases": 1} if goes else {})


def test_a_case_with_a_date_of_its_own_stays_until_then(any_store: Store) -> None:
    staff = reviewer(any_store)
    case(any_store, 1, 9999, keep_until=NOW + timedelta(days=1), staff=staff)
    case(any_store, 2, 2, keep_until=NOW - timedelta(days=1), staff=staff)
    assert purged(any_store) == {"cases": 1}
    with any_store.reading() as session:
        assert session.scalars(select(AuditRow.what)).all() == ["began", "removed"]


@pytest.mark.parametrize("on_case", [False, True])
def test_a_hold_keeps_all_of_the_person_and_of_the_case_until_it_is_lifted(
    any_store: Store, *, on_case: bool
) -> None:
    staff = reviewer(any_store)
    one = event(any_store, 1, 9000, flagged=True, severity=Severity.HIGH)
    event(any_store, 2, 9000)
    event(any_store, 3, 9000, person="pupil-8")
    key = concern(any_store, 1, 9000, one, closed=Outcome.LESSON, staff=staff)
    file = case(any_store, 2, 9000, key, staff=staff)
    about = {"case_id": file} if on_case else {"person": PERSON}
    hold = holds.place(any_store, staff, "the police asked", NOW, **about)
    ran = {
        one.name: one for one in retention.purge(any_store, PERIODS, NOW) if one.count or one.held
    }
    assert {name: (one.count, one.held) for name, one in ran.items()} == {
        "cases": (0, 1),
        "events: not reviewed, low": (1, 1),
    }
    assert there(any_store, CaseRow) == there(any_store, ConcernRow) == 1
    assert holds.lift(any_store, hold, staff, NOW)
    assert not holds.lift(any_store, hold, staff, NOW)
    retention.purge(any_store, PERIODS, NOW)
    assert (
        there(any_store, CaseRow) == there(any_store, ConcernRow) == there(any_store, EventRow) == 0
    )
    assert there(any_store, LegalHoldRow) == (0 if on_case else 1)
    assert isinstance(audit_verify.verify(any_store), Verified)


def bring_visits(store: Store, *places: tuple[float, str]) -> None:
    visits = []
    for number, (past, person) in enumerate(places):
        subject = PUPIL.__class__("primary", "10.0.0.7", person, "tablet-7", "device")
        made = visit_of(subject, PLACE, ALLOWED, visit_id(ago(past), bytes([0, 0, number])))
        visits.append(made._replace(path=store.vault.seal(b"/x")))
    take_in(store, Batch("s", "proxy-0", 1, [Visits(tuple(visits))]))


def test_days_of_the_access_log_go_whole(any_store: Store) -> None:
    bring_visits(any_store, (40, PERSON), (31, PERSON), (30, PERSON), (0, PERSON))
    assert purged(any_store) == {"access log": 2}
    assert days(any_store) == [ago(30).date(), NOW.date()]


def test_a_held_day_keeps_the_visits_of_the_pupil_who_is_held_alone(any_store: Store) -> None:
    from safeguard.store.access import WantedVisits, search

    staff = reviewer(any_store)
    bring_visits(
        any_store, (50, "pupil-8"), (40, PERSON), (40, "pupil-8"), (35, "pupil-8"), (0, "pupil-8")
    )
    hold = holds.place(any_store, staff, "the police asked", NOW, PERSON)
    ran = retention.purge(any_store, PERIODS, NOW)[0]
    assert (ran.name, ran.count, ran.held) == ("access log", 1, 1)

    def visits(past: float, person: str) -> int:
        return len(search(any_store, WantedVisits(person=person), ago(past).date()).visits)

    assert [visits(40, PERSON), visits(40, "pupil-8"), visits(35, "pupil-8"), visits(0, "pupil-8")] == [
        1, 0, 0, 1,
    ]  # fmt: skip
    holds.lift(any_store, hold, staff, NOW)
    retention.purge(any_store, PERIODS, NOW)
    assert days(any_store) == [NOW.date()]


def test_numbers_messages_tests_and_records_that_were_refused_go_by_their_age(
    any_store: Store,
) -> None:
    hour = ago(15).replace(minute=0)
    kept: list[Record] = [
        Tally("w", ago(401), "adverts", 1), Tally("w", ago(380), "adverts", 1),
        BelowThreshold("w", hour, "low-mood", "primary", 20, 1),
        BelowThreshold("w", ago(1), "low-mood", "primary", 20, 1),
    ]  # fmt: skip
    records = [
        encode(Growth("x", 1, (), ago(91))), encode(Growth("x", 1, (), ago(89))), b"unreadable",
        encode(Tally("w", ago(91), "adverts", 1)), encode(Visits(())), b"eBroken",
    ]  # fmt: skip
    refused = [Refused(number, one, "odd") for number, one in enumerate(records)]
    take_in(any_store, Batch("s", "proxy-0", 9, kept, refused))
    with any_store.writing() as session:
        waiting = {
            "school_id": 1, "key": "waits", "kind": "test", "about": "", "channel": "email",
            "urgent": False, "made_at": ago(400), "due_at": ago(400),
        }  # fmt: skip
        session.execute(insert(OutboxRow).values(waiting))
        for number, past in enumerate((91, 89)):
            done = {"key": str(number), "state": "sent", "done_at": ago(past)}
            session.execute(insert(OutboxRow).values(waiting | done))
            session.execute(insert(SelfTestRow).values(
                school_id=1, run="r", at=ago(past * 12.1), node="n", group="primary", route="dns",
                canary="c", expected="block", found="block", passed=True, took_ms=1, artefact="a",
            ))  # fmt: skip
    assert purged(any_store) == {
        "hourly numbers": 1,
        "below the threshold": 1,
        "messages sent": 1,
        "self-tests": 1,
        "records that could not be stored": 2,
    }
    assert there(any_store, RefusedRow) == 4
    assert there(any_store, TallyRow) == there(any_store, BelowThresholdRow) == 1


def test_the_audit_chain_loses_its_old_details_and_still_verifies(any_store: Store) -> None:
    staff = reviewer(any_store)
    holds.place(any_store, staff, "the police asked", ago(2300), "pupil-8")
    theirs = concern(any_store, 1, 1, subject="pupil-8")
    with any_store.writing() as session:
        audit.record(session, ago(2300), "staff:1", "viewed", "concern", theirs, {"why": "asked"})
        audit.record(session, ago(2300), "staff:1", "viewed", "person", PERSON, {"why": "asked"})
        audit.record(session, ago(2300), "staff:1", "viewed", "person", "pupil-8", {"why": "asked"})
        audit.record(session, ago(1), "staff:1", "viewed", "person", PERSON, {"why": "asked"})
    ran = {one.name: one for one in retention.purge(any_store, PERIODS, NOW)}
    details = ran[Kept.DETAILS.value]
    assert (details.count, details.held) == (1, 3)
    assert isinstance(audit_verify.verify(any_store), Verified)
    assert there(any_store, AuditPayloadRow) == there(any_store, AuditRow) - 1
    assert {one.name: one.count for one in retention.purge(any_store, PERIODS, NOW)}[
        Kept.DETAILS.value
    ] == 0


def test_every_run_leaves_a_row_a_class(any_store: Store) -> None:
    assert retention.last_run(any_store) is None
    ran = retention.purge(any_store, PERIODS, NOW)
    with any_store.reading() as session:
        rows = session.scalars(select(RetentionRunRow)).all()
    assert [(row.kind, row.before, row.removed, row.held, row.said) for row in rows] == [
        (one.name, one.before, 0, 0, "") for one in ran
    ]
    assert retention.last_run(any_store) == NOW


def test_a_run_that_is_told_to_stop_says_so_and_the_next_goes_on(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(5):
        event(any_store, number, 100)
    asked = iter([False, False, False, False, False, True])
    said = retention.purge(any_store, PERIODS, NOW, lambda: next(asked, True))[-1]
    assert said.said == "stopped before its end"
    assert purged(any_store).get("events: not reviewed, low", 0) + said.count <= 5
    assert there(any_store, EventRow) == 0


def test_a_run_that_was_cut_short_is_gone_on_with_within_the_hour(any_store: Store) -> None:
    event(any_store, 1, 100)
    asked = iter([False, False])
    retention.purge(any_store, PERIODS, NOW, lambda: next(asked, True))
    assert there(any_store, EventRow) == 1
    retention.purge_daily(any_store, PERIODS, NOW + timedelta(hours=1))
    assert there(any_store, EventRow) == 0


def test_asked_each_hour_it_purges_once_a_day(any_store: Store) -> None:
    for hours in (0, 1, 19, 24, 25, 23 - 48):  # at last, the clock was set back
        retention.purge_daily(any_store, PERIODS, NOW + timedelta(hours=hours))
    with any_store.reading() as session:
        runs = set(session.scalars(select(RetentionRunRow.at)))
    assert runs == {NOW, NOW + timedelta(hours=24), NOW - timedelta(hours=25)}


def test_what_was_held_is_passed_by_and_what_is_behind_it_goes(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    staff = reviewer(any_store)
    holds.place(any_store, staff, "the police asked", ago(2300), PERSON)
    with any_store.writing() as session:
        for person in (PERSON, PERSON, PERSON, "pupil-8", "pupil-8"):
            audit.record(session, ago(2300), "staff:1", "viewed", "person", person, {"why": "a"})
    for number in range(5):
        event(any_store, number, 100, person=PERSON if number < 3 else "pupil-8")
    ran = {one.name: (one.count, one.held) for one in retention.purge(any_store, PERIODS, NOW)}
    assert ran["events: not reviewed, low"] == (2, 3)
    assert ran[Kept.DETAILS.value] == (2, 4)
    assert isinstance(audit_verify.verify(any_store), Verified)
