"""Flagged events are on disk before the answer; others are counted; all is bounded."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path

import msgspec
import pytest

import safeguard.recorder
from filter_rules.types import Hit, Severity
from safeguard.core.below_threshold import BelowThreshold
from safeguard.core.events import (
    MOST_HOSTS,
    Growth,
    Keeping,
    Private,
    SealedEvent,
    Tally,
    kept_how,
)
from safeguard.core.policy import Policy
from safeguard.core.types import Action, Manner, Reason, Subject, Target, Verdict
from safeguard.core.unblocking import Asked
from safeguard.core.visits import Visit, Visits
from safeguard.keeping_settings import Spool
from safeguard.problems import UnusableError
from safeguard.recorder import AT_ONCE, MOST_TALLIES, Recorder, RecorderError, open_recorder
from safeguard.records import Record, decode
from safeguard.settings import Settings
from safeguard.spool import Share, SpoolWriter, segments_of, spool_folder
from safeguard.spool_reader import Segment
from safeguard.vault import Vault
from tests.safeguard.samples import (
    ADVERT,
    ALLOWED,
    HELPED,
    NOW,
    PLACE,
    PUPIL,
    SEARCH,
    at,
    blocked,
    finding,
    flagged,
    sealed,
)

VAULT = Vault(bytes(32))
TEN_MINUTES = 600
MONITORED = replace(blocked(), action=Action.ALLOW, manner=Manner.MONITOR)
POLICY = Policy((), private_categories=frozenset({"finance"}))


class Desk:
    """A recorder, and what is in its spool."""

    def __init__(self, path: Path) -> None:
        self.path = path
        numbers = count(1)
        self.spool = SpoolWriter(path)
        self.recorder = Recorder(
            self.spool,
            VAULT,
            randomness=lambda size: next(numbers).to_bytes(size),
        )

    def kept(self) -> list[Record]:
        records = []
        for _, path in segments_of(self.path):
            with closing(Segment(path)) as segment:
                records += [decode(one.record) for one in segment.after(0, 100_000)]
        return records

    def written(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.path.iterdir())

    def visits(self) -> list[Visit]:
        return [one for kept in self.kept() if isinstance(kept, Visits) for one in kept.visits]

    def events(self) -> list[SealedEvent]:
        return [one for one in self.kept() if isinstance(one, SealedEvent)]

    def growths(self) -> list[Growth]:
        return [one for one in self.kept() if isinstance(one, Growth)]

    def tallies(self) -> list[Tally]:
        return [one for one in self.kept() if isinstance(one, Tally)]

    def break_disk(self) -> None:
        self.spool._connection.execute("PRAGMA query_only = ON")

    def mend_disk(self) -> None:
        self.spool._connection.execute("PRAGMA query_only = OFF")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "proxy-0")
    yield desk
    desk.spool.close()


def test_a_flagged_event_is_on_disk_when_record_returns(desk: Desk) -> None:
    reference = desk.recorder.record(PUPIL, SEARCH, flagged(), NOW)
    (kept,) = desk.events()
    assert kept.event.reference == reference
    assert kept.event.person == "pupil-7"


def test_words_and_addresses_are_encrypted_before_they_are_written(desk: Desk) -> None:
    desk.recorder.record(PUPIL, SEARCH, flagged(), NOW)
    (kept,) = desk.events()
    assert kept.event.private == Private()
    private = msgspec.msgpack.decode(VAULT.unseal(kept.sealed), type=Private)
    assert private.words == "why am i so sad today"
    written = desk.written()
    for secret in (b"so sad", b"/find", b"sesame"):
        assert secret not in written


def test_what_a_sealed_list_matched_is_nowhere_in_the_file(desk: Desk) -> None:
    assert desk.recorder.record(PUPIL, PLACE, sealed(), NOW)
    written = desk.written()
    assert b"casino" not in written
    assert b"do not keep this" not in written


@pytest.mark.parametrize("verdict", [ALLOWED, HELPED])
def test_what_is_not_kept_has_no_reference(desk: Desk, verdict: Verdict) -> None:
    assert desk.recorder.record(PUPIL, PLACE, verdict, NOW) == ""
    desk.recorder.flush(NOW)
    assert desk.kept() == []


def test_an_event_that_cannot_be_written_is_never_passed_over(desk: Desk) -> None:
    desk.break_disk()
    with pytest.raises(RecorderError):
        desk.recorder.record(PUPIL, SEARCH, flagged(), NOW)
    desk.mend_disk()
    assert desk.recorder.record(PUPIL, SEARCH, flagged(), NOW)


def test_an_error_names_nobody(desk: Desk) -> None:
    desk.break_disk()
    with pytest.raises(RecorderError) as raised:
        desk.recorder.record(PUPIL, SEARCH, flagged(), NOW)
    said = f"{raised.value!r} {raised.value.__cause__!r}"
    assert not any(secret in said for secret in ("pupil-7", "10.0.0.7", "sad", "search.example"))


def test_a_block_that_cannot_be_counted_still_stands(desk: Desk) -> None:
    desk.break_disk()
    assert desk.recorder.record(PUPIL, PLACE, blocked(), NOW) == ""
    assert desk.recorder.lost == 1
    desk.mend_disk()
    assert desk.recorder.record(PUPIL, PLACE, blocked(), NOW)


def test_blocks_of_one_subject_and_category_are_one_event_for_ten_minutes(desk: Desk) -> None:
    first = desk.recorder.record(PUPIL, PLACE, blocked(), NOW)
    assert len(desk.events()) == 1
    for second in range(1, TEN_MINUTES):
        host = f"www{second}.example"
        assert desk.recorder.record(PUPIL, Target(host), blocked(), at(second)) == first
    desk.recorder.flush(at(TEN_MINUTES - 1))
    (growth,) = desk.growths()
    assert (growth.count, growth.last) == (TEN_MINUTES, at(TEN_MINUTES - 1))
    assert growth.event_id == desk.events()[0].event.id
    assert len(growth.hosts) == MOST_HOSTS
    assert growth.hosts[:2] == ("casino.example", "www1.example")
    assert desk.recorder.record(PUPIL, PLACE, blocked(), at(TEN_MINUTES)) != first
    assert len(desk.events()) == 2


def test_another_category_subject_or_group_is_another_event(desk: Desk) -> None:
    other = Subject("primary", "10.0.0.8")
    staff = Subject("staff", "10.0.0.7", "pupil-7", "tablet-7", "device")
    references = {
        desk.recorder.record(PUPIL, PLACE, blocked(), NOW),
        desk.recorder.record(PUPIL, PLACE, blocked("games"), NOW),
        desk.recorder.record(other, PLACE, blocked(), NOW),
        desk.recorder.record(staff, PLACE, blocked(), NOW),
        desk.recorder.record(staff, PLACE, MONITORED, NOW),
    }
    assert len(references) == len(desk.events()) == 5
    assert desk.events()[-1].event.action is Action.ALLOW


def test_a_spell_that_ends_unflushed_is_written_with_the_next(desk: Desk) -> None:
    desk.recorder.record(PUPIL, PLACE, blocked(), NOW)
    desk.recorder.record(PUPIL, PLACE, blocked(), at(1))
    desk.recorder.record(PUPIL, PLACE, blocked(), at(TEN_MINUTES))
    assert [growth.count for growth in desk.growths()] == [2]


def test_a_flush_without_news_writes_nothing(desk: Desk) -> None:
    desk.recorder.record(PUPIL, PLACE, blocked(), NOW)
    desk.recorder.record(PUPIL, PLACE, blocked(), NOW)
    desk.recorder.record(PUPIL, ADVERT, blocked("adverts"), NOW)
    desk.recorder.flush(NOW)
    before = len(desk.kept())
    desk.recorder.flush(at(1))
    assert len(desk.kept()) == before


def test_sums_that_could_not_be_written_are_written_later(desk: Desk) -> None:
    desk.recorder.record(PUPIL, PLACE, blocked(), NOW)
    desk.recorder.record(PUPIL, PLACE, blocked(), NOW)
    desk.break_disk()
    desk.recorder.flush(at(1))
    assert desk.recorder.lost == 1
    desk.mend_disk()
    desk.recorder.flush(at(2))
    assert [growth.count for growth in desk.growths()] == [2]


def test_memory_is_bounded_and_nothing_is_forgotten_for_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safeguard.recorder, "MOST_RUNNING", 3)
    for number in range(10):
        subject = Subject("primary", f"10.0.0.{number}")
        desk.recorder.record(subject, PLACE, blocked(), NOW)
        desk.recorder.record(subject, PLACE, blocked(), NOW)
        assert len(desk.recorder._running) <= 3
    desk.recorder.flush(NOW)
    assert len(desk.events()) == 10
    assert [growth.count for growth in desk.growths()] == [2] * 10
    desk.recorder.flush(at(TEN_MINUTES))
    assert desk.recorder._running == {}


def test_adverts_are_only_counted_by_the_hour_without_a_subject(desk: Desk) -> None:
    for second in range(3):
        assert desk.recorder.record(PUPIL, ADVERT, blocked("adverts"), at(second)) == ""
    desk.recorder.flush(at(3))
    desk.recorder.record(PUPIL, ADVERT, blocked("adverts"), at(4))
    desk.recorder.record(PUPIL, ADVERT, blocked("adverts"), at(3600))
    desk.recorder.flush(at(3600))
    assert [(tally.hour, tally.count) for tally in desk.tallies()] == [
        (at(-1800), 3),
        (at(-1800), 4),
        (at(1800), 1),
    ]
    assert desk.events() == []
    assert b"pupil-7" not in desk.written()
    assert len(desk.recorder._tallies) == 1


def test_counters_are_bounded(desk: Desk) -> None:
    for second in range(MOST_TALLIES + 10):
        desk.recorder.record(PUPIL, ADVERT, blocked("adverts"), at(3600 * second))
    assert len(desk.recorder._tallies) == MOST_TALLIES


def test_near_the_bound_counted_blocks_are_shed_and_flagged_ones_kept(tmp_path: Path) -> None:
    spool = SpoolWriter(tmp_path / "small", 400_000)
    recorder = Recorder(spool, VAULT)
    number = 0
    while recorder.record(Subject("primary", f"10.0.{number}.1"), PLACE, blocked(), NOW):
        number += 1
    assert recorder.record(PUPIL, SEARCH, flagged(), NOW)
    recorder.record(Subject("primary", "10.0.0.1"), PLACE, blocked(), NOW)
    recorder.flush(NOW)
    assert spool.shed[Share.COUNTED] == 2
    spool.close()


def test_closing_writes_what_was_added_up(desk: Desk) -> None:
    desk.recorder.record(PUPIL, PLACE, blocked(), NOW)
    desk.recorder.record(PUPIL, PLACE, blocked(), NOW)
    desk.recorder.close(NOW)
    assert [growth.count for growth in desk.growths()] == [2]


def test_a_worker_opens_its_recorder_by_name(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    recorder = open_recorder(settings, "proxy-0")
    assert recorder.record(PUPIL, SEARCH, flagged(), NOW)
    recorder.close(NOW)
    again = open_recorder(settings, "proxy-0")
    assert again.record(PUPIL, SEARCH, flagged(), NOW)
    again.close(NOW)
    assert len(segments_of(spool_folder(settings.data, "proxy-0"))) == 2


def test_a_worker_waits_for_the_disk_where_the_settings_say_so(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", spool=Spool(synchronous="full"))
    recorder = open_recorder(settings, "proxy-0")
    assert recorder._spool._connection.execute("PRAGMA synchronous").fetchall() == [(2,)]
    recorder.close(NOW)


def test_a_lost_key_stops_a_worker_whose_spool_was_sealed_with_it(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    recorder = open_recorder(settings, "proxy-0")
    recorder.record(PUPIL, SEARCH, flagged(), NOW)
    recorder.close(NOW)
    (settings.data / "keys/content.key").unlink()
    with pytest.raises(UnusableError, match="is missing"):
        open_recorder(settings, "proxy-0")


def test_the_samples_are_what_these_tests_take_them_for() -> None:
    assert kept_how(flagged(), SEARCH) is Keeping.COMMITTED
    assert kept_how(blocked(), PLACE) is Keeping.COUNTED
    assert kept_how(blocked("adverts"), ADVERT) is Keeping.TALLIED


def test_a_count_that_grows_names_no_site_of_a_sealed_list(desk: Desk) -> None:
    unseen = Verdict(Action.BLOCK, Reason.UNSEEN)
    for second in range(3):
        desk.recorder.record(PUPIL, PLACE, unseen, at(second))
    desk.recorder.flush(at(3))
    assert [(growth.count, growth.hosts) for growth in desk.growths()] == [(3, ("withheld",))]


def test_a_visit_is_written_when_its_minute_is_over(desk: Desk) -> None:
    for second in range(30):
        desk.recorder.visited(PUPIL, PLACE, ALLOWED, POLICY, at(second))
    desk.recorder.flush(at(59))
    assert desk.visits() == []
    desk.recorder.flush(at(60))
    (visit,) = desk.visits()
    assert (visit.person, visit.host, visit.times, visit.at) == (
        "pupil-7",
        "casino.example",
        30,
        NOW,
    )
    assert VAULT.unseal(visit.path) == b"/table/4"


def test_closing_writes_the_visits_of_the_last_minute(desk: Desk) -> None:
    desk.recorder.visited(PUPIL, PLACE, ALLOWED, POLICY, NOW)
    desk.recorder.close(NOW)
    assert len(desk.visits()) == 1


def test_paths_are_encrypted_and_queries_and_words_are_nowhere(desk: Desk) -> None:
    desk.recorder.visited(PUPIL, SEARCH, ALLOWED, POLICY, NOW)
    desk.recorder.flush(at(60))
    written = desk.written()
    assert b"search.example" in written
    for secret in (b"/find", b"so+sad", b"so sad", b"sesame"):
        assert secret not in written


def test_what_is_private_leaves_no_visit(desk: Desk) -> None:
    bank = Verdict(Action.ALLOW, Reason.DEFAULT, hits=(Hit("finance", "starter", "bank.example"),))
    desk.recorder.visited(PUPIL, Target("bank.example"), bank, POLICY, NOW)
    desk.recorder.visited(PUPIL, PLACE, HELPED, POLICY, NOW)
    desk.recorder.flush(at(60))
    assert desk.visits() == []


def test_visits_are_shed_before_counts_and_flags(tmp_path: Path) -> None:
    spool = SpoolWriter(tmp_path / "small", free=lambda _: 128 << 20)
    with closing(Recorder(spool, VAULT)._spool):
        recorder = Recorder(spool, VAULT)
        recorder.visited(PUPIL, PLACE, ALLOWED, POLICY, NOW)
        assert recorder.record(PUPIL, PLACE, blocked(), NOW)
        assert recorder.record(PUPIL, SEARCH, flagged(), NOW)
        recorder.flush(at(60))
        assert spool.shed == {Share.VISITS: 1, Share.COUNTED: 0}


def test_a_flush_of_many_counts_lets_answers_through_in_between(desk: Desk) -> None:
    for number in range(3 * AT_ONCE):
        subject = Subject("primary", f"10.0.{number}.1")
        desk.recorder.record(subject, PLACE, blocked(), NOW)
        desk.recorder.record(subject, PLACE, blocked(), NOW)
    desk.recorder.flush(NOW)
    assert [growth.count for growth in desk.growths()] == [2] * 3 * AT_ONCE
    assert desk.recorder._grown == {}


def test_a_flush_of_many_hours_writes_no_more_at_once_than_of_many_counts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths: list[int] = []
    append_many = desk.recorder._spool.append_many

    def counted(records: Sequence[bytes], share: Share) -> bool:
        lengths.append(len(records))
        return append_many(records, share)

    monkeypatch.setattr(desk.recorder._spool, "append_many", counted)
    for number in range(3 * AT_ONCE):
        desk.recorder.record(PUPIL, ADVERT, blocked("adverts"), at(3600 * number))
    desk.recorder.flush(NOW)
    assert lengths == [AT_ONCE] * 3
    assert [tally.count for tally in desk.tallies()] == [1] * 3 * AT_ONCE
    assert len(desk.recorder._tallies) == 1


def test_what_stays_below_the_threshold_is_counted_without_words_or_subject(desk: Desk) -> None:
    low = replace(finding(), severity=Severity.LOW, score=1.5)
    verdict = Verdict(Action.ALLOW, Reason.DEFAULT, findings=(low,))
    for second in range(3):
        desk.recorder.nearly(PUPIL, verdict, at(second))
    desk.recorder.nearly(PUPIL, flagged(), at(3))
    desk.recorder.flush(at(4))
    below = [one for one in desk.kept() if isinstance(one, BelowThreshold)]
    assert [(one.theme, one.group, one.score, one.count) for one in below] == [
        ("low-mood", "primary", 15, 3)
    ]
    assert b"pupil-7" not in desk.written()
    assert b"so sad" not in desk.written()


def test_what_is_asked_for_on_a_block_page_is_on_disk_and_its_words_are_sealed(desk: Desk) -> None:
    page = replace(PLACE, url=f"https://me:secret@{PLACE.host}/page?token=abc")
    desk.recorder.asked(PUPIL, page, blocked(), "for  chess club", NOW)
    (kept,) = desk.kept()
    assert isinstance(kept, Asked)
    assert (kept.host, kept.person, kept.categories) == (
        PLACE.host, PUPIL.person, blocked().categories,
    )  # fmt: skip
    private = msgspec.msgpack.decode(VAULT.unseal(kept.sealed))
    assert private == [f"https://{PLACE.host}/page", "for chess club"]
    assert b"chess" not in desk.written()


def test_a_request_that_cannot_be_kept_is_an_error_so_that_nobody_is_told_it_was(
    desk: Desk,
) -> None:
    desk.break_disk()
    with pytest.raises(RecorderError):
        desk.recorder.asked(PUPIL, PLACE, blocked(), "please", NOW)
