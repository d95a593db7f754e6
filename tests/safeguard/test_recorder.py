"""Flagged events are on disk before the answer; others are counted; all is bounded."""

import sqlite3
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import msgspec
import pytest

import safeguard.recorder
from safeguard.core.events import (
    MOST_HOSTS,
    Growth,
    Keeping,
    Kept,
    Private,
    SealedEvent,
    Tally,
    kept_how,
)
from safeguard.core.types import Action, Reason, Subject, Target, Verdict
from safeguard.problems import UnusableError
from safeguard.recorder import MOST_TALLIES, PRUNE_EVERY, Recorder, RecorderError, open_recorder
from safeguard.settings import Settings
from safeguard.spool import SpoolReader, SpoolWriter, decode, spool_file
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
    flagged,
    sealed,
)

VAULT = Vault(bytes(32))
TEN_MINUTES = 600


class Desk:
    """A recorder, and what is in its spool."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.drained = 0
        numbers = count(1)
        self.spool = SpoolWriter(path)
        self.recorder = Recorder(
            self.spool,
            VAULT,
            randomness=lambda size: next(numbers).to_bytes(size),
            drained=lambda: self.drained,
        )

    def kept(self) -> list[Kept]:
        reader = SpoolReader(self.path)
        records = [decode(one.record) for one in reader.after(0, 100_000)]
        reader.close()
        return records

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
    desk = Desk(tmp_path / "proxy-0.sqlite")
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
    written = desk.path.read_bytes() + desk.path.with_name(desk.path.name + "-wal").read_bytes()
    for secret in (b"so sad", b"/find", b"sesame"):
        assert secret not in written


def test_what_a_sealed_list_matched_is_nowhere_in_the_file(desk: Desk) -> None:
    assert desk.recorder.record(PUPIL, PLACE, sealed(), NOW)
    written = desk.path.read_bytes() + desk.path.with_name(desk.path.name + "-wal").read_bytes()
    assert b"casino" not in written
    assert b"do not keep this" not in written


@pytest.mark.parametrize("verdict", [ALLOWED, HELPED])
def test_what_is_not_kept_has_no_reference(desk: Desk, verdict: object) -> None:
    assert desk.recorder.record(PUPIL, PLACE, verdict, NOW) == ""  # type: ignore[arg-type]
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
    }
    assert len(references) == len(desk.events()) == 4


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
    assert b"pupil-7" not in desk.path.with_name(desk.path.name + "-wal").read_bytes()
    assert len(desk.recorder._tallies) == 1


def test_counters_are_bounded(desk: Desk) -> None:
    for second in range(MOST_TALLIES + 10):
        desk.recorder.record(PUPIL, ADVERT, blocked("adverts"), at(3600 * second))
    assert len(desk.recorder._tallies) == MOST_TALLIES


def test_what_is_drained_is_pruned_every_few_flushes(desk: Desk) -> None:
    for _ in range(5):
        desk.recorder.record(PUPIL, SEARCH, flagged(), NOW)
    desk.drained = 3
    for second in range(PRUNE_EVERY):
        assert len(desk.kept()) == 5
        desk.recorder.flush(at(second))
    assert len(desk.kept()) == 2


def test_near_the_bound_counted_blocks_are_shed_and_flagged_ones_kept(tmp_path: Path) -> None:
    spool = SpoolWriter(tmp_path / "small.sqlite", 200_000)
    recorder = Recorder(spool, VAULT)
    number = 0
    while recorder.record(Subject("primary", f"10.0.{number}.1"), PLACE, blocked(), NOW):
        number += 1
    assert recorder.record(PUPIL, SEARCH, flagged(), NOW)
    recorder.record(Subject("primary", "10.0.0.1"), PLACE, blocked(), NOW)
    recorder.flush(NOW)
    assert spool.shed == 2
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
    connection = sqlite3.connect(spool_file(settings.data, "proxy-0"))
    assert connection.execute("SELECT count(*) FROM records").fetchone() == (2,)
    connection.close()


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
