"""`safeguard db`."""

from collections.abc import Callable

from tests.safeguard.cli.conftest import Ran


def test_an_upgrade_may_be_repeated(safeguard: Callable[..., Ran]) -> None:
    for _ in range(2):
        ran = safeguard("db", "upgrade")
        assert (ran.status, ran.out) == (0, "The database is up to date.\n")
