"""`safeguard rules subscribe`, `unsubscribe`, `update`, and what `status` says of them."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from safeguard.cli.following import say_health
from safeguard.subscriptions import Subscription
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.list_server import ListServer, list_server

GAMES = "".join(f"game{number}.example\n" for number in range(100))
NOW = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[ListServer]:
    with list_server() as made:
        yield made


def followed(safeguard: Callable[..., Ran], address: str) -> Ran:
    own = ("--address", address, "--format", "domains", "--category", "games")
    return safeguard("rules", "subscribe", "mine", *own)


def test_a_list_is_subscribed_to_updated_and_let_go(
    safeguard: Callable[..., Ran], server: ListServer
) -> None:
    made = followed(safeguard, server.serve("/games", GAMES))
    assert (made.status, "rules update mine" in made.out) == (0, True)
    waiting = safeguard("rules", "status")
    assert (waiting.status, "not been downloaded yet" in waiting.out) == (1, True)
    done = safeguard("rules", "update")
    assert (done.status, done.out) == (0, "mine: new\n")
    assert safeguard("check", "game7.example", "--group", "primary").status == 1
    status = safeguard("rules", "status")
    assert (status.status, "mine: last good " in status.out) == (0, True)
    assert safeguard("rules", "update", "mine").out == "mine: unchanged\n"
    assert safeguard("rules", "unsubscribe", "mine").status == 0
    assert safeguard("rules", "status").status == 1  # to be built
    assert safeguard("check", "game7.example", "--group", "primary").status == 0


def test_a_list_that_fails_is_status_1_with_the_problem(
    safeguard: Callable[..., Ran], server: ListServer
) -> None:
    followed(safeguard, server.serve("/games", GAMES))
    safeguard("rules", "update")
    server.serve("/games", "one.example\n")
    failed = safeguard("rules", "update")
    assert failed.status == 1
    assert "it fell from 100 entries to 1" in failed.err
    status = safeguard("rules", "status")
    assert (status.status, "Problem: it fell" in status.out) == (1, True)
    (told,) = json.loads(safeguard("rules", "status", "--json").out)["subscriptions"]
    assert told["problem"].startswith("it fell")
    assert safeguard("rules", "update", "--accept-shrink").status == 0


def test_a_list_that_never_came_is_not_said_to_have_a_good_copy(
    safeguard: Callable[..., Ran], server: ListServer
) -> None:
    followed(safeguard, server.address + "/none")
    assert safeguard("rules", "update").out == "mine: failed, and there is no copy yet\n"


def test_status_shows_where_a_list_is_from_its_digest_and_when_it_is_tried_again(
    safeguard: Callable[..., Ran], server: ListServer
) -> None:
    address = server.serve("/games", GAMES)
    followed(safeguard, address)
    assert f"From {address}, next try at once." in safeguard("rules", "status").out
    safeguard("rules", "update")
    status = safeguard("rules", "status").out
    assert f"SHA-256 of the last good download: {sha256(GAMES.encode()).hexdigest()}" in status
    assert re.search(r"next try \d{4}-\d\d-\d\d \d\d:\d\d UTC\.", status)


def test_the_settings_bound_what_a_list_may_cost_and_lose(
    safeguard: Callable[..., Ran], server: ListServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed(safeguard, server.serve("/games", GAMES))
    safeguard("rules", "update")
    server.serve("/games", GAMES[: len(GAMES) // 2])
    assert "it fell from 100" in safeguard("rules", "update").err
    monkeypatch.setenv("SAFEGUARD_SUBSCRIPTIONS__MAY_SHRINK_PERCENT", "60")
    assert safeguard("rules", "update").out == "mine: new\n"
    server.serve("/games", GAMES * 1000)
    monkeypatch.setenv("SAFEGUARD_SUBSCRIPTIONS__LARGEST_DOWNLOAD_MIB", "1")
    assert "larger than 1 MiB" in safeguard("rules", "update").err
    monkeypatch.setenv("SAFEGUARD_SUBSCRIPTIONS__UPDATE_AT", "25:00")
    wrong = safeguard("rules", "update")
    assert (wrong.status, "subscriptions.update_at is '25:00'" in wrong.err) == (2, True)


def test_a_list_of_the_catalogue_needs_its_name_alone(safeguard: Callable[..., Ran]) -> None:
    made = safeguard("rules", "subscribe", "stevenblack-gambling")
    assert "licence: MIT" in made.out


def test_without_subscriptions_nothing_is_updated(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("rules", "update")
    assert (ran.status, "subscribe --help" in ran.err) == (0, True)


@pytest.mark.parametrize("command", ["update", "unsubscribe", "subscribe"])
def test_a_name_that_is_not_known_is_a_sentence(
    safeguard: Callable[..., Ran], command: str
) -> None:
    ran = safeguard("rules", command, "nobody-knows")
    assert (ran.status, "nobody-knows" in ran.err) == (2, True)


def test_ages_are_told_in_hours(capsys: pytest.CaptureFixture[str]) -> None:
    good = Subscription("mine", last_good=NOW - timedelta(hours=5), last_tried=NOW)
    assert not say_health([good], NOW)
    assert capsys.readouterr().out == (
        "mine: last good 2026-09-01 03:30 UTC (5 hours ago), "
        "last tried 2026-09-01 08:30 UTC (less than an hour ago).\n"
    )


def test_a_time_that_is_yet_to_come_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    ahead = NOW + timedelta(days=365)
    assert say_health([Subscription("mine", last_good=ahead, last_tried=ahead)], NOW)
    said = capsys.readouterr().out
    assert said.count("2027-09-01 08:30 UTC (yet to come)") == 2
    assert "see this machine’s clock" in said
