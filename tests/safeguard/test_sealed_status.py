"""How the sealed lists stand: nothing is claimed that is not proven."""

from datetime import timedelta
from pathlib import Path

import pytest

from safeguard.list_settings import Sealed
from safeguard.sealed_files import Fault
from safeguard.sealed_status import TEST_AGAIN, Standing, Status, status_of
from safeguard.sealed_testing import Trial
from safeguard.sealing import State
from safeguard.settings import Settings
from tests.safeguard.sealed_samples import NOW

WELL = State("iwf-urls", True, 3, NOW)
ILL = State("iwf-urls", True, fault=Fault.MISSING)
PASSED = Trial(NOW, 1)
FAILED = Trial(NOW, 1, ((1, ("staff",)),))
REQUIRED = {"required": ("iwf-urls",)}
MEMBER = {"organisation": "A Provider Ltd", "membership": "M-123"}
TESTS = {"test_entries": ("one.test",)}


def status(state: State, tested: Trial | None, **sealed: object) -> Status:
    return Status(Settings(sealed=Sealed.model_validate(sealed)), (state,), tested, NOW)


@pytest.mark.parametrize(
    ("state", "tested", "settings", "standing"),
    [
        (WELL, None, {}, Standing.NOTHING_REQUIRED),
        (ILL, None, {}, Standing.NON_COMPLIANT),
        (WELL, None, REQUIRED, Standing.IN_FORCE),
        (WELL, None, REQUIRED | MEMBER, Standing.IN_FORCE),
        (WELL, None, REQUIRED | MEMBER | TESTS, Standing.IN_FORCE),
        (WELL, PASSED, REQUIRED | TESTS, Standing.IN_FORCE),
        (WELL, PASSED, REQUIRED | MEMBER | TESTS, Standing.COMPLIANT),
        (WELL, FAILED, REQUIRED | MEMBER | TESTS, Standing.NON_COMPLIANT),
        (ILL, PASSED, REQUIRED | MEMBER | TESTS, Standing.NON_COMPLIANT),
    ],
)
def test_what_may_be_said(
    state: State, tested: Trial | None, settings: dict[str, object], standing: Standing
) -> None:
    assert status(state, tested, **settings).standing is standing


def test_each_complaint_names_its_list_and_each_mend_is_told_once() -> None:
    both = Status(Settings(), (ILL, State("ctiru", True, fault=Fault.MISSING)), None, NOW)
    assert both.complaints() == ["iwf-urls: it is missing.", "ctiru: it is missing."]
    assert both.mends() == ["Import it anew: safeguard sealed import --name NAME FILE"]
    failed = status(WELL, None, **TESTS)
    assert failed.complaints() == ["The provider’s test entries have not been asked yet."]
    assert failed.mends() == [TEST_AGAIN]


def test_who_brings_the_lists_in_is_said() -> None:
    assert status(WELL, None).provider() == (
        "Brought in: by nobody that the settings name; never tested."
    )
    assert status(WELL, PASSED, **MEMBER).provider() == (
        "Brought in: A Provider Ltd, membership M-123; last test 2026-03-04: "
        "all 1 test entries are blocked for every group."
    )


def test_the_record_is_for_programs(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, sealed=Sealed(required=("iwf-urls",)))
    found = status_of(settings, (WELL, ILL), NOW + timedelta(hours=50)).record()
    assert found["state"] == "NON-COMPLIANT"
    assert found["tested"] is None
    assert [one["complaint"] for one in found["lists"]] == [
        "it is older than 48 hours",
        "it is missing",
    ]
    assert [one["age_hours"] for one in found["lists"]] == [50.0, None]
    assert all(one["mend"] for one in found["lists"])
