"""Sign-in by Flask-Security, over the staff accounts of the store.

Flask-Security's own datastores need SQLAlchemy, which lives in the store alone; this one
asks the store's functions instead. An account's `fs_uniquifier` stands in its sessions:
a new one ends them all.
"""

from copy import deepcopy
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, cast, override

from flask_security import RoleMixin, UserDatastore, UserMixin, current_user

from admin_web.site import Clock
from safeguard.core.audit import Actor
from safeguard.core.staff_rights import TITLES, Role
from safeguard.core.staff_roles import Grant
from safeguard.store import grants, staff
from safeguard.store.session import Store
from safeguard.store.staff import Staff

SAVED = tuple(field.name for field in fields(Staff) if field.name not in {"id", "roles"})


class NamedRole(RoleMixin):
    """A role as Flask-Security wants to see it."""

    def __init__(self, name: str) -> None:
        self.name = name


class SignedIn(UserMixin):
    """An account as Flask-Security wants to see it: it sets the fields, `put` saves them."""

    name: str
    fs_uniquifier = ""  # Flask-Security looks for it on the class

    def __init__(self, account: Staff, held: tuple[Grant, ...], now: datetime) -> None:
        self.id = account.id
        for name in SAVED:
            setattr(self, name, getattr(account, name))
        self.loaded = deepcopy(account)  # a list of it may be changed in place
        self.roles = [NamedRole(name) for name in account.roles]
        self.grants = held
        self.titles = ", ".join(sorted({TITLES[one.role] for one in held if one.in_force(now)}))


class StaffDatastore(UserDatastore):
    """Finds accounts, and saves what Flask-Security changes of one."""

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__(SignedIn, NamedRole)
        self._store = store
        self._clock = clock

    @override
    def find_user(self, case_insensitive: bool = False, **by: Any) -> SignedIn | None:
        match by:
            case {"email": str(email)}:
                account = staff.by_email(self._store, email)
            case {"fs_uniquifier": str(mark)}:
                account = staff.by_uniquifier(self._store, mark)
            case _:
                account = None
        if account is None:
            return None
        return SignedIn(account, grants.of(self._store, account.id), self._clock())

    @override
    def find_role(self, role: str) -> NamedRole | None:
        return NamedRole(role) if role in set(Role) else None

    @override
    def put(self, model: SignedIn) -> SignedIn:
        """Save what was changed, and that alone: someone may have reset the password meanwhile."""
        now = {name: getattr(model, name) for name in SAVED}
        changes = {name: now[name] for name in SAVED if now[name] != getattr(model.loaded, name)}
        staff.save(self._store, model.id, changes, Actor(f"staff:{model.id}", self._clock()))
        model.loaded = replace(model.loaded, **deepcopy(changes))
        return model

    @override
    def commit(self) -> None:
        """Nothing waits: `put` has saved it."""


def me() -> SignedIn:
    """Who is signed in. Only for pages behind the guard."""
    return cast("SignedIn", current_user._get_current_object())  # noqa: SLF001  werkzeug's way
