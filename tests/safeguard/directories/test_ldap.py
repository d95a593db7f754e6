"""People of a real slapd: units, memberships, closed accounts; a spelling of DNs is no matter."""

from collections.abc import Iterator, Sequence

import pytest

from safeguard.core.rolls import Told
from safeguard.directories import ldap as of_ldap
from safeguard.directories.ldap import LdapDirectory, places
from safeguard.directories.ldap_port import Entry, Ldap3, Way
from safeguard.directories.port import DirectoryError
from tests.slapd import ADMIN, BASE, PASSWORD, Slapd, person

YEAR_7 = "ou=Year 7,ou=Pupils"


def directory(server: Slapd, groups: dict[str, str], otherwise: str = "") -> LdapDirectory:
    way = Way(server.address, "none", ADMIN, PASSWORD, 3)
    return LdapDirectory(
        lambda: Ldap3.open(way), BASE, "(objectClass=inetOrgPerson)", groups, otherwise
    )


def group(name: str, *members: str) -> str:
    told = "".join(f"member: {one}\n" for one in members)
    return f"dn: cn={name},{BASE}\nobjectClass: groupOfNames\ncn: {name}\n{told}"


def test_people_are_placed_by_unit_and_by_membership(slapd: Slapd) -> None:
    slapd.add(
        person("aexample", "Ada Example", YEAR_7, "17"),
        person("bexample", "Ben Example", "ou=Pupils"),
        person("cother", "Cy Other", "ou=Staff"),
        person("dother", "Dee Other", "ou=Staff"),
    )
    slapd.add(group("Teachers", f"uid=cother,ou=Staff,{BASE}"))
    one = directory(
        slapd,
        {
            f"OU=Year 7, OU=Pupils, {BASE.upper()}": "year-7",
            "pupils": "secondary",
            f"cn=Teachers,{BASE}": "staff",
        },
    )
    reading = one.read("", ())
    assert (one.name, set(one.into)) == ("ldap", {"year-7", "secondary", "staff"})
    found = {told.login: (told.name, told.group, told.reference) for told in reading.people}
    assert found == {
        "aexample": ("Ada Example", "year-7", "17"),
        "bexample": ("Ben Example", "secondary", ""),
        "cother": ("Cy Other", "staff", ""),
    }
    assert all(len(told.id) == 36 for told in reading.people)
    assert (reading.whole, reading.cursor) == (True, "")


def test_whoever_is_in_none_of_these_may_have_a_group(slapd: Slapd) -> None:
    slapd.add(person("cother", "Cy Other", "ou=Staff"))
    assert directory(slapd, {}, "guest").read("", ()).people[0].group == "guest"


def test_an_id_stays_when_somebody_moves_and_is_renamed(slapd: Slapd) -> None:
    slapd.add(person("aexample", "Ada Example", YEAR_7))
    one = directory(slapd, {"year 7": "year-7", "pupils": "secondary"})
    before = one.read("", ()).people[0]
    slapd.modify(
        f"dn: uid=aexample,{YEAR_7},{BASE}\nchangetype: modrdn\nnewrdn: uid=aother\n"
        f"deleteoldrdn: 1\nnewsuperior: ou=Pupils,{BASE}\n"
    )
    after = one.read("", ()).people[0]
    assert (after.id, after.login, after.group) == (before.id, "aother", "secondary")


class Written:
    """Entries as Active Directory has them: no such server runs on this machine."""

    def __init__(self, *entries: Entry) -> None:
        self._entries = entries

    def entries(self, base: str, wanted: str, attributes: Sequence[str]) -> Iterator[Entry]:
        assert (base, wanted) == ("dc=x", "(f)")
        assert "objectGUID" in attributes
        yield from self._entries

    def close(self) -> None:
        """Nothing is open."""


def written(*entries: Entry) -> LdapDirectory:
    return LdapDirectory(lambda: Written(*entries), "dc=x", "(f)", {"pupils": "secondary"})


def active(login: bytes, flags: bytes, **more: tuple[bytes, ...]) -> Entry:
    values = {"objectguid": (b"\xff" * 16,), "displayname": (b"Ada Example",),
              "samaccountname": (login,), "useraccountcontrol": (flags,), **more}  # fmt: skip
    return Entry("CN=Ada\\, Example,OU=Pupils,DC=x", values)


def test_accounts_that_are_closed_are_left_out() -> None:
    reading = written(active(b"AExample", b"512"), active(b"b", b"514")).read("", ())
    assert reading.people == (Told("Ada Example", "secondary", "ff" * 16, "", "aexample"),)


def test_people_whose_names_or_ids_may_not_be_read_stop_all() -> None:
    for hidden in ("objectguid", "displayname"):
        with pytest.raises(DirectoryError, match="may read them"):
            written(active(b"a", b"512", **{hidden: ()})).read("", ())


def test_an_id_that_is_text_but_for_one_byte_is_written_in_hex() -> None:
    found = written(active(b"a", b"512", objectguid=(b"ab\x07",))).read("", ())
    assert found.people[0].id == "616207"


def test_a_directory_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_ldap, "MOST_PEOPLE", 1)
    with pytest.raises(DirectoryError, match="names more than 1"):
        written(active(b"a", b"512"), active(b"b", b"512")).read("", ())


def test_all_that_an_entry_is_in_has_one_spelling() -> None:
    assert list(places("uid=a,OU=Year 7\\, new , dc=X", ["CN=All Staff,DC=x", ""])) == [
        "ou=year 7\\, new,dc=x", "year 7, new", "dc=x", "cn=all staff,dc=x", "all staff", "",
    ]  # fmt: skip
