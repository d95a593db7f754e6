"""The sealed lists in force, and how each list is: watched for tampering, age and failed updates.

A list that was altered, cannot be read or is an older copy of itself is a fault, and so is one
that was imported, or that the settings require, and is not there: what is done then is the
stance of the settings. What a running process had of a list stays in force. An old list, one
whose last update failed and a key that others can read are alarms: the list stays in force.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from filter_rules.sealed import CATEGORY, TERRORISM, SealedList, SealedLists
from safeguard.list_settings import Sealed
from safeguard.sealed_files import (
    KEY_FILE,
    NOT_YET,
    Content,
    Fault,
    file_of,
    files_of,
    key_is_open,
    list_of,
    read_key,
    read_list,
    read_newest,
)
from safeguard.sealed_troubles import trouble_of

FUTURE = timedelta(minutes=10)  # clocks differ; a list from further ahead would never grow old

IMPORT_ANEW = "Import it anew: safeguard sealed import --name NAME FILE"
MENDS = {
    Fault.MISSING: IMPORT_ANEW,
    Fault.UNREADABLE: f"See who owns it and may read it. {IMPORT_ANEW}",
    Fault.ALTERED: f"Find out who changed it. Put {KEY_FILE} back from your backup where it is "
    f"gone. {IMPORT_ANEW}",
    Fault.OLDER: f"Find out who put it there. {IMPORT_ANEW}",
    Fault.UNPROVEN: f"Find out who changed it. {IMPORT_ANEW}",
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a list, and the mend."""

    says: str
    mend: str


@dataclass(frozen=True, slots=True)
class State:
    """How one list is. Where it is at fault, the rest is of the last good copy, if there is one."""

    name: str
    required: bool
    entries: int = 0
    imported: datetime | None = None
    fault: Fault | None = None
    category: str = CATEGORY
    serial: int = 0
    trouble: str = ""
    key_is_open: bool = False

    def age_hours(self, now: datetime) -> float:
        seconds = (now - self.imported).total_seconds() if self.imported else 0
        return max(0, seconds) / 3600

    def complaints(self, now: datetime, sealed: Sealed) -> tuple[Complaint, ...]:
        """Why this list is not as it must be; empty where it is."""
        if self.fault:
            return (Complaint(self.fault.value, MENDS[self.fault]),)
        found = [*self._of_age(now, oldest_hours(self.category, sealed))]
        if self.trouble:
            says = f"its last update failed, and the copy of before is in force: {self.trouble}"
            found.append(Complaint(says, "See what your provider delivered, and import it again."))
        if self.key_is_open:
            says = "its key can be read by others on this machine"
            found.append(Complaint(says, f"Run: chmod 600 DATA/{KEY_FILE}"))
        return tuple(found)

    def _of_age(self, now: datetime, oldest: int) -> Iterable[Complaint]:
        if self.imported and self.imported - now > FUTURE:
            yield Complaint(
                "it says that it comes from the future", f"Set the clock. {IMPORT_ANEW}"
            )
        elif self.age_hours(now) > oldest:
            says = f"it is older than {oldest} hours"
            yield Complaint(says, f"See whether what fetches it still runs. {IMPORT_ANEW}")


@dataclass(frozen=True, slots=True)
class Sealing:
    """The sealed lists in force, and how each list is."""

    lists: SealedLists
    states: tuple[State, ...] = ()

    @property
    def faults(self) -> tuple[State, ...]:
        return tuple(one for one in self.states if one.fault)


NOTHING_SEALED = Sealing(SealedLists())


def oldest_hours(category: str, sealed: Sealed) -> int:
    """How old a list of this category may be."""
    return sealed.terrorism_oldest_hours if category == TERRORISM else sealed.oldest_hours


def load_sealing(data: Path, required: Iterable[str], last: Sealing | None = None) -> Sealing:
    """Load what can be trusted. Of a list at fault, what `last` had of it stays in force."""
    key = read_key(data)
    newest = read_newest(data, key)
    there = {file.stem for file in files_of(data)}
    needed = set(required)
    if newest is None:  # nobody can tell what was imported, but this process what it had
        imported = {one.name for one in last.states} if last else set()
    else:
        imported = {name for name, serial in newest.items() if serial != NOT_YET}
    lists: list[SealedList] = []
    states: list[State] = []
    for name in sorted(needed | there | imported):
        before = _before(last, name)
        found = _opened(data, name, key, newest, before.serial)
        if isinstance(found, Fault):
            lists += _kept(last, name)
            states.append(replace(before, required=name in needed, fault=found))
            continue
        lists.append(list_of(found, key))
        states.append(_state(data, found, required=name in needed))
    return Sealing(SealedLists(lists), tuple(states))


def _opened(
    data: Path, name: str, key: bytes, newest: dict[str, int] | None, seen: int
) -> Content | Fault:
    """Return the list, if it is whole and none that came after it was ever seen."""
    file = file_of(data, name)
    if not file.exists():
        return Fault.MISSING
    found = read_list(file, key)
    if isinstance(found, Fault):
        return found
    if newest is None or name not in newest:
        return Fault.UNPROVEN
    return Fault.OLDER if found.serial < max(newest[name], seen) else found


def _state(data: Path, found: Content, *, required: bool) -> State:
    return State(
        found.name,
        required,
        found.count,
        found.imported,
        category=found.category,
        serial=found.serial,
        trouble=trouble_of(data, found.name),
        key_is_open=key_is_open(data),
    )


def _before(last: Sealing | None, name: str) -> State:
    """How the list was. What it has no copy of any more has no entries."""
    states = last.states if last else ()
    return next((one for one in states if one.name == name), State(name, required=False))


def _kept(last: Sealing | None, name: str) -> list[SealedList]:
    return [one for one in last.lists.lists if one.name == name] if last else []
