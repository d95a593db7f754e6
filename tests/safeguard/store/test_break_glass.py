"""Breaking the glass."""

from datetime import timedelta

import pytest

from safeguard.core.staff_rights import Deed, Role
from safeguard.core.staff_roles import GLASS_LASTS, Allowed, may
from safeguard.store import break_glass, grants
from safeguard.store.grants import RoleError
from safeguard.store.session import Store
from tests.safeguard.samples import NOW
from tests.safeguard.store.staff_samples import account, audited, by, contact, give, told

WHY = "A pupil may be in danger, and both leads are away."


def sees(store: Store, who: int, at: timedelta = timedelta()) -> bool:
    answer = may(grants.of(store, who), Deed.SEE_CONCERNS, None, NOW + at)
    return answer == Allowed(Role.GLASS)


def test_a_technician_sees_concerns_until_it_ends_by_itself(any_store: Store) -> None:
    tech = account(any_store, "t", "technician")
    assert not sees(any_store, tech)
    broken = break_glass.start(any_store, tech, WHY, GLASS_LASTS, by(tech))
    assert broken.until == NOW + GLASS_LASTS
    assert sees(any_store, tech)
    assert sees(any_store, tech, GLASS_LASTS - timedelta(seconds=1))
    assert not sees(any_store, tech, GLASS_LASTS)
    assert break_glass.live(any_store, NOW) == [broken]
    assert break_glass.live(any_store, NOW + GLASS_LASTS) == []
    assert break_glass.latest(any_store, NOW) == [broken]


def test_it_ends_by_hand_once(any_store: Store) -> None:
    tech = account(any_store, "t", "technician")
    broken = break_glass.start(any_store, tech, WHY, GLASS_LASTS, by(tech))
    assert break_glass.end(any_store, broken.id, tech, by(tech))
    assert not sees(any_store, tech)
    assert not break_glass.end(any_store, broken.id, tech, by(tech))
    assert not break_glass.end(any_store, 99, tech, by(tech))
    again = break_glass.start(any_store, tech, WHY, GLASS_LASTS, by(tech))
    assert not break_glass.end(any_store, again.id, None, by(None, NOW + GLASS_LASTS))
    assert [row.what for row in audited(any_store, "glass")] == ["broke", "ended", "broke"]


def test_the_leads_are_told_at_once_and_the_record_says_why(any_store: Store) -> None:
    contact(any_store)
    tech = account(any_store, "t", "technician")
    broken = break_glass.start(any_store, tech, f" {WHY} ", GLASS_LASTS, by(tech))
    assert broken.told_at == NOW
    assert told(any_store) == [f"glass:{broken.id}"]
    (row,) = audited(any_store, "glass")
    assert (row.who, row.about) == (f"staff:{tech}", str(broken.id))
    assert (row.details["why"], row.details["told"]) == (WHY, True)


def test_where_nobody_can_be_told_it_says_so(any_store: Store) -> None:
    tech = account(any_store, "t", "technician")
    broken = break_glass.start(any_store, tech, WHY, GLASS_LASTS, by(tech))
    assert broken.told_at is None
    assert audited(any_store, "glass")[0].details["told"] is False


@pytest.mark.parametrize("role", ["lead", "governor", "set-up", "year-lead"])
def test_only_a_technician_breaks_it(any_store: Store, role: str) -> None:
    who = account(any_store, "x", role)
    with pytest.raises(RoleError, match="None of your roles lets you break the glass"):
        break_glass.start(any_store, who, WHY, GLASS_LASTS, by(who))
    assert audited(any_store, "glass") == []


@pytest.mark.parametrize(
    ("why", "minutes", "says"),
    [("help", 30, "Say what happened"), (WHY, 121, "5 to 120"), (WHY, 4, "5 to 120")],
)
def test_it_needs_a_reason_and_a_time(any_store: Store, why: str, minutes: int, says: str) -> None:
    tech = account(any_store, "t", "technician")
    with pytest.raises(RoleError, match=says):
        break_glass.start(any_store, tech, why, timedelta(minutes=minutes), by(tech))


def test_nobody_breaks_it_twice_at_once_to_make_it_last(any_store: Store) -> None:
    tech = account(any_store, "t", "technician")
    break_glass.start(any_store, tech, WHY, GLASS_LASTS, by(tech))
    with pytest.raises(RoleError, match="broken already"):
        break_glass.start(any_store, tech, WHY, GLASS_LASTS, by(tech))


def test_it_ends_with_the_technicians_role(any_store: Store) -> None:
    account(any_store, "l", "lead")
    tech = account(any_store, "t")
    role = give(any_store, tech, "technician")
    break_glass.start(any_store, tech, WHY, GLASS_LASTS, by(tech))
    grants.end(any_store, role.id, "They left.", None, by(None))
    assert not sees(any_store, tech)
