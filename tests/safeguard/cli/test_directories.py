"""`safeguard users sync` and `users directories`."""

import json
from collections.abc import Callable

import pytest

from tests.safeguard.cli.conftest import Ran
from tests.slapd import ADMIN, BASE, PASSWORD, Slapd, person, slapd

__all__ = ["slapd"]

type Run = Callable[..., Ran]


@pytest.fixture
def directory(slapd: Slapd, monkeypatch: pytest.MonkeyPatch) -> Slapd:
    """A server that the settings name, with two people of staff."""
    for name, value in (
        ("SERVER", slapd.address),
        ("SECURITY", "none"),
        ("USER", ADMIN),
        ("PASSWORD", PASSWORD),
        ("BASE", BASE),
        ("FILTER", "(objectClass=inetOrgPerson)"),
        ("GROUPS", '{"staff": "staff"}'),
    ):
        monkeypatch.setenv(f"SAFEGUARD_LDAP_DIRECTORY__{name}", value)
    slapd.add(person("aexample", "Ada Example", "ou=Staff"), person("b", "Ben Other", "ou=Staff"))
    return slapd


def test_without_a_directory_the_settings_are_named(safeguard: Run) -> None:
    assert "ldap_directory.server" in safeguard("users", "sync").err
    assert "ldap_directory.server" in safeguard("users", "directories").out


def test_people_are_brought_up_to_date_after_a_look(safeguard: Run, directory: Slapd) -> None:
    dry = safeguard("users", "sync", "--dry-run")
    assert "ldap, if it were done:\n2 added" in dry.out
    assert "never asked" in safeguard("users", "directories").out
    assert safeguard("users", "sync", "ldap").out.startswith("ldap: 2 added")
    assert "Ada Example" in safeguard("users", "list").out
    assert json.loads(safeguard("users", "directories", "--json").out)["people"] == 2
    assert "name no directory “google”: only ldap" in safeguard("users", "sync", "google").err
    directory.remove(f"uid=b,ou=Staff,{BASE}")
    assert "nothing is done without --force" in safeguard("users", "sync", "--dry-run").out
    ran = safeguard("users", "sync")
    assert (ran.status, "1 of 2 people would leave at once" in ran.out) == (1, True)
    assert "The last try changed nothing" in safeguard("users", "directories").out
    assert "1 left" in safeguard("users", "sync", "--force").out


def test_what_cannot_be_taken_in_is_shown_in_a_dry_run(safeguard: Run, directory: Slapd) -> None:
    unit = f"dn: ou=More,ou=Staff,{BASE}\nobjectClass: organizationalUnit\nou: More\n"
    directory.add(unit, person("aexample", "Cy Double", "ou=More,ou=Staff"))
    ran = safeguard("users", "sync", "--dry-run")
    assert (ran.status, "the login “aexample” is that of two people" in ran.err) == (1, True)
    ran = safeguard("users", "sync")
    assert (ran.status, "1 people have a number or a login" in ran.out) == (1, True)
    assert "Ada" not in safeguard("users", "list").out
