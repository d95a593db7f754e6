"""The table of what each role may do."""

from safeguard.core.staff_rights import (
    DEEDS,
    GIVEN,
    MAY,
    RIGHTS,
    SAFEGUARDING,
    TITLES,
    Deed,
    Role,
)


def test_every_role_has_a_title_and_every_deed_its_words() -> None:
    assert set(TITLES) == set(Role)
    assert set(DEEDS) == set(Deed)


def test_no_line_stands_twice_and_each_says_why() -> None:
    assert len(MAY) == len(RIGHTS)
    assert all(one.why.endswith(".") for one in RIGHTS)


def test_every_deed_is_somebodys_and_everyone_keeps_their_password() -> None:
    assert {deed for _, deed in MAY} == set(Deed)
    assert {role for role, deed in MAY if deed is Deed.OWN_ACCOUNT} == set(GIVEN)


def test_the_set_up_account_does_one_thing() -> None:
    assert {deed for role, deed in MAY if role is Role.SETUP} == {
        Deed.MANAGE_ACCOUNTS,
        Deed.OWN_ACCOUNT,
    }


def test_safeguarding_is_for_few_and_no_technician() -> None:
    assert {role for role, deed in MAY if deed in SAFEGUARDING} == {
        Role.LEAD, Role.DEPUTY, Role.YEAR_LEAD, Role.CONCERN_AUDITOR, Role.GLASS,
    }  # fmt: skip
