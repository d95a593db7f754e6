"""`safeguard users import`: looked at first, whole or not at all, and the plain file as ever."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.safeguard.cli.conftest import Ran

type Run = Callable[..., Ran]
PUPILS = "Adno;Forename;Surname;Reg;Year\n1;Ada;Example;7B;Year 7\n2;Ben;Other;12A;12\n"


@pytest.fixture
def roll(tmp_path: Path) -> Path:
    file = tmp_path / "pupils.csv"
    file.write_text(PUPILS)
    return file


def names(run: Run) -> list[str]:
    return [line.split(maxsplit=1)[1] for line in run("users", "list").out.splitlines()]


def test_a_plain_roll_is_taken_in_whole_and_at_once(safeguard: Run, tmp_path: Path) -> None:
    roll = tmp_path / "roll.csv"
    roll.write_text("name,group,address,device\nAda,primary,10.0.0.5,Laptop\nBen,staff,,\n")
    ran = safeguard("users", "import", str(roll))
    assert (ran.status, ran.out) == (0, "2 people and 1 devices were imported.\n")
    assert safeguard("users", "list").out.split() == ["primary", "Ada", "staff", "Ben"]


def test_a_roll_with_a_mistake_changes_nothing_and_names_the_line(
    safeguard: Run, tmp_path: Path
) -> None:
    roll = tmp_path / "roll.csv"
    roll.write_text("name,group,address,device\nAda,primary,10.0.0.5,Laptop\nBen,pirates,,\n")
    ran = safeguard("users", "import", str(roll))
    assert ran.status == 2
    assert "roll.csv, line 3" in ran.err
    assert "Nothing was imported" in ran.err
    assert "Nobody is known yet" in safeguard("users", "list").out


def test_a_file_that_is_no_roll_is_a_sentence(safeguard: Run, tmp_path: Path) -> None:
    for content, says in (
        ("surname;form\n", "is the name: give it with --map"),
        ("", "line 1: the first line must name the columns"),
        ("Name;Name\n", "two columns are called"),
        ("Name;Year\n", "no line below the first"),
        ("Name;Year\nAda;seven\n", "pupils.csv, line 2: “seven” is no year"),
    ):
        (tmp_path / "pupils.csv").write_text(content)
        ran = safeguard("users", "import", str(tmp_path / "pupils.csv"))
        assert ran.status == 2
        assert says in ran.err
    assert "cannot be read" in safeguard("users", "import", str(tmp_path / "none.csv")).err


def test_an_export_is_shown_first_and_taken_in_when_somebody_says_so(
    safeguard: Run, roll: Path
) -> None:
    dry = safeguard("users", "import", str(roll), "--dry-run")
    assert "2 added, 0 changed, 0 come back, 0 left, 0 unchanged." in dry.out
    assert "1 added in sixth-form" in dry.out
    assert "name    Forename + Surname" in dry.err
    assert "Nobody is known yet" in safeguard("users", "list").out
    refused = safeguard("users", "import", str(roll), stdin="n\n")
    assert (refused.status, "Nothing was changed." in refused.err) == (2, True)
    assert safeguard("users", "import", str(roll), stdin="y\n").out.endswith("Done.\n")
    assert names(safeguard) == ["Ada Example", "Ben Other"]
    again = safeguard("users", "import", str(roll), "--yes")
    assert again.out == "0 added, 0 changed, 0 come back, 0 left, 2 unchanged.\n"


def test_who_is_missing_from_a_whole_list_leaves_unless_they_are_too_many(
    safeguard: Run, roll: Path
) -> None:
    safeguard("users", "import", str(roll), "--yes")
    roll.write_text(PUPILS.rpartition("2;")[0])
    assert safeguard("users", "import", str(roll), "--yes").status == 0
    assert len(names(safeguard)) == 2
    ran = safeguard("users", "import", str(roll), "--yes", "--leavers")
    assert ran.status == 2
    assert "1 of 2 people from “file” would leave" in ran.err
    assert safeguard("users", "import", str(roll), "--yes", "--leavers", "--force").status == 0
    assert names(safeguard) == ["Ada Example"]
    roll.write_text(PUPILS)
    back = safeguard("users", "import", str(roll), "--yes")
    assert "1 come back" in back.out
    assert "Ben Other: comes back" in back.out


def test_a_mapping_is_kept_for_the_next_file_of_that_source(safeguard: Run, tmp_path: Path) -> None:
    roll = tmp_path / "staff.csv"
    roll.write_text("Code,Nachname,Vorname\nAE,Example,Ada\n")
    one = ("users", "import", str(roll), "--source", "staff", "--group", "staff", "--yes")
    assert safeguard(*one).status == 2
    mapped = safeguard(*one, "--map", "name=Vorname+Nachname id=Code")
    assert (mapped.status, names(safeguard)) == (0, ["Ada Example"])
    roll.write_text("Code,Nachname,Vorname,Room\nAE,Other,Ada,12\n")
    later = safeguard(*one)
    assert "Ada Other: name" in later.out
    assert "Not read: Room" in later.err
    assert names(safeguard) == ["Ada Other"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--map", "name=Vorname"), "no column “Vorname”"),
        (("--map", "nonsense"), "maps nothing"),
        (("--group", "pirates"), "No group “pirates”"),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(
    safeguard: Run, roll: Path, more: tuple[str, ...], says: str
) -> None:
    ran = safeguard("users", "import", str(roll), *more)
    assert (ran.status, says in ran.err) == (2, True)


def test_doubles_are_named_by_their_lines(safeguard: Run, roll: Path) -> None:
    roll.write_text(PUPILS + "1;Cy;Sample;7B;7\n")
    ran = safeguard("users", "import", str(roll), "--yes")
    assert "pupils.csv, line 4: the number “1” stands on line 2 already" in ran.err
    assert ran.status == 2


def test_a_class_of_the_school_is_the_group_of_its_form(safeguard: Run, roll: Path) -> None:
    safeguard("groups", "add", "year-7", "--in", "secondary")
    safeguard("groups", "add", "7b", "--in", "year-7", "--title", "The class 7B.")
    safeguard("users", "import", str(roll), "--yes")
    assert safeguard("users", "list", "ada").out.split()[0] == "7b"


def test_many_changes_are_counted_after_the_first(safeguard: Run, roll: Path) -> None:
    lines = [f"{one};Pupil;No {one};7B;7\n" for one in range(15)]
    roll.write_text("Adno;Forename;Surname;Reg;Year\n" + "".join(lines))
    safeguard("users", "import", str(roll), "--yes")
    roll.write_text("Adno;Forename;Surname;Reg;Year\n" + "".join(lines).replace(";7\n", ";8\n"))
    ran = safeguard("users", "import", str(roll), "--yes")
    assert "and 5 more" in ran.out
