"""Duties are done when they are due, each by itself; and what is flagged becomes a concern soon."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from safeguard import duties
from safeguard.beside import Lane
from safeguard.duties import AFTER_TROUBLE, LONGEST_WAIT, PAUSE, Duty, Rounds, duties_of
from safeguard.recorder import open_recorder
from safeguard.settings import Settings, load
from safeguard.store import events, schema, tokens
from safeguard.store.events import Wanted
from safeguard.store.session import AwayError, Store
from tests.safeguard.concern_samples import flagged_event, keep, minutes, rows
from tests.safeguard.samples import NOW, PUPIL, SEARCH, flagged

DEADLINE = 60.0


class Steady:
    """The time that goes on, as the test sets it."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Deeds:
    """What was done, and what it answers."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.answers: dict[str, bool | Exception | None] = {}

    def duty(self, what: str, every: float) -> Duty:
        def do(_now: datetime) -> bool | None:
            self.done.append(what)
            answer = self.answers.get(what)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return Duty(what, every, "because", do)


@pytest.fixture
def steady() -> Steady:
    return Steady()


@pytest.fixture
def deeds() -> Deeds:
    return Deeds()


def rounds(steady: Steady, *table: Duty) -> Rounds:
    return Rounds(table, lambda: NOW, steady)


def test_each_is_done_at_its_time(steady: Steady, deeds: Deeds) -> None:
    each = rounds(steady, deeds.duty("often", 1), deeds.duty("seldom", 3))
    for _ in range(5):
        each.turn()
        steady.now += 1
    assert deeds.done == ["often", "seldom", "often", "often", "often", "seldom", "often"]


def test_it_says_how_long_nothing_is_due(steady: Steady, deeds: Deeds) -> None:
    assert rounds(steady, deeds.duty("often", 0.25)).turn() == 0.25
    assert rounds(steady, deeds.duty("seldom", 3600)).turn() == LONGEST_WAIT
    assert rounds(steady).turn() == pytest.approx(0) or rounds(steady).turn() == LONGEST_WAIT


def test_what_has_more_to_do_goes_on_and_holds_up_nobody(steady: Steady, deeds: Deeds) -> None:
    deeds.answers["much"] = True
    each = rounds(steady, deeds.duty("much", 60), deeds.duty("other", 60))
    assert each.turn() == pytest.approx(PAUSE)
    steady.now += PAUSE
    each.turn()
    assert deeds.done == ["much", "other", "much"]


@pytest.mark.parametrize("trouble", [AwayError(), ValueError("Ada Adams, 9B")])
def test_one_that_fails_is_tried_again_and_the_others_go_on(
    steady: Steady, deeds: Deeds, trouble: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    deeds.answers["bad"] = trouble
    each = rounds(steady, deeds.duty("bad", 1), deeds.duty("good", 1))
    each.turn()
    for _ in range(int(AFTER_TROUBLE) + 1):
        steady.now += 1
        each.turn()
    assert deeds.done.count("good") == 12
    assert deeds.done.count("bad") >= 2
    deeds.answers["bad"] = None
    steady.now += AFTER_TROUBLE
    each.turn()
    said = capsys.readouterr().err
    assert said.count("a duty was not done") == 1
    assert "Ada" not in said


def test_each_lane_has_duties_that_can_be_done(any_settings: Settings, any_store: Store) -> None:
    for lane in Lane:
        with ExitStack() as closing:
            table = duties_of(lane, any_settings, any_store, closing)
        assert table
        assert all(duty.why and duty.every > 0 for duty in table)
        for duty in table:
            duty.do(NOW)


def test_words_are_indexed_at_once_unless_events_wait_to_be_folded(
    any_settings: Settings, any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "BATCH", 2)
    keep(any_store, *(flagged_event(minutes(number), words="so sad") for number in range(5)))
    with ExitStack() as closing:
        table = {one.what: one.do for one in duties_of(Lane.SOON, any_settings, any_store, closing)}
        assert table["index words"](NOW) is False  # a lead waits for the concerns
        table["fold events"](NOW)
        assert table["index words"](NOW) is True
        assert table["index words"](NOW) is False
    wanted = Wanted(keyed_words=tokens.keyed(any_store.vault, "sad"))
    assert len(events.search(any_store, wanted).events) == 5


def eventually(holds: Callable[[], bool]) -> None:
    deadline, pause = time.monotonic() + DEADLINE, Event()
    while not holds():
        assert time.monotonic() < deadline
        pause.wait(0.02)


def test_a_flagged_request_is_a_concern_soon(tmp_path: Path) -> None:
    settings = load(tmp_path)
    store = schema.prepare(settings)
    jobs = subprocess.Popen([sys.executable, "-m", "safeguard.jobs", "--data", str(tmp_path)])
    try:
        recorder = open_recorder(settings, "proxy-0")
        recorder.record(PUPIL, SEARCH, flagged(), datetime.now(UTC))
        eventually(lambda: len(rows(store)) == 1)  # the processes have begun
        started = time.monotonic()
        recorder.record(PUPIL, SEARCH, flagged(), datetime.now(UTC))
        eventually(lambda: rows(store)[0].events == 2)
        assert time.monotonic() - started < 10.0  # two seconds where nothing else runs
        recorder.close(datetime.now(UTC))
    finally:
        jobs.send_signal(signal.SIGTERM)
        assert jobs.wait(DEADLINE) == 0
        store.close()


@pytest.mark.usefixtures("any_store")
def test_it_stops_when_told(any_settings: Settings) -> None:
    stop = Event()
    stop.set()
    duties.run(Lane.SLOW, any_settings, stop)


def test_a_start_that_cannot_be_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "settings.toml"
    broken.write_text("[school\n")
    asked = ["--lane", "soon", "--data", str(tmp_path), "--config", str(broken)]
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        assert duties.main(asked) == 2
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    assert "duties cannot start" in capsys.readouterr().err
