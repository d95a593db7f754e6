"""What a Windows DHCP server's leases look like, exported."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from filter_rules.types import Problem
from safeguard.identity_feeds.leases import FOR_EVER, Lease
from safeguard.identity_feeds.windows_leases import BELIEVED, Export, leases_in
from tests.safeguard.identity_feeds.lease_samples import CONSOLE, EXPORT, SOON, WINDOWS

UNSURE = EXPORT.at + BELIEVED


def test_an_export_of_powershell_is_read() -> None:
    assert list(leases_in(WINDOWS, "f", EXPORT)) == [
        Lease("10.0.0.1", "02:00:00:00:00:01", SOON, "pc-1"),
        Lease("10.0.0.2", "02:00:00:00:00:02", UNSURE),
        Lease("10.0.0.3", "02:00:00:00:00:03", SOON - timedelta(hours=1), over=True),
    ]


def test_an_export_of_the_console_is_read() -> None:
    assert list(leases_in(CONSOLE, "f", EXPORT)) == [
        Lease("10.0.0.1", "02:00:00:00:00:01", SOON, "pc-1"),
        Lease("10.0.0.2", "02:00:00:00:00:02", FOR_EVER, "pc-2"),
    ]


def row(expires: str, *, mark: str = ",") -> str:
    return mark.join(["10.0.0.1", "02-00-00-00-00-01", expires]) + "\n"


HEAD = "IPAddress,ClientId,LeaseExpiryTime\n"


@pytest.mark.parametrize(
    ("dates", "until"),
    [
        (("2026-11-22T12:00:00Z",), SOON),
        (("2026-11-22 12:00:00",), SOON),
        (("13/10/2026 10:00:00", "03/04/2026 12:30:00"), datetime(2026, 4, 3, 12, 30, tzinfo=UTC)),
        (("10/13/2026 10:00:00", "03/04/2026 12:30:00"), datetime(2026, 3, 4, 12, 30, tzinfo=UTC)),
        (("22.11.2026 12:00",), SOON),
        (("11/22/2026 12:15:00 AM",), datetime(2026, 11, 22, 0, 15, tzinfo=UTC)),
        (("03/04/2026 12:30:00",), UNSURE),  # March or April? the file does not say
        (("13/10/2026 10:00:00", "10/13/2026 10:00:00"), UNSURE),
        (("31/02/2026 10:00:00",), UNSURE),
        (("tomorrow",), UNSURE),
        (("2026-99-99",), UNSURE),
        (("",), UNSURE),
    ],
)
def test_a_date_counts_where_the_file_shows_how_it_is_written(
    dates: tuple[str, ...], until: datetime
) -> None:
    found = list(leases_in(HEAD + "".join(row(one) for one in dates), "f", EXPORT))
    assert isinstance(found[-1], Lease)
    assert found[-1].until == until


def test_dates_are_of_the_schools_zone() -> None:
    summer = Export(EXPORT.at, ZoneInfo("Europe/London"))
    found = list(leases_in(HEAD + row("22/07/2026 13:00:00"), "f", summer))
    assert found == [Lease("10.0.0.1", "02:00:00:00:00:01", datetime(2026, 7, 22, 12, tzinfo=UTC))]


def test_semicolons_part_cells_too() -> None:
    text = HEAD.replace(",", ";") + row("2026-11-22T12:00:00Z", mark=";")
    assert list(leases_in(text, "f", EXPORT)) == [Lease("10.0.0.1", "02:00:00:00:00:01", SOON)]


def test_another_table_is_told_once() -> None:
    [found] = leases_in("Name,Group\njo,y7\n", "f", EXPORT)
    assert isinstance(found, Problem)
    assert found.line == 1


def test_a_line_without_an_address_is_told_with_its_number() -> None:
    text = HEAD + "\n" + row("") + "pc-1,02-00-00-00-00-01,\n"
    assert Problem("f", 4, "this line is not a lease") in list(leases_in(text, "f", EXPORT))
