"""`safeguard rules preview` and `rules diff`."""

import re
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
    assert ran.out.startswith(f"Of the 100 sites in {popular} it names 59; 59 would be blocked.\n")
    assert "     59  games                 all but staff" in ran.out
    assert "site40.example: games" in ran.out
    assert "… and 9 more: show them with --most 59." in ran.out
    assert sorted(path.name for path in school.iterdir()) == before


def test_a_list_that_names_no_popular_site_is_fine(
    safeguard: Callable[..., Ran], popular: Path, tmp_path: Path
) -> None:
    (tmp_path / "odd.txt").write_text("odd.example\n")
    ran = safeguard("rules", "preview", str(tmp_path / "odd.txt"), "--popular", str(popular))
    assert (ran.status, ran.out) == (
        0,
        f"Of the 100 sites in {popular} it names 0; 0 would be blocked.\n",
    )


def test_a_list_that_was_taken_in_is_looked_at_by_its_name(
    safeguard: Callable[..., Ran], popular: Path, mine: Path
) -> None:
    safeguard("rules", "import", "--category", "games", "--name", "games", str(mine))
    ran = safeguard("rules", "preview", "games", "--popular", str(popular))
    assert "it names 59; " in ran.out


def test_a_list_that_is_subscribed_to_is_downloaded_to_look(
    safeguard: Callable[..., Ran], school: Path, popular: Path, mine: Path
) -> None:
    with list_server() as server:
        address = server.serve("/list", mine.read_bytes())
        subscribe(school, Subscription("far", address, Format.DOMAINS, "games"))
        assert (
            "it names 59; " in safeguard("rules", "preview", "far", "--popular", str(popular)).out
        )
    unknown = safeguard("rules", "preview", "nobody-knows", "--popular", str(popular))
    assert (unknown.status, "nobody-knows" in unknown.err) == (2, True)


def test_the_technician_sees_the_best_known_sites_first_and_who_would_lose_them(
    safeguard: Callable[..., Ran], tmp_path: Path
) -> None:
    """What real lists do: a social network among “forums”, a museum among “exam”."""
    best, many = tmp_path / "best.txt", tmp_path / "many.txt"
    best.write_text("search.example\nfacebook.com\n")
    rest = [f"a{number:03}.example" for number in range(200)]
    many.write_text("\n".join(sorted([*rest, "facebook.com", "museum.example"])))
    for folder, names in (("forums", "a100.example\nfacebook.com"), ("exam", "museum.example")):
        (tmp_path / "lists" / folder).mkdir(parents=True)
        (tmp_path / "lists" / folder / "domains").write_text(names + "\n")
    lists = [str(tmp_path / "lists"), "--format", "ut1"]
    ran = safeguard("rules", "preview", *lists, "--popular", str(best), "--popular", str(many))
    assert (ran.status, ran.out) == (1, SEEN.format(best=best, many=many))
    assert f"In alphabetical order: {many}. " in ran.err
    few = safeguard("rules", "preview", *lists, "--popular", str(best), "--most", "0")
    assert "  … and 1 more: show them with --most 1." in few.out


SEEN = """\
Of the 2 sites in {best} it names 1; 0 would be blocked.
Of the 202 sites in {many} it names 3; 0 would be blocked.

  sites  category              blocked for                   the best known
      2  ut1-forums            nobody                        facebook.com, a100.example
      1  ut1-exam              nobody                        museum.example

These are named, and not blocked, the best known first:
  facebook.com: ut1-forums
  a100.example: ut1-forums
  museum.example: ut1-exam
"""


def test_real_forums_name_a_social_network(
    safeguard: Callable[..., Ran], shared_data: Path
) -> None:
    """UT1 files facebook.com and twitter.com under “forums”; taken as such, pupils lose both."""
    benign = shared_data / "lists" / "benign"
    names = ("cloudflare-top200", "cloudflare-top1k", "tranco10k", "cloudflare-top20k")
    popular = [f"--popular={benign / name / 'list.json'}" for name in names]
    forums = shared_data / "lists" / "ut1" / "forums" / "domains"
    ran = safeguard("rules", "preview", str(forums), "--category", "social-media", *popular)
    assert ran.status == 1
    found = re.findall(r"it names ([\d,]+); ([\d,]+) would be blocked", ran.out)
    assert len(found) == len(names)
    assert all(count == blocked != "0" for count, blocked in found)
    first = ran.out.partition("the best known first:\n")[2].splitlines()[:3]
    assert "  facebook.com: social-media" in first
    assert "social-media          all but staff" in ran.out


def test_another_copy_is_compared(
    safeguard: Callable[..., Ran], mine: Path, tmp_path: Path
) -> None:
    safeguard("rules", "import", "--category", "games", "--name", "games", str(mine))
    assert safeguard("rules", "diff", "games", str(mine)).status == 0
    (tmp_path / "new.txt").write_text("site40.example\nsite2.example\n")
    ran = safeguard("rules", "diff", "games", str(tmp_path / "new.txt"))
    assert (ran.status, ran.out) == (1, "1 added, 58 removed, 1 as before.\n")
    assert safeguard("rules", "diff", "other", str(mine)).status == 2
