"""Roles given, confirmed and ended."""

import threading

import pytest

from safeguard.core.staff_rights import CONFIRMED, SCOPED, Role
from safeguard.store import grants, staff
from safeguard.store.grants import FIRST, RoleError
from safeguard.store.session import Store
from tests.safeguard.samples import NOW
from tests.safeguard.store.staff_samples import (
    LATER,
    account,
    audited,
    by,
    confirm,
    contact,
    give,
    told,
)


def in_force(store: Store, staff_id: int) -> set[str]:
    return {one.role.value for one in grants.of(store, staff_id) if one.in_force(NOW)}


def test_the_first_lead_of_a_school_counts_at_once_and_the_record_says_why(
    any_store: Store,
) -> None:
    setup, lead, other = (account(any_store, name) for name in ("setup", "lead", "other"))
    assert not give(any_store, setup, "set-up").waits
    assert not give(any_store, lead, "lead", setup).waits
    assert in_force(any_store, lead) == {"lead"}
    assert [row.details.get("unconfirmed", "") for row in audited(any_store, "role")] == ["", FIRST]
    assert give(any_store, other, "lead", setup).waits
    assert in_force(any_store, other) == set()


def test_a_safeguarding_role_waits_for_another_account(any_store: Store) -> None:
    lead, other, new = (
        account(any_store, "l", "lead"),
        account(any_store, "o", "lead"),
        account(any_store, "n"),
    )
    given = give(any_store, new, "deputy", lead, "She stands in for me.")
    assert given.waits
    assert in_force(any_store, new) == set()
    for nobody in (lead, new):
        with pytest.raises(RoleError, match="Another account must confirm it"):
            confirm(any_store, given, nobody)
    made = confirm(any_store, given, other)
    assert (made.waits, made.granted_by, made.confirmed_by) == (False, lead, other)
    assert in_force(any_store, new) == {"deputy"}
    with pytest.raises(RoleError, match="waits for nobody"):
        confirm(any_store, given, other)
    first, second = audited(any_store, "role")
    assert (first.who, first.what, second.who, second.what) == (
        f"staff:{lead}", "proposed", f"staff:{other}", "confirmed",
    )  # fmt: skip
    assert first.details["why"] == second.details["why"] == "She stands in for me."
    assert first.details["after"]["role"] == "Deputy safeguarding lead"


@pytest.mark.parametrize("role", sorted(CONFIRMED))
def test_every_such_role_waits_even_when_a_command_gives_it(any_store: Store, role: str) -> None:
    account(any_store, "l", "lead")
    groups = ("primary",) if Role(role) in SCOPED else ()
    assert give(any_store, account(any_store, "n"), role, groups=groups, until=LATER).waits


@pytest.mark.parametrize("role", ["deputy", "technician", "governor", "set-up"])
def test_who_may_not_confirm_does_not(any_store: Store, role: str) -> None:
    lead, new = account(any_store, "l", "lead"), account(any_store, "n")
    given = give(any_store, new, "deputy", lead)
    with pytest.raises(RoleError, match="None of your roles lets you confirm"):
        confirm(any_store, given, account(any_store, "x", role))
    assert in_force(any_store, new) == set()


def test_the_head_confirms(any_store: Store) -> None:
    lead, head, new = (
        account(any_store, "l", "lead"),
        account(any_store, "h"),
        account(any_store, "n"),
    )
    confirm(any_store, give(any_store, head, "head"), lead)
    confirm(any_store, give(any_store, new, "deputy", lead), head)
    assert in_force(any_store, new) == {"deputy"}


def test_all_contacts_are_told_at_once_of_each_step(any_store: Store) -> None:
    contact(any_store)
    lead, new = account(any_store, "l", "lead"), account(any_store, "n")
    given = give(any_store, new, "year-lead", groups=("primary",))
    assert given.told_at == NOW
    confirm(any_store, given, lead)
    grants.end(any_store, given.id, "They left.", lead, by(lead))
    number = given.id
    assert told(any_store) == [f"proposed:{number}", f"given:{number}", f"ended:{number}"]


def test_where_there_is_no_contact_the_record_shows_that_nobody_was_told(
    any_store: Store,
) -> None:
    account(any_store, "l", "lead")
    assert give(any_store, account(any_store, "n"), "deputy").told_at is None


def test_a_role_that_sees_no_pupil_counts_at_once_and_quietly(any_store: Store) -> None:
    contact(any_store)
    lead, new = account(any_store, "l", "lead"), account(any_store, "n")
    given = give(any_store, new, "teacher", lead, groups=("primary",))
    assert not given.waits
    assert in_force(any_store, new) == {"teacher"}
    assert given.grant.groups == {"primary"}
    assert told(any_store) == []


