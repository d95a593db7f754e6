"""The settings of lists: the rules, what is subscribed to, and sealed lists."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from safeguard.setting_kinds import ClockTime, Entries, ListNames, Section


class Rules(Section):
    """The rules in force."""

    without_rules: Literal["block", "allow-list"] = Field(
        "block",
        description="The stance where no rules can be read: block all, or all but helplines.",
    )


class Subscriptions(Section):
    """Lists that are downloaded again and again."""

    update_at: ClockTime = Field(
        "03:00", description="Lists are downloaded each day after this time, in the school's zone."
    )
    update_spread_minutes: int = Field(
        120, ge=0, le=1439, description="Within so many minutes, at a time drawn anew each day."
    )
    may_shrink_percent: int = Field(
        30, ge=0, le=100, description="A list that loses more at once keeps its copy of before."
    )
    largest_download_mib: int = Field(
        256, ge=1, le=4096, description="A larger download is given up, in MiB."
    )
    largest_unpacked_mib: int = Field(
        1024, ge=1, le=4096, description="What an archive may hold in all, unpacked, in MiB."
    )
    longest_seconds: int = Field(
        900, ge=1, le=14400, description="A download that takes longer, in all, is given up."
    )
    ca: Path | None = Field(
        None, description="A PEM file of authorities to trust too, where your network opens TLS."
    )


class Sealed(Section):
    """Sealed lists of unlawful content."""

    required: ListNames = Field(
        (), description="Names of sealed lists that must be in force. Default: none."
    )
    oldest_hours: int = Field(
        48,
        ge=1,
        le=8760,
        description="A sealed list older than this, in hours, raises an alarm. The IWF's changes "
        "twice a day.",
    )
    terrorism_oldest_hours: int = Field(
        168,
        ge=1,
        le=8760,
        description="The same for lists of terrorist content. How often those change is not "
        "public: set what your provider says.",
    )
    most_lost: int = Field(
        30,
        ge=0,
        le=99,
        description="A delivery with this many percent fewer entries than the list in force is "
        "not taken in.",
    )
    stance: Literal["block", "warn"] = Field(
        "block",
        description="Where a required list is missing, or one was altered or cannot be read: "
        "block all but helplines, or go on and warn.",
    )
    organisation: str = Field(
        "", max_length=200, description="Who is the member that brings the lists in."
    )
    membership: str = Field(
        "", max_length=200, description="The reference of that membership, as evidence."
    )
    test_entries: Entries = Field(
        (), description="Addresses that your providers list for testing, such as the IWF's."
    )
    questions_an_hour: int = Field(
        20,
        ge=1,
        le=1000,
        description="How many answers that read “withheld” staff may get in an hour, all together.",
    )
