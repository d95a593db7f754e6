"""What stands as User-Name: whose login it may be, and that strangers are never ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.identity_feeds.logins import is_machine, logins_of

OWN = frozenset({"school", "school.example"})


@pytest.mark.parametrize(
    ("name", "logins"),
    [
        ("jo", ("jo",)),
        (" Jo ", ("jo",)),
        ("SCHOOL\\Jo", ("school\\jo", "jo")),
        ("jo@School.example", ("jo@school.example", "jo")),
        ("SCHOOL\\jo@school.example", ("school\\jo@school.example", "jo@school.example", "jo")),
        ("jo@elsewhere.example", ("jo@elsewhere.example",)),
        ("OTHER\\jo", ("other\\jo",)),
        ("anonymous", ()),
        ("anonymous@school.example", ()),
        ("@school.example", ()),
        ("", ()),
        ("host/pc-7.school.example", ()),
        ("PC-7$", ()),
        ("SCHOOL\\PC-7$", ()),
        ("02-00-00-AA-BB-CC", ()),
        ("x" * 254, ()),
    ],
)
def test_a_user_name_names_who_it_can(name: str, logins: tuple[str, ...]) -> None:
    assert logins_of(name, OWN) == logins


@pytest.mark.parametrize(
    "name", ["host/pc", "PC-7$", "SCHOOL\\PC-7$@school.example", "0200.00aa.bbcc"]
)
def test_a_machine_is_told_from_a_person(name: str) -> None:
    assert is_machine(name)


@given(st.text(), st.text(alphabet="abc.", min_size=1))
def test_the_bare_name_of_another_house_is_never_looked_up(bare: str, realm: str) -> None:
    bare = bare.replace("@", "").replace("\\", "")
    assert bare.strip().lower() not in logins_of(f"{bare}@{realm}", OWN - {realm})
