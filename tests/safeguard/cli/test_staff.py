"""`safeguard staff`."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from safeguard.cli.options import now
from safeguard.settings import load
from safeguard.store import schema, staff
from safeguard.store.session import Store
from tests.safeguard.cli.conftest import Ran

LINK = "http://127.0.0.1:8000/reset/"


@pytest.fixture
def store(school: Path) -> Iterator[Store]:
    """The school's database, with a lead, and a technician who has left."""
    store = schema.prepare(load(school))
    for name, role, active in (("Ruth", "lead", True), ("Theo", "technician", False)):
        columns = {
            "email": f"{name}@school.local",
            "name": name,
            "password": "a hash",
            "active": active,
            "fs_uniquifier": name,
            "roles": (role,),
            "created_at": now(),
        }
        staff.create(store, columns)
    yield store
    store.close()


@pytest.mark.usefixtures("store")
def test_the_list_says_who_may_sign_in_and_as_what(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("staff", "list")
    assert [line.split() for line in ran.out.splitlines()] == [
        ["ruth@school.local", "Ruth", "lead", "(role", "1)"],
        ["theo@school.local", "Theo", "(closed)"],
    ]
    told = [json.loads(line) for line in safeguard("staff", "list", "--json").out.splitlines()]
    assert [(one["email"], one["roles"], one["active"]) for one in told] == [
        ("ruth@school.local", ["lead"], True),
        ("theo@school.local", [], False),
    ]
    assert told[0]["grants"] == [
        {
            "number": 1, "role": "lead", "groups": [], "every_school": False, "until": None,
            "waits": False,
        }
    ]  # fmt: skip
    assert "a hash" not in ran.out


def test_no_accounts_is_said_with_the_way_to_them(safeguard: Callable[..., Ran]) -> None:
    assert "`safeguard run` shows the link" in safeguard("staff", "list").out
    assert safeguard("staff", "list", "--json").out == ""


def test_a_reset_gives_a_link_that_is_theirs(safeguard: Callable[..., Ran], store: Store) -> None:
    ran = safeguard("staff", "reset", " RUTH@school.local")
    assert ran.status == 0
    assert ran.out.startswith(LINK)
    assert "Ruth" in ran.err
    owner = staff.of_reset_token(store, ran.out.strip().removeprefix(LINK), now())
    assert owner == staff.by_email(store, "ruth@school.local")


def test_each_link_is_another_and_ends_the_one_before(
    safeguard: Callable[..., Ran], store: Store
) -> None:
    old, new = (
        safeguard("staff", "reset", "ruth@school.local").out.strip().removeprefix(LINK)
        for _ in range(2)
    )
    assert staff.of_reset_token(store, old, now()) is None
    assert staff.of_reset_token(store, new, now()) is not None


@pytest.mark.parametrize(
    ("email", "says"),
    [
        ("nobody@school.local", "No account has the e-mail address nobody@school.local."),
        ("theo@school.local", "The account theo@school.local is closed"),
    ],
)
@pytest.mark.usefixtures("store")
def test_an_account_that_cannot_sign_in_gets_no_link(
    safeguard: Callable[..., Ran], email: str, says: str
) -> None:
    ran = safeguard("staff", "reset", email)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(says)
