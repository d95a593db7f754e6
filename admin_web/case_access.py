"""Which cases who is signed in may read: all, but for those that are restricted to others."""

from typing import Any

from flask import abort

from admin_web.access import allowed
from admin_web.accounts import me
from admin_web.site import here
from safeguard.core.staff_rights import RIGHTS, Deed
from safeguard.store import case_lists, case_readers, grants, staff
from safeguard.store.case_lists import Case


def found(case_id: Any) -> Case:
    """Return a case that may be read; the request ends where there is none."""
    one = case_lists.case(here().store, str(case_id))
    if one is None or not readable(one):
        abort(404)
    return one


def readable(one: Case) -> bool:
    """Whether who is signed in may read it."""
    readers = case_readers.readers(here().store, [one.id]).get(one.id)
    return readers is None or me().id in readers or me().id == one.owner


def may_force() -> bool:
    """Whether who is signed in may open a restricted case all the same: leads may, for a reason."""
    return allowed(Deed.HANDLE_CASES) and allowed(Deed.CONFIRM_ROLES)


def handlers() -> dict[int, str]:
    """Return those who handle cases, by name: whom a case can be given to."""
    site = here()
    now = site.clock()
    accounts = {one.id: one.name for one in staff.all_staff(site.store) if one.active}
    handling = {one.role for one in RIGHTS if one.deed is Deed.HANDLE_CASES}
    held = {
        one.staff
        for one in grants.listed(site.store, now)
        if one.grant.role in handling and one.grant.in_force(now)
    }
    return {number: name for number, name in accounts.items() if number in held}


def colleagues() -> dict[int, str]:
    """Return all staff with an open account, by name: who can be asked to do something."""
    return {one.id: one.name for one in staff.all_staff(here().store) if one.active}
