"""Events as a spreadsheet."""

import csv
import io
from zoneinfo import ZoneInfo

import pytest

from admin_web.event_sheet import sheet
from admin_web.event_view import WITHHELD, Shown
from safeguard.core.events import Private
from safeguard.core.types import Reason
from safeguard.store.events import StoredEvent
from tests.admin_web.school import an_event

LONDON = ZoneInfo("Europe/London")


def rows(one: Shown) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sheet([one], LONDON).decode("utf-8-sig"))))


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", " =", "＝"])
def test_what_looks_like_a_formula_is_made_text(begins: str) -> None:
    event = an_event(1, private=Private("https://a.test/", f"{begins}SUM(A1)"))
    (row,) = rows(Shown(StoredEvent(event)))
    assert row["Words"].startswith("'")


def test_unlawful_content_is_left_out() -> None:
    event = an_event(1, reason=Reason.SEALED, host="odd.test")
    (row,) = rows(Shown(StoredEvent(event)))
    assert row["Site"] == WITHHELD
    assert (row["Words"], row["Address"]) == ("", "")


def test_times_are_the_schools_and_say_so() -> None:
    (row,) = rows(Shown(StoredEvent(an_event(1)), person_name="Amelia Hart"))
    assert row["When (Europe/London)"] == "2026-11-23 09:28:00 +0000"
    assert row["Who"] == "Amelia Hart"
