"""A connection to a real slapd: paged, bounded in time, and plain about what is wrong."""

from dataclasses import replace
from pathlib import Path

import pytest

from safeguard.directories.ldap_port import Entry, Ldap3, Way
from safeguard.directories.port import DirectoryError
from tests.slapd import ADMIN, BASE, PASSWORD, Slapd, person


def way(server: Slapd) -> Way:
    return Way(server.address, "none", ADMIN, PASSWORD, 2)


def test_more_than_the_server_gives_at_once_is_read_in_pages(slapd: Slapd) -> None:
    everyone = [person(f"p{one}", f"Pupil {one}", "ou=Year 7,ou=Pupils") for one in range(450)]
    slapd.add(*everyone)
    ldap = Ldap3.open(way(slapd))
    found = list(ldap.entries(BASE, "(objectClass=inetOrgPerson)", ["uid", "entryUUID"]))
    ldap.close()
    assert {one.text("uid") for one in found} == {f"p{one}" for one in range(450)}
    assert len({one.raw("entryUUID") for one in found}) == 450


def test_what_is_wrong_is_a_sentence(slapd: Slapd, free_port: int, tmp_path: Path) -> None:
    right = way(slapd)
    for wrong, says in (
        (replace(right, password="no"), "see user and password"),
        (replace(right, server=f"ldap://127.0.0.1:{free_port}"), "cannot be reached"),
        (replace(right, security="starttls"), "cannot be encrypted"),
        (replace(right, security="starttls", ca=tmp_path / "none.pem"), "give a PEM file"),
    ):
        with pytest.raises(DirectoryError, match=says) as told:
            Ldap3.open(wrong)
        assert PASSWORD not in str(told.value)


def test_where_to_look_must_be_there(slapd: Slapd) -> None:
    ldap = Ldap3.open(way(slapd))
    with pytest.raises(DirectoryError, match="nothing of it is used"):
        list(ldap.entries(f"ou=Nobody,{BASE}", "(objectClass=*)", ["cn"]))
    ldap.close()


def test_a_server_that_hangs_is_given_up_in_time(slapd: Slapd) -> None:
    ldap = Ldap3.open(replace(way(slapd), seconds=1))
    slapd.hang()
    try:
        with pytest.raises(DirectoryError):
            list(ldap.entries(BASE, "(objectClass=*)", ["cn"]))
        with pytest.raises(DirectoryError):
            Ldap3.open(replace(way(slapd), seconds=1))
    finally:
        slapd.go_on()
        ldap.close()


def test_a_value_is_the_first_that_says_something() -> None:
    one = Entry("uid=a", {"displayname": (b"",), "cn": (b" Ada ", b"Ann"), "bad": (b"\xff",)})
    assert one.text("displayName", "cn") == "Ada"
    assert one.texts("cn") == ("Ada", "Ann")
    assert (one.text("bad"), one.text("none"), one.raw("none")) == ("�", "", b"")
