"""The settings of what is kept, how firmly and for how long, and of backups."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from safeguard.core.retention import PERIODS, Kept, Periods
from safeguard.setting_kinds import Section, split


def _days(kept: Kept) -> Any:  # a field of its own default, limits and words
    one = PERIODS[kept]
    return Field(
        one.days,
        ge=one.least,
        le=one.most,
        description=f"{one.what} Days from {one.since}, {one.least} to {one.most}.",
    )


class Spool(Section):
    """What waits on this machine's disk for the database."""

    synchronous: Literal["normal", "full"] = Field(
        "normal",
        description="When a flagged event counts as kept: once it is written, so that a power cut "
        "may lose about the last second; or `full`: once the disk has it, which each flagged "
        "request waits for.",
    )


class Retention(Section):
    """How many days each class of records is kept: see retention.md for the reasons."""

    access_days: int = _days(Kept.ACCESS)
    below_threshold_days: int = _days(Kept.BELOW)
    low_days: int = _days(Kept.LOW)
    not_reviewed_days: int = _days(Kept.OPEN)
    dismissed_days: int = _days(Kept.DISMISSED)
    noted_days: int = _days(Kept.NOTED)
    acted_days: int = _days(Kept.ACTED)
    tallies_days: int = _days(Kept.TALLIES)
    messages_days: int = _days(Kept.MESSAGES)
    refused_days: int = _days(Kept.REFUSED)
    self_tests_days: int = _days(Kept.SELF_TESTS)
    requests_days: int = _days(Kept.REQUESTS)
    lifted_days: int = _days(Kept.LIFTED)
    audit_details_days: int = _days(Kept.DETAILS)
    runs_days: int = _days(Kept.RUNS)

    @property
    def periods(self) -> Periods:
        return Periods({kept: getattr(self, name) for kept, name in names()})


def names() -> Iterator[tuple[Kept, str]]:
    """Return each class with the name of its setting."""
    return zip(Kept, Retention.model_fields, strict=True)


def _recipient(value: str) -> str:
    if not (value.startswith("age1") and value.isascii() and value.isalnum()):
        raise ValueError(
            "give a public key for age, such as age1…: `safeguard keys new-backup-key FILE` makes one"
        )
    return value


Recipient = Annotated[str, AfterValidator(_recipient)]
Recipients = Annotated[tuple[Recipient, ...], NoDecode, BeforeValidator(split)]


class Backup(Section):
    """Encrypted backups."""

    recipients: Recipients = Field(
        (),
        description="Public age keys that backups are encrypted to. Keep their private keys away "
        "from this machine. Empty: no backups are made.",
    )
    folder: Path | None = Field(
        None, description="Where backups go. Empty: `backups` in the data folder."
    )
    keep: int = Field(
        14,
        ge=1,
        le=366,
        description="How many backups are kept there; older ones are removed. What was erased "
        "stays in backups until they are.",
    )
