"""`safeguard scan`: one object a line, in the shape of the contract."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.safeguard.cli.conftest import Ran


def test_one_object_a_line_blank_lines_included(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("scan", "--json", "-", stdin="i want to kill myself\n\nhow plants grow\n")
    found = [json.loads(line) for line in ran.out.splitlines()]
    assert [one["text"] for one in found] == ["i want to kill myself", "", "how plants grow"]
    assert [one["flagged"] for one in found] == [True, False, False]
    assert found[0]["severity"] == "urgent"
    assert found[1] == {"text": "", "flagged": False, "severity": "none", "themes": []}
    theme = found[0]["themes"][0]
    assert theme.keys() == {
        "theme",
        "severity",
        "score",
        "matches",
        "floor",
        "cut",
        "seconded",
        "doubted",
    }
    match = theme["matches"][0]
    assert (match["phrase"], match["quote"]) == ("kill myself", "kill myself")
    assert (match["sentence"], match["language"]) == ("i want to kill myself", "en")
    assert (match["weight"], match["full"], match["capped"]) == (10, 10, "")
    assert ran.status == 1


def test_nothing_flagged_is_status_0(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("scan", "-", stdin="how plants grow\n")
    assert ran.status == 0
    assert ran.out.startswith("fine")


def test_a_page_is_taken_whole(safeguard: Callable[..., Ran], tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("How plants grow.\nThey need light.\n")
    ran = safeguard("scan", "--json", "--kind", "page", str(page))
    assert len(ran.out.splitlines()) == 1


def test_bytes_that_are_no_text_are_read_as_best_they_can(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("scan", "--json", "-", stdin=b"caf\xe9 \x00 menu\r\n")
    assert json.loads(ran.out)["flagged"] is False


def test_a_file_that_is_not_there_is_a_sentence(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("scan", "absent.txt")
    assert ran.status == 2
    assert "absent.txt cannot be read" in ran.err


def test_a_web_page_is_read_as_a_person_sees_it(safeguard: Callable[..., Ran]) -> None:
    html = "<!doctype html><meta charset=windows-1251><script>no()</script><p>пр<b>ив</b>ет<p>two"
    ran = safeguard("scan", "--json", "--kind", "page", "-", stdin=html.encode("windows-1251"))
    assert json.loads(ran.out)["text"] == "привет\ntwo"


def test_a_page_that_is_not_there_is_a_sentence(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("scan", "--kind", "page", "absent.html")
    assert ran.status == 2
    assert "absent.html cannot be read" in ran.err
