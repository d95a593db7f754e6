"""People from LDAP or Active Directory: read whole, in pages, however many there are.

Not by what changed: a change of membership does not mark the person's entry, and what was removed
is not told at all. That nothing changed is seen by what was read.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import override

from safeguard.core.roll_columns import login_of
from safeguard.core.rolls import Field, Told
from safeguard.directories.ldap_port import WHO, Entry, Ldap
from safeguard.directories.port import MOST_PEOPLE, Directory, DirectoryError, Reading

CLOSED = 2  # the bit of userAccountControl for a closed account
ALWAYS = ("memberOf", "userAccountControl")


@dataclass(frozen=True, slots=True)
class Names:
    """Which attributes say what, the surest first."""

    id: tuple[str, ...] = ("objectGUID", "entryUUID")
    name: tuple[str, ...] = ("displayName", "cn")
    login: tuple[str, ...] = ("sAMAccountName", "uid")
    number: tuple[str, ...] = ("employeeID", "employeeNumber")

    @property
    def every(self) -> tuple[str, ...]:
        return (*self.id, *self.name, *self.login, *self.number, *ALWAYS)


class LdapDirectory(Directory):
    """The directory. `groups`: units or groups, each with the group of ours; the first counts."""

    def __init__(
        self,
        opened: Callable[[], Ldap],
        base: str,
        wanted: str,
        groups: Mapping[str, str],
        otherwise: str = "",
        names: Names | None = None,
    ) -> None:
        self._opened = opened
        self._base = base
        self._wanted = wanted
        self._groups = {_same(key): group for key, group in groups.items()}
        self._otherwise = otherwise
        self._names = names or Names()

    @property
    @override
    def name(self) -> str:
        return "ldap"

    @property
    @override
    def says(self) -> frozenset[Field]:
        return frozenset({Field.NAME, Field.GROUP, Field.LOGIN, Field.REFERENCE})

    @property
    @override
    def into(self) -> frozenset[str]:
        return frozenset({*self._groups.values(), self._otherwise} - {""})

    @override
    def read(self, cursor: str, here: Collection[str]) -> Reading:
        people: list[Told] = []
        with closing(self._opened()) as ldap:
            for entry in ldap.entries(self._base, self._wanted, self._names.every):
                told = self._told(entry)
                if told is not None:
                    people.append(told)
                if len(people) > MOST_PEOPLE:
                    raise DirectoryError(f"{WHO} names more than {MOST_PEOPLE:,} people")
        return Reading(tuple(people))

    def _told(self, entry: Entry) -> Told | None:
        """Return a person; None where the account is closed, or is in none of the groups."""
        flags = entry.text("userAccountControl")
        group = self._group(entry)
        if (flags.isdecimal() and int(flags) & CLOSED) or not group:
            return None
        name = entry.text(*self._names.name)
        number = next((raw for one in self._names.id if (raw := entry.raw(one))), b"")
        if not name or not number:
            raise DirectoryError(
                f"{WHO} shows people without a name or an id: see that the account may read them, "
                "and the settings name_attribute and id_attribute"
            )
        return Told(
            name,
            group,
            _id(number),
            entry.text(*self._names.number),
            login_of(entry.text(*self._names.login)),
        )

    def _group(self, entry: Entry) -> str:
        there = set(places(entry.dn, entry.texts("memberOf")))
        found = (group for key, group in self._groups.items() if key in there)
        return next(found, self._otherwise)


def _id(raw: bytes) -> str:
    """An id as text: entryUUID is text already, objectGUID is sixteen bytes."""
    try:
        found = raw.decode("ascii")
    except UnicodeDecodeError:
        return raw.hex()
    return found if found.isprintable() else raw.hex()


def places(dn: str, member_of: Collection[str]) -> Iterator[str]:
    """Yield all that an entry is in, in one spelling: DNs, and bare names of units and groups."""
    parts = _parts(dn)[1:]
    for number, part in enumerate(parts):
        yield ",".join(parts[number:])
        yield from _bare(part)
    for group in member_of:
        of_group = _parts(group)
        yield ",".join(of_group)
        yield from _bare(of_group[0] if of_group else "")


def _same(key: str) -> str:
    """A key of the settings in the spelling of `places`."""
    return ",".join(_parts(key)) if "=" in key else key.strip().casefold()


def _bare(part: str) -> Iterator[str]:
    kind, _, value = part.partition("=")
    if kind in {"ou", "cn"} and value:
        yield value.replace("\\", "")


def _parts(dn: str) -> list[str]:
    """The parts of a DN, without spaces around them and in small letters."""
    parts, part, escaped = [], "", False
    for letter in dn:
        if letter == "," and not escaped:
            parts.append(part)
            part = ""
            continue
        escaped = letter == "\\" and not escaped
        part += letter
    parts.append(part)
    return [_part(one) for one in parts if one.strip()]


def _part(part: str) -> str:
    kind, _, value = part.partition("=")
    return f"{kind.strip()}={value.strip()}".casefold()
