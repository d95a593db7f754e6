"""`safeguard rules preview` and `rules diff`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from filter_rules.formats.format import Format
from safeguard.subscriptions import Subscription, subscribe
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.list_server import list_server


@pytest.fixture
def popular(tmp_path: Path) -> Path:
    path = tmp_path / "popular.txt"
    path.write_text("".join(f"site{number}.example\n" for number in range(100)))
    return path


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.txt"
    path.write_text("".join(f"site{number}.example\n" for number in range(40, 99)))
    return path


def test_a_file_is_looked_at_and_nothing_is_taken_in(
    safeguard: Callable[..., Ran], school: Path, popular: Path, mine: Path
) -> None:
    before = sorted(path.name for path in school.iterdir())
    ran = safeguard("rules", "preview", str(mine), "--popular", str(popular), "--category", "games")
    assert ran.status == 1
    assert ran.out.startswith("It names 59 of 100 popular sites.\n        59  games\n")
    assert "site40.example: games" in ran.out
    assert "… and 9 more." in ran.out
    assert sorted(path.name for path in school.iterdir()) == before


def test_a_list_that_names_no_popular_site_is_fine(
    safeguard: Callable[..., Ran], popular: Path, tmp_path: Path
) -> None:
    (tmp_path / "odd.txt").write_text("odd.example\n")
    ran = safeguard("rules", "preview", str(tmp_path / "odd.txt"), "--popular", str(popular))
    assert (ran.status, ran.out) == (0, "It names 0 of 100 popular sites.\n")


def test_a_list_that_was_taken_in_is_looked_at_by_its_name(
    safeguard: Callable[..., Ran], popular: Path, mine: Path
) -> None:
    safeguard("rules", "import", "--category", "games", "--name", "games", str(mine))
    ran = safeguard("rules", "preview", "games", "--popular", str(popular))
    assert "59 of 100" in ran.out


def test_a_list_that_is_subscribed_to_is_downloaded_to_look(
    safeguard: Callable[..., Ran], school: Path, popular: Path, mine: Path
) -> None:
    with list_server() as server:
        address = server.serve("/list", mine.read_bytes())
        subscribe(school, Subscription("far", address, Format.DOMAINS, "games"))
        assert "59 of 100" in safeguard("rules", "preview", "far", "--popular", str(popular)).out
    unknown = safeguard("rules", "preview", "nobody-knows", "--popular", str(popular))
    assert (unknown.status, "nobody-knows" in unknown.err) == (2, True)


def test_another_copy_is_compared(
    safeguard: Callable[..., Ran], mine: Path, tmp_path: Path
) -> None:
    safeguard("rules", "import", "--category", "games", "--name", "games", str(mine))
    assert safeguard("rules", "diff", "games", str(mine)).status == 0
    (tmp_path / "new.txt").write_text("site40.example\nsite2.example\n")
    ran = safeguard("rules", "diff", "games", str(tmp_path / "new.txt"))
    assert (ran.status, ran.out) == (1, "1 added, 58 removed, 1 as before.\n")
    assert safeguard("rules", "diff", "other", str(mine)).status == 2
