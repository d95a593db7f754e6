"""`safeguard privacy`."""

import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from safeguard.settings import load
from safeguard.store import schema
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.store.keeping_samples import concern, event, pupil


@pytest.fixture
def known(school: Path) -> None:
    store = schema.prepare(load(school))
    pupil(store)
    concern(store, 1, 1, event(store, 1, 0))
    store.close()


@pytest.mark.usefixtures("known")
def test_all_of_a_person_is_exported_and_then_erased(
    safeguard: Callable[..., Ran], tmp_path: Path
) -> None:
    out = tmp_path / "ada.zip"
    ran = safeguard("privacy", "export", "Ada Abel", "--out", str(out))
    assert ran.status == 0
    assert "NOT redacted" in ran.out
    with zipfile.ZipFile(out) as packed:
        assert "data.json" in packed.namelist()
    assert safeguard("privacy", "erase", "Ada Abel", "--why", " ", "--yes").status == 2
    asked = safeguard("privacy", "erase", "Ada Abel", "--why", "agreed", stdin="n\n")
    assert asked.status == 1
    done = safeguard("privacy", "erase", "Ada Abel", "--why", "agreed", "--yes")
    assert "0 visits, 1 events and 1 concerns were erased" in done.out
    gone = safeguard("privacy", "erase", "Ada Abel", "--why", "agreed", "--yes")
    assert (gone.status, "Nobody" in gone.err) == (2, True)
    assert "whole" in safeguard("db", "verify").out


@pytest.mark.usefixtures("known")
def test_the_facts_of_an_assessment_are_printed(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("privacy", "dpia")
    assert ran.status == 0
    assert ran.out.startswith("# Data protection impact assessment")
    assert sys.getdefaultencoding() == "utf-8"


@pytest.mark.usefixtures("known")
def test_small_numbers_are_not_told(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("privacy", "numbers")
    assert ran.out.splitlines() == [
        "month,group,theme,concerns,pupils",
        "2026-03,primary,mood,few,few",
    ]
