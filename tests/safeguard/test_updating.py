"""Lists brought up to date from a real server; whatever it does, the last good copy stays."""

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import pytest

from filter_rules.formats.format import Format
from safeguard.building import build, open_rules, roll_back, rules_in_force
from safeguard.downloads import Limits
from safeguard.list_settings import Subscriptions
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.sources import imported_sources
from safeguard.subscriptions import Subscription, Window, alone, due, subscribe, subscriptions
from safeguard.updating import State, Terms, download, terms_of, update
from tests.safeguard.list_server import Answer, ListServer, list_server

NOW = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
GAMES = "".join(f"game{number}.example\n" for number in range(100))


@pytest.fixture
def server() -> Iterator[ListServer]:
    with list_server() as made:
        yield made


def quiet(_step: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def follow(data: Path, address: str, fmt: Format = Format.DOMAINS, category: str = "games") -> None:
    subscribe(data, Subscription("mine", address, fmt, category))


def tried(data: Path, now: datetime = NOW, *, accept_shrink: bool = False) -> Subscription:
    update(data, ["mine"], now, quiet, accept_shrink=accept_shrink)
    (mine,) = subscriptions(data)
    return mine


def is_blocked(data: Path, host: str) -> bool:
    return any(hit.list.startswith("mine") for hit in open_rules(data).match(host))


def test_an_update_downloads_a_list_and_puts_it_in_force(
    server: ListServer, tmp_path: Path
) -> None:
    told: list[str] = []
    follow(tmp_path, server.serve("/games", GAMES, ETag='"one"'))
    (outcome,) = update(tmp_path, [], NOW, lambda what, *_: told.append(what))
    assert outcome.state is State.NEW
    assert is_blocked(tmp_path, "game7.example")
    (mine,) = subscriptions(tmp_path)
    assert (mine.last_tried, mine.last_good, mine.problem, mine.etag) == (NOW, NOW, "", '"one"')
    assert "Downloading mine, KiB" in told
    assert "Compiled" in told
    assert not (tmp_path / "subscriptions" / "incoming").exists()


def test_what_has_not_changed_is_not_built_again(server: ListServer, tmp_path: Path) -> None:
    follow(tmp_path, server.serve("/games", GAMES, ETag='"one"'))
    tried(tmp_path)
    made = rules_in_force(tmp_path)
    (outcome,) = update(tmp_path, [], LATER, quiet)
    assert outcome.state is State.SAME
    assert outcome.subscription.last_good == LATER
    assert server.asked[-1][1]["if-none-match"] == '"one"'
    server.serve("/games", GAMES)  # without a word of what it is
    (outcome,) = update(tmp_path, [], LATER, quiet)
    assert outcome.state is State.SAME
    assert rules_in_force(tmp_path) == made


def test_a_list_whose_copy_was_lost_is_asked_for_whole(server: ListServer, tmp_path: Path) -> None:
    follow(tmp_path, server.serve("/games", GAMES, ETag='"one"'))
    tried(tmp_path)
    (tmp_path / "sources" / "mine" / "source.toml").unlink()
    (outcome,) = update(tmp_path, [], LATER, quiet)
    assert outcome.state is State.NEW
    assert is_blocked(tmp_path, "game7.example")


def test_a_tree_in_an_archive_is_taken_in(server: ListServer, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in ("blacklists/gambling/domains", "blacklists/games/domains"):
            member = tarfile.TarInfo(name)
            member.size = len(GAMES)
            archive.addfile(member, io.BytesIO(GAMES.encode()))
    follow(tmp_path, server.serve("/ut1.tar.gz", packed.getvalue()), Format.UT1, "")
    assert tried(tmp_path).problem == ""
    assert {hit.category for hit in open_rules(tmp_path).match("game7.example")} == {
        "gambling",
        "games",
    }


FAILURES = {
    "gone": (Answer(b"", 404), "answered 404"),
    "a web page": (Answer(b"<html>Please sign in</html>"), "web page"),
    "an empty list": (Answer(b""), "an empty file came"),
    "UTF-16": (Answer(GAMES.encode("utf-16")), "UTF-16"),
    "no text": (Answer(bytes(range(256)) * 90), "no text"),
    "no valid line": (Answer(b"%%%\n" * 200), "nothing in it could be used"),
    "half a download": (Answer(GAMES.encode(), cut=100), "could not be fetched"),
    "half an archive": (Answer(b"\x1f\x8b\x08 and no more"), "cannot be unpacked"),
    "a shrunk list": (Answer(GAMES[:1000].encode()), "it fell from 100 entries to"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failed_download_leaves_the_last_good_copy(
    server: ListServer, tmp_path: Path, name: str
) -> None:
    answer, says = FAILURES[name]
    follow(tmp_path, server.serve("/games", GAMES, ETag='"one"'))
    tried(tmp_path)
    made = rules_in_force(tmp_path)
    server.answers["/games"] = answer
    mine = tried(tmp_path, LATER)
    assert says in mine.problem
    assert (mine.last_tried, mine.last_good, mine.etag) == (LATER, NOW, '"one"')
    assert rules_in_force(tmp_path) == made
    assert is_blocked(tmp_path, "game99.example")
    server.serve("/games", GAMES + "more.example\n")
    healed = tried(tmp_path, LATER)
    assert (healed.problem, healed.last_good) == ("", LATER)
    assert is_blocked(tmp_path, "more.example")


def test_how_much_a_list_may_lose_is_said_by_list(server: ListServer, tmp_path: Path) -> None:
    follow(tmp_path, server.serve("/games", GAMES))
    tried(tmp_path)
    server.serve("/games", "".join(GAMES.splitlines(keepends=True)[:60]))
    assert "from 100 entries to 60" in tried(tmp_path).problem
    (mine,) = subscriptions(tmp_path)
    subscribe(tmp_path, replace(mine, shrink_limit=40))
    assert tried(tmp_path).problem == ""


def test_a_category_that_falls_away_is_noticed_in_a_large_tree(
    server: ListServer, tmp_path: Path
) -> None:
    def tree(games: int) -> bytes:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            for folder, count in (("adult", 2000), ("games", games)):
                held = "".join(f"{folder}{n}.example\n" for n in range(count)).encode()
                member = tarfile.TarInfo(f"blacklists/{folder}/domains")
                member.size = len(held)
                archive.addfile(member, io.BytesIO(held))
        return packed.getvalue()

    follow(tmp_path, server.serve("/ut1", tree(100)), Format.UT1, "")
    tried(tmp_path)
    server.serve("/ut1", tree(3))
    assert "100 entries of games to 3" in tried(tmp_path).problem


def test_people_can_say_that_a_list_is_right_to_have_shrunk(
    server: ListServer, tmp_path: Path
) -> None:
    follow(tmp_path, server.serve("/games", GAMES))
    tried(tmp_path)
    server.serve("/games", "one.example\n")
    assert "--accept-shrink" in tried(tmp_path).problem
    mine = tried(tmp_path, accept_shrink=True)
    assert (mine.problem, mine.shrink_limit) == ("", None)
    assert not is_blocked(tmp_path, "game7.example")


@pytest.mark.parametrize("name", ["gambling", "scam"])
def test_the_accident_of_june_2026_changes_nothing(
    server: ListServer, tmp_path: Path, shared_data: Path, name: str
) -> None:
    """A generator wrote its lists without their entries; the server said that all was well."""
    folder = shared_data / "lists" / "formats" / "shrink-replay"
    steps = [path.read_bytes() for path in sorted(folder.glob(f"{name}.*.txt"))]
    address = server.serve("/list", steps[0])
    follow(tmp_path, address, Format.HOSTS)
    assert tried(tmp_path).problem == ""
    made, count = rules_in_force(tmp_path), imported_sources(tmp_path)[0].counts["games"]
    assert count > 1000
    for step in steps[1:]:
        server.serve("/list", step)
        problem = tried(tmp_path, LATER).problem
        assert bool(problem) == (step != steps[0])
        assert rules_in_force(tmp_path) == made
        assert imported_sources(tmp_path)[0].counts["games"] == count


def test_an_update_after_a_rollback_stays_back_until_the_list_changes(
    server: ListServer, tmp_path: Path
) -> None:
    build(tmp_path, quiet)
    first = rules_in_force(tmp_path)
    follow(tmp_path, server.serve("/games", GAMES, ETag='"one"'))
    tried(tmp_path)
    roll_back(tmp_path)
    tried(tmp_path, LATER)
    assert rules_in_force(tmp_path) == first
    server.serve("/games", GAMES + "more.example\n")
    tried(tmp_path, LATER)
    assert is_blocked(tmp_path, "more.example")


def test_one_that_cannot_be_read_is_left_as_it_is(server: ListServer, tmp_path: Path) -> None:
    follow(tmp_path, server.serve("/games", GAMES))
    broken = tmp_path / "subscriptions" / "broken.toml"
    broken.write_text("name = 1\n", encoding="utf-8")
    states = [one.state for one in update(tmp_path, [], NOW, quiet)]
    assert states == [State.KEPT, State.NEW]
    assert broken.read_text(encoding="utf-8") == "name = 1\n"


def test_a_name_that_is_not_subscribed_to_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="no subscription to “mine”"):
        update(tmp_path, ["mine"], NOW, quiet)


def test_a_list_is_tried_again_in_its_window_and_after_a_problem_sooner(
    server: ListServer, tmp_path: Path
) -> None:
    follow(tmp_path, server.serve("/games", GAMES))
    terms = Terms(window=Window(time(3), timedelta(hours=2)), luck=lambda: 0.5)
    (good,) = update(tmp_path, [], NOW, quiet, terms=terms)
    assert good.subscription.next_try == datetime(2026, 9, 2, 4, 0, tzinfo=UTC)
    server.answers["/games"] = Answer(b"", 503)
    (bad,) = update(tmp_path, [], LATER, quiet, terms=terms)
    assert bad.subscription.next_try == LATER + timedelta(hours=4, minutes=15)
    assert due(tmp_path, LATER + timedelta(hours=4)) == []
    assert due(tmp_path, LATER + timedelta(hours=5)) == ["mine"]


def test_the_settings_say_what_a_download_may_cost_and_when_it_comes() -> None:
    said = Subscriptions(
        update_at="22:30", update_spread_minutes=30, may_shrink_percent=5, largest_download_mib=2,
        largest_unpacked_mib=3, longest_seconds=4, ca=Path("ca.pem"),
    )  # fmt: skip
    terms = terms_of(Settings(subscriptions=said))
    assert terms.limits == Limits(2 << 20, 4, most_unpacked=3 << 20, ca=Path("ca.pem"))
    assert (terms.may_shrink, terms.window.at) == (5, time(22, 30))
    assert str(terms.window.zone) == "Europe/London"
    assert terms.window.spread == timedelta(minutes=30)


def test_an_update_waits_for_another_and_says_so(server: ListServer, tmp_path: Path) -> None:
    follow(tmp_path, server.serve("/games", GAMES))
    told: list[str] = []
    heard, done = Flag(), Flag()

    def hear(what: str, _done: int, _of: int) -> None:
        told.append(what)
        heard.set()

    def second() -> None:
        update(tmp_path, [], NOW, hear)
        done.set()

    waiting = Thread(target=second)
    with alone(tmp_path):
        waiting.start()
        assert heard.wait(30)
        assert (told, done.is_set()) == (["Waiting for another update"], False)
    waiting.join(60)
    assert is_blocked(tmp_path, "game7.example")


def test_a_list_can_be_downloaded_to_look_at(server: ListServer, tmp_path: Path) -> None:
    one = Subscription("mine", server.serve("/games", GAMES))
    assert download(one, tmp_path, Limits(), quiet).read_text(encoding="utf-8") == GAMES
    with pytest.raises(UnusableError, match="answered 404"):
        download(Subscription("none", server.address + "/none"), tmp_path, Limits(), quiet)


def in_a_process(data: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "safeguard.updating", "--data", str(data)]
    env = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env, timeout=60)


def test_the_process_updates_what_is_due(server: ListServer, tmp_path: Path) -> None:
    follow(tmp_path, server.serve("/games", GAMES))
    done = in_a_process(tmp_path)
    assert (done.returncode, "state=new" in done.stderr) == (0, True), done.stderr
    assert is_blocked(tmp_path, "game7.example")
    asked = len(server.asked)
    assert in_a_process(tmp_path).returncode == 0
    assert len(server.asked) == asked


def test_the_process_says_what_stopped_it(tmp_path: Path) -> None:
    (tmp_path / "safeguard.toml").write_text("[nonsense]\n", encoding="utf-8")
    done = in_a_process(tmp_path)
    assert done.returncode == 2
    assert "nonsense" in done.stderr
