"""`safeguard db`."""

from collections.abc import Callable
from pathlib import Path

from safeguard.audit_watch import keep_head
from safeguard.settings import Settings
from safeguard.store import schema
from safeguard.store.session import Store
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.samples import NOW
from tests.safeguard.store.test_audit_verify import fill, remove


def test_an_upgrade_may_be_repeated(safeguard: Callable[..., Ran]) -> None:
    for _ in range(2):
        ran = safeguard("db", "upgrade")
        assert (ran.status, ran.out) == (0, "The database is up to date.\n")


def opened(school: Path) -> Store:
    return schema.prepare(Settings(data=school))


def test_a_whole_chain_is_said_to_be_whole_and_where_it_ends(
    safeguard: Callable[..., Ran], school: Path
) -> None:
    ran = safeguard("db", "verify")
    assert (ran.status, ran.out) == (0, "The audit chain is whole: 0 rows.\n")
    store = opened(school)
    head = fill(store, 5)
    store.close()
    ran = safeguard("db", "verify", "--expect", head.text)
    assert ran.status == 0
    assert ran.out == f"The audit chain is whole: 5 rows. It ends at {head.text}\n"


def test_a_broken_chain_is_a_finding_that_names_the_row(
    safeguard: Callable[..., Ran], school: Path
) -> None:
    store = opened(school)
    head = fill(store, 5)
    keep_head(store, school, NOW)
    with store.writing() as session:
        remove(session, 5)
    store.close()
    for more in ((), ("--expect", head.text)):
        ran = safeguard("db", "verify", *more)
        assert ran.status == 1
        assert ran.out == (
            "BROKEN: row 5 is missing, and so is all after it up to row 5, "
            "which was written down.\n"
        )


def test_what_is_no_end_of_a_chain_is_unusable(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("db", "verify", "--expect", "5")
    assert ran.status == 2
    assert "“5” is not where a chain ends: write ROW:HASH" in ran.err
