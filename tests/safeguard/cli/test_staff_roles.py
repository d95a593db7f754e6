"""`safeguard staff add`, `grant`, `confirm`, `end`, `close` and `break-glass`."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from safeguard.cli.options import now
from safeguard.settings import load
from safeguard.store import break_glass, grants, schema, staff
from safeguard.store.audit_search import WantedRows, search
from safeguard.store.session import Store
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.store.staff_samples import account, contact

type Run = Callable[..., Ran]
DEE = ("dee@school.example", "--name", "Dee Deputy", "--why", "She stands in.")


@pytest.fixture
def store(school: Path) -> Iterator[Store]:
    store = schema.prepare(load(school))
    account(store, "ruth", "lead")
    account(store, "theo", "technician")
    yield store
    store.close()


def listed(safeguard: Run) -> dict[str, list[dict[str, object]]]:
    lines = safeguard("staff", "list", "--json").out.splitlines()
    return {one["name"]: one["grants"] for one in map(json.loads, lines)}


@pytest.mark.usefixtures("store")
def test_a_deputy_is_added_waits_and_is_confirmed_in_a_leads_name(safeguard: Run) -> None:
    ran = safeguard("staff", "add", *DEE, "--role", "deputy")
    assert ran.status == 0
    assert "/reset/" in ran.out
    assert "it waits for the head or a lead (role 3)" in ran.err
    assert "deputy (role 3, waits)" in safeguard("staff", "list").out
    refused = safeguard("staff", "confirm", "3", "--by", DEE[0])
    assert (refused.status, "Another account" in refused.err) == (2, True)
    refused = safeguard("staff", "confirm", "3", "--by", "theo@school.example")
    assert (refused.status, "None of your roles" in refused.err) == (2, True)
    done = safeguard("staff", "confirm", "3", "--by", "ruth@school.example")
    assert "it counts now (role 3)" in done.err
    assert listed(safeguard)["Dee Deputy"][0]["waits"] is False


def test_a_role_for_groups_and_a_time_is_given_and_ended(safeguard: Run, store: Store) -> None:
    given = safeguard(
        "staff", "grant", "theo@school.example", "--role", "teacher", "--groups", "primary, secondary",
        "--until", "2099-07-23", "--every-school", "--why", "He teaches computing.",
    )  # fmt: skip
    assert given.out == "3\n"
    (_, teacher) = listed(safeguard)["theo"]
    assert teacher == {
        "number": 3, "role": "teacher", "groups": ["primary", "secondary"], "every_school": True,
        "until": "2099-07-23T23:00:00+00:00", "waits": False,
    }  # fmt: skip
    line = "teacher of primary+secondary in every school until 2099-07-23 (role 3)"
    assert line in safeguard("staff", "list").out
    assert safeguard("staff", "end", "3", "--why", "He stopped.").out == "The role has ended.\n"
    assert len(listed(safeguard)["theo"]) == 1
    rows = search(store, WantedRows(about_kind="role")).rows
    assert {one.who.partition(":")[0] for one in rows if one.about_kind == "role"} == {"command"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", *DEE, "--role", "boss"), "There is no role “boss”: say one of lead, deputy"),
        (("add", *DEE, "--role", "break-glass"), "There is no role “break-glass”"),
        (("add", *DEE, "--role", "year-lead"), "say for which groups"),
        (("add", *DEE, "--role", "teacher", "--groups", "9Z"), "There is no group “9Z”."),
        (("add", *DEE, "--role", "auditor", "--until", "soon"), "“soon” is no day"),
        (("add", *DEE[:3], "--why", " ", "--role", "governor"), "Say why"),
        (("add", "ruth@school.example", *DEE[1:], "--role", "head"), "There is an account with"),
        (
            ("grant", "x@y", "--role", "head", "--why", "So."),
            "No account has the e-mail address x@y",
        ),
        (("end", "1", "--why", "Gone."), "This is the last lead of the school"),
        (("end", "99", "--why", "Gone."), "There is no such role any more."),
        (("close", "ruth@school.example", "--why", "Gone."), "This is the last lead"),
        (("break-glass", "ruth@school.example", "--why", "All are away."), "None of your roles"),
        (("break-glass", "theo@school.example"), "Say what happened"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_changed(
    safeguard: Run, store: Store, arguments: tuple[str, ...], says: str
) -> None:
    before = (staff.all_staff(store), grants.listed(store, now()))
    ran = safeguard("staff", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert says in ran.err
    assert (staff.all_staff(store), grants.listed(store, now())) == before


def test_the_glass_is_broken_and_mended(safeguard: Run, store: Store) -> None:
    broken = ("staff", "break-glass", "theo@school.example")
    ran = safeguard(*broken, "--why", "A pupil may be in danger now.")
    assert ran.out.startswith("The glass is broken until ")
    assert "Nobody could be told" in ran.err
    assert len(break_glass.live(store, now())) == 1
    assert safeguard(*broken, "--end").out == "The glass is mended.\n"
    assert break_glass.live(store, now()) == []
    contact(store)
    again = safeguard(*broken, "--why", "A pupil may be in danger now.", "--minutes", "5")
    assert again.err == ""


def test_an_account_is_closed(safeguard: Run, store: Store) -> None:
    ran = safeguard("staff", "close", "theo@school.example", "--why", "He left.")
    assert ran.out == "The account is closed.\n"
    assert "(closed)" in safeguard("staff", "list").out
    found = staff.by_email(store, "theo@school.example")
    assert found is not None
    assert grants.of(store, found.id) == ()


@pytest.mark.usefixtures("school")
def test_the_first_account_of_a_school_is_a_lead_by_command_too(safeguard: Run) -> None:
    ran = safeguard("staff", "add", *DEE, "--role", "lead")
    assert "it counts now" in ran.err
