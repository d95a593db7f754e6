"""Imported phrases are taken in, looked at, switched on, and count from the next build."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.safeguard.cli.conftest import Ran

Command = Callable[..., Ran]


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    path = tmp_path / "lists" / "weighted"
    path.parent.mkdir()
    path.write_text('#listcategory: "Games"\n<zqcasino><70>\n<zqpoker>,< zqflush><60>\nbroken <\n')
    return path


def _import(safeguard: Command, path: Path, *more: str) -> Ran:
    return safeguard("themes", "import", str(path), "--name", "Games", "--theme", "gambling", *more)


def test_a_set_counts_once_it_was_looked_at_and_switched_on(
    safeguard: Command, lists: Path
) -> None:
    page = "a zqcasino\nzqpoker and a zqflush\n"
    ran = _import(safeguard, lists)
    assert ran.status == 0, ran.err
    assert "2 phrases taken in. 1 lines could not be used." in ran.out
    assert "weighted:4" in ran.err
    early = safeguard("themes", "switch", "games", "on", "--reason", "asked for")
    assert early.status == 2
    assert "Nobody has looked at “games” yet" in early.err
    shown = safeguard(
        "themes", "preview", "games", "--texts", "-", stdin="zqcasino zqpoker zqflush\nno\n"
    )
    assert "Of 2 texts it would flag 1:" in shown.out
    assert "About: Games 2." in shown.out
    assert "off, previewed" in safeguard("themes", "imported").out
    assert safeguard("scan", "--kind", "page", "-", stdin=page).status == 0
    on = safeguard("themes", "switch", "games", "on", "--reason", "asked for")
    assert on.status == 0, on.err
    assert safeguard("rules", "build").status == 0
    found = safeguard("scan", "--json", "--kind", "page", "-", stdin=page)
    assert [one["theme"] for one in json.loads(found.out)["themes"]] == ["gambling"]
    assert json.loads(found.out)["severity"] == "medium"
    assert safeguard("themes", "switch", "games", "off", "--reason", "too many").status == 0
    assert safeguard("rules", "build").status == 0
    assert safeguard("scan", "--kind", "page", "-", stdin=page).status == 0
    assert "is forgotten" in safeguard("themes", "forget", "games").out
    assert "No phrase set was taken in" in safeguard("themes", "imported").out


def test_records_say_the_same(safeguard: Command, lists: Path) -> None:
    ran = _import(safeguard, lists, "--json", "--limit", "50", "--most", "high")
    one = json.loads(ran.out)
    assert (one["phrases"], one["limit"], one["most"], one["on"]) == (2, 50.0, "high", False)
    assert one["problems"][0]["line"] == 4
    seen = json.loads(safeguard("themes", "preview", "games", "--json").out)
    assert seen["kinds"] == {"weighted": 2}
    assert seen["sample"] == ["zqcasino", "zqpoker … zqflush"]
    assert json.loads(safeguard("themes", "imported", "--json").out)["previewed"] is True


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--theme", "absent"), "No theme is called 'absent'"),
        (("--most", "absent"), "'absent' is no severity"),
        (("--limit", "0"), "A limit must lie above 0"),
        (("--charset", "absent"), "'absent' is no charset"),
        (("--name", "…"), "This cannot name a set"),
    ],
)
def test_what_cannot_be_is_a_sentence(
    safeguard: Command, lists: Path, more: tuple[str, ...], says: str
) -> None:
    ran = _import(safeguard, lists, *more)
    assert ran.status == 2
    assert says in ran.err


def test_a_list_without_phrases_is_a_sentence(safeguard: Command, lists: Path) -> None:
    lists.write_text("broken <\n")
    ran = _import(safeguard, lists)
    assert ran.status == 2
    assert "holds no phrase that can be used" in ran.err
    assert "does not exist" in _import(safeguard, lists.with_name("absent")).err


def test_a_switch_needs_a_reason_and_a_direction(safeguard: Command, lists: Path) -> None:
    _import(safeguard, lists)
    assert "Give a reason" in safeguard("themes", "switch", "games", "off", "--reason", " ").err
    ran = safeguard("themes", "switch", "games", "up", "--reason", "x")
    assert "neither on nor off" in ran.err
