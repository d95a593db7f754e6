"""What is subscribed to, kept as files."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from filter_rules.formats.format import Format
from safeguard.importing import import_source
from safeguard.problems import UnusableError
from safeguard.sources import imported_sources
from safeguard.subscriptions import (
    AFTER_A_PROBLEM,
    EVERY,
    OLD,
    Subscription,
    Window,
    catalogue,
    due,
    subscribe,
    subscriptions,
    unsubscribe,
    write_subscription,
)

NOW = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)
OWN = Subscription("mine", "https://lists.example/games", Format.DOMAINS, "games")


def test_a_list_of_the_catalogue_is_taken_on_by_its_name(tmp_path: Path) -> None:
    made = subscribe(tmp_path, Subscription("stevenblack-gambling"))
    assert (made.format, made.category, made.licence) == (Format.HOSTS, "gambling", "MIT")
    assert made.address.startswith("https://")
    assert subscriptions(tmp_path) == [made]


def test_every_list_of_the_catalogue_can_be_taken_on(tmp_path: Path) -> None:
    for name in catalogue():
        subscribe(tmp_path, Subscription(name))
    assert {one.name for one in subscriptions(tmp_path)} == catalogue().keys()


def test_a_category_of_the_school_goes_before_that_of_the_catalogue(tmp_path: Path) -> None:
    made = subscribe(tmp_path, Subscription("stevenblack-gambling", category="games"))
    assert made.category == "games"


def test_a_subscription_is_read_as_it_was_written(tmp_path: Path) -> None:
    subscribe(tmp_path, OWN)
    full = Subscription(
        "mine", "http://x.example/", Format.HOSTS, "games", 'a "licence" \x7f', 50,
        '"e"', "Mon", "ab", NOW, NOW, NOW, NOW, "it broke",
    )  # fmt: skip
    write_subscription(tmp_path, full)
    assert subscriptions(tmp_path) == [full]


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (Subscription("nobody-knows"), "--address"),
        (Subscription("Mine!", OWN.address, Format.DOMAINS, "games"), "cannot name"),
        (Subscription("safeguard", OWN.address, Format.DOMAINS, "games"), "cannot name"),
        (Subscription("../mine", OWN.address, Format.DOMAINS, "games"), "cannot name"),
        (Subscription("mine", "file:///etc/passwd", Format.DOMAINS, "games"), "no address"),
        (Subscription("mine", OWN.address), "--category"),
        (Subscription("mine", OWN.address, Format.DOMAINS, "Games!"), "--category"),
    ],
)
def test_what_cannot_be_subscribed_to_is_said_with_the_mend(
    tmp_path: Path, wanted: Subscription, says: str
) -> None:
    with pytest.raises(UnusableError, match=says):
        subscribe(tmp_path, wanted)
    assert subscriptions(tmp_path) == []


def test_to_subscribe_again_asks_for_all_of_the_list_again(tmp_path: Path) -> None:
    subscribe(tmp_path, OWN)
    state = Subscription(
        OWN.name, OWN.address, OWN.format, OWN.category,
        etag="e", sha256="s", last_tried=NOW, last_good=NOW, problem="x",
    )  # fmt: skip
    write_subscription(tmp_path, state)
    made = subscribe(tmp_path, OWN)
    assert (made.etag, made.sha256, made.last_tried, made.problem) == ("", "", None, "")
    assert made.last_good == NOW


def test_to_subscribe_again_needs_only_what_is_to_change(tmp_path: Path) -> None:
    subscribe(tmp_path, OWN)
    made = subscribe(tmp_path, Subscription("mine", shrink_limit=50))
    assert made == replace(OWN, shrink_limit=50)
    assert subscribe(tmp_path, Subscription("mine", format=Format.HOSTS)).format is Format.HOSTS


def test_to_unsubscribe_forgets_the_list(tmp_path: Path) -> None:
    subscribe(tmp_path, OWN)
    (tmp_path / "list").write_text("games.example\n", encoding="utf-8")
    import_source(tmp_path, tmp_path / "list", Format.DOMAINS, "games", "mine", NOW)
    unsubscribe(tmp_path, "mine")
    assert (subscriptions(tmp_path), imported_sources(tmp_path)) == ([], [])
    with pytest.raises(UnusableError, match="no subscription"):
        unsubscribe(tmp_path, "mine")


def test_one_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    subscribe(tmp_path, OWN)
    (tmp_path / "subscriptions" / "broken.toml").write_text("name = 1\n", encoding="utf-8")
    broken, mine = subscriptions(tmp_path)
    assert mine.name == "mine"
    assert "subscribe again" in broken.trouble(NOW)
    assert due(tmp_path, NOW) == ["mine"]


def test_each_is_due_after_a_day_and_sooner_after_a_problem(tmp_path: Path) -> None:
    subscribe(tmp_path, OWN)
    assert due(tmp_path, NOW) == ["mine"]
    for problem, every in (("", EVERY), ("it broke", AFTER_A_PROBLEM)):
        write_subscription(
            tmp_path,
            Subscription(
                OWN.name, OWN.address, OWN.format, "games", last_tried=NOW, problem=problem
            ),
        )
        assert due(tmp_path, NOW + every - timedelta(seconds=1)) == []
        assert due(tmp_path, NOW + every * 9 / 8) == ["mine"]
        assert due(tmp_path, NOW - timedelta(days=400)) == ["mine"]  # the clock was wrong


@pytest.mark.parametrize("luck", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("hours", [0, 1, 5, 17, 23])
def test_lists_are_spread_over_a_window_of_the_schools_day(luck: float, hours: int) -> None:
    london = ZoneInfo("Europe/London")
    window = Window(time(3), timedelta(hours=2), london)
    now = NOW + timedelta(hours=hours)
    found = window.next(now, luck).astimezone(london)
    start = found - timedelta(hours=2) * luck
    assert (start.hour, start.minute) == (3, 0)
    assert timedelta() < found - now <= timedelta(hours=26)


@pytest.mark.parametrize(
    ("now", "says"),
    [
        ("2026-10-24T23:30:00+01:00", "2026-10-25T00:30:00+00:00"),  # the clocks go back
        ("2026-10-25T01:30:00+00:00", "2026-10-26T01:30:00+00:00"),
        ("2027-03-28T00:30:00+00:00", "2027-03-28T01:30:00+00:00"),  # there is no 01:30 that day
    ],
)
def test_the_window_opens_on_days_that_are_longer_or_shorter(now: str, says: str) -> None:
    window = Window(time(1, 30), timedelta(), ZoneInfo("Europe/London"))
    found = window.next(datetime.fromisoformat(now), 0.0)
    assert found == datetime.fromisoformat(says)


YEAR = timedelta(days=365)


def test_a_clock_that_jumps_neither_stops_a_list_nor_makes_it_come_often() -> None:
    """Each row: where the clock is now, what was written before, and whether it is due."""
    window = Window()
    good = replace(OWN, last_tried=NOW, last_good=NOW, next_try=window.next(NOW, 0.5))
    ahead = replace(
        OWN, last_tried=NOW + YEAR, last_good=NOW + YEAR, next_try=window.next(NOW + YEAR, 0.5)
    )
    assert not good.is_due(NOW)
    assert good.is_due(NOW + YEAR)  # jumped forwards: once, and that is written as of then
    assert not ahead.is_due(NOW + YEAR)
    assert ahead.is_due(NOW)  # jumped back: once, and that is written as of now
    assert "clock" in ahead.trouble(NOW)
    assert "365 days old" in good.trouble(NOW + YEAR)
    strange = replace(good, next_try=NOW + YEAR)  # written by a wrong clock, or by hand
    assert strange.is_due(NOW + timedelta(days=3))


def test_a_list_is_asked_for_whole_now_and_then() -> None:
    whole = replace(OWN, last_whole=NOW)
    assert OWN.wants_whole(NOW)
    assert not whole.wants_whole(NOW + timedelta(days=6))
    assert whole.wants_whole(NOW + timedelta(days=8))
    assert whole.wants_whole(NOW - YEAR)


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (Subscription("a", last_good=NOW), ""),
        (Subscription("a", last_good=NOW, problem="it broke"), "it broke"),
        (Subscription("a"), "it has not been downloaded yet"),
        (
            Subscription("a", last_good=NOW - OLD - timedelta(days=1)),
            "it is 8 days old: see that `safeguard run` runs",
        ),
    ],
)
def test_trouble_is_said(one: Subscription, says: str) -> None:
    assert one.trouble(NOW) == says


def test_where_nothing_can_be_kept_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "subscriptions").write_text("", encoding="utf-8")
    with pytest.raises(UnusableError, match="make room"):
        subscribe(tmp_path, OWN)
    shutil.rmtree(tmp_path / "subscriptions", ignore_errors=True)