def test_the_last_lead_stays_whoever_asks(any_store: Store) -> None:
    lead, deputy = account(any_store, "l", "lead"), account(any_store, "d")
    confirm(any_store, give(any_store, deputy, "deputy"), lead)
    (mine,) = grants.listed(any_store, NOW, lead)
    for who in (None, lead):
        with pytest.raises(RoleError, match="the last lead"):
            grants.end(any_store, mine.id, "No more.", who, by(who))
    assert in_force(any_store, lead) == {"lead"}
    brief = give(any_store, deputy, "lead", until=LATER)
    confirm(any_store, brief, lead)
    with pytest.raises(RoleError, match="the last lead"):  # a lead for an hour is no other lead
        grants.end(any_store, mine.id, "No more.", None, by(None))
    other = account(any_store, "o")
    waits = give(any_store, other, "lead")
    with pytest.raises(RoleError, match="the last lead"):  # nor is one who waits
        grants.end(any_store, mine.id, "No more.", None, by(None))
    confirm(any_store, waits, lead)
    grants.end(any_store, mine.id, "No more.", lead, by(lead))
    assert in_force(any_store, lead) == set()


def test_of_two_leads_who_end_each_other_at_once_one_stays(any_store: Store) -> None:
    leads = [account(any_store, name, "lead") for name in ("a", "b")]
    mine = [grants.listed(any_store, NOW, one)[0] for one in leads]
    refused: list[str] = []
    start = threading.Barrier(2)

    def go(number: int) -> None:
        start.wait(10)
        try:
            grants.end(any_store, mine[number].id, "Away.", None, by(None))
        except RoleError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=go, args=(number,)) for number in (0, 1)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert len(refused) == 1
    assert sum(bool(in_force(any_store, one)) for one in leads) == 1


def test_a_school_that_has_had_a_lead_has_no_first_lead_again(any_store: Store) -> None:
    lead, other = account(any_store, "l", "lead"), account(any_store, "o")
    staff.save(any_store, lead, {"active": False})  # as only the database itself could
    assert give(any_store, other, "lead").waits


def test_the_set_up_account_ends_no_safeguarding_role_and_closes_no_lead(
    any_store: Store,
) -> None:
    setup, lead = account(any_store, "s", "set-up"), account(any_store, "l", "lead")
    account(any_store, "o", "lead")
    (mine,) = grants.listed(any_store, NOW, lead)
    with pytest.raises(RoleError, match="None of your roles"):
        grants.end(any_store, mine.id, "Out.", setup, by(setup))
    with pytest.raises(RoleError, match="None of your roles"):
        staff.close(any_store, lead, "Out.", setup, by(setup))
    wrong = give(any_store, account(any_store, "n"), "deputy", setup)
    grants.end(any_store, wrong.id, "A slip.", setup, by(setup))
    assert in_force(any_store, lead) == {"lead"}


def test_what_cannot_be_is_refused_in_words_and_leaves_nothing(any_store: Store) -> None:
    lead, tech = account(any_store, "l", "lead"), account(any_store, "t", "technician")
    with pytest.raises(RoleError, match="Say why"):
        give(any_store, tech, "governor", why=" ")
    with pytest.raises(RoleError, match="closed, or there is none"):
        give(any_store, 99, "governor")
    with pytest.raises(RoleError, match="sees no safeguarding content"):
        give(any_store, tech, "deputy", lead)
    for number, why, says in ((99, "Gone.", "no such role"), (1, "", "Say why")):
        with pytest.raises(RoleError, match=says):
            grants.end(any_store, number, why, lead, by(lead))
    assert audited(any_store, "role") == []


def test_a_closed_account_holds_nothing(any_store: Store) -> None:
    tech = account(any_store, "t", "technician")
    staff.save(any_store, tech, {"active": False})
    assert grants.of(any_store, tech) == ()


def test_nodes_that_know_no_grants_read_the_words_of_roles_without_an_end(
    any_store: Store,
) -> None:
    lead, new = account(any_store, "l", "lead"), account(any_store, "n")

    def words() -> tuple[str, ...]:
        found = staff.by_id(any_store, new)
        assert found is not None
        return found.roles

    given = give(any_store, new, "lead")
    give(any_store, new, "auditor", until=LATER)
    assert words() == ()
    confirm(any_store, given, lead)
    assert words() == ("lead",)
    grants.end(any_store, given.id, "No more.", None, by(None))
    assert words() == ()


def test_a_list_leaves_out_what_is_over(any_store: Store) -> None:
    lead, new = account(any_store, "l", "lead"), account(any_store, "n")
    give(any_store, new, "auditor", until=LATER)
    assert [one.staff for one in grants.listed(any_store, NOW)] == [lead, new]
    assert [one.staff for one in grants.listed(any_store, LATER)] == [lead]
