"""People from Microsoft Entra ID: Microsoft Graph, with an application's own sign-in.

The first reading is whole and ends with a link; what that link answers later is who changed since.
Of those only the ids are taken: a change names some of a person's properties, so each is read
anew. Who is in which group is told apart from people, and read whole each time.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import override
from urllib.parse import quote

import httpx

from safeguard.core.roll_columns import login_of
from safeguard.core.rolls import Field, Told
from safeguard.directories.port import MOST_PEOPLE, Directory, DirectoryError, Reading
from safeguard.directories.web import Asker, GoneError, Json, answer, rows, secure, text

WHO = "Microsoft Graph"
FIELDS = "id,displayName,userPrincipalName,accountEnabled,employeeId,userType"
MOST_CHANGES = 300  # beyond these, one whole reading is quicker
USER = "#microsoft.graph.user"
NEXT = "@odata.nextLink"
LATER = "@odata.deltaLink"


@dataclass(frozen=True, slots=True)
class Account:
    """The application that reads."""

    tenant: str
    client_id: str
    secret: str
    sign_in: str


def token_of(client: httpx.Client, account: Account) -> str:
    """Sign in and return a token; DirectoryError where that is refused."""
    address = f"{secure(account.sign_in, WHO)}/{quote(account.tenant, safe='')}/oauth2/v2.0/token"
    request = client.build_request(
        "POST",
        address,
        data={
            "grant_type": "client_credentials",
            "client_id": account.client_id,
            "client_secret": account.secret,
            "scope": "https://graph.microsoft.com/.default",
        },
    )
    status, _, body = answer(client, request, WHO)
    found = text(body.get("access_token"))
    if not found:
        raise DirectoryError(
            f"{WHO} did not let the application in ({status}): see its id and its secret, which "
            "may have run out"
        )
    return found


class Microsoft(Directory):
    """The directory. `groups`: group ids there, each with the group of ours; the first counts."""

    def __init__(self, asker: Asker, groups: Mapping[str, str], otherwise: str) -> None:
        self._asker = asker
        self._root = f"{asker.address}/v1.0"
        self._groups = groups
        self._otherwise = otherwise

    @property
    @override
    def name(self) -> str:
        return "microsoft"

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
        members = self._members()
        if cursor:
            found = self._changes(cursor, members, here)
            if found is not None:
                return found
        return self._everyone(members)

    def _members(self) -> dict[str, str]:
        """Return the group of ours of each id that is in a group."""
        found: dict[str, str] = {}
        for group, ours in self._groups.items():
            address = f"{self._root}/groups/{quote(group, safe='')}/transitiveMembers"
            try:
                for page in self._asker.pages(address, {"$select": "id", "$top": "999"}, NEXT):
                    for one in rows(page, "value"):
                        if one.get("@odata.type", USER) == USER:  # groups have devices, too
                            found.setdefault(text(one.get("id")), ours)
            except GoneError as error:
                raise DirectoryError(
                    f"{WHO} has no group {group}: mend microsoft_directory.groups"
                ) from error
        return found

    def _everyone(self, members: Mapping[str, str]) -> Reading:
        users, cursor = self._delta(f"{self._root}/users/delta", {"$select": FIELDS})
        # The same one may come on several pages: what came last holds.
        last = {text(one.get("id")): one for one in users}
        people = tuple(
            told for one in last.values() if (told := self._told(one, members)) is not None
        )
        return Reading(people, cursor=cursor)

    def _changes(
        self, cursor: str, members: Mapping[str, str], here: Collection[str]
    ) -> Reading | None:
        try:
            users, later = self._delta(cursor, {})
        except GoneError:  # the link is too old
            return None
        ids = list(dict.fromkeys(text(one.get("id")) for one in users))
        joined = [one for one in members if one not in set(here)]
        ids += [one for one in joined if one not in set(ids)]
        if len(ids) > MOST_CHANGES:
            return None
        people, gone = self._anew(ids, members)
        placed = {one: members.get(one, self._otherwise) for one in here}
        return Reading(
            tuple(people),
            whole=False,
            gone=frozenset(gone),
            placed={one: group for one, group in placed.items() if group},
            cursor=later,
        )

    def _anew(self, ids: Iterable[str], members: Mapping[str, str]) -> tuple[list[Told], set[str]]:
        """Read these people; those whom it does not have, or who may not sign in, are gone."""
        people, gone = [], set()
        for one in ids:
            try:
                address = f"{self._root}/users/{quote(one, safe='')}"
                told = self._told(self._asker.ask(address, {"$select": FIELDS}), members)
            except GoneError:
                told = None
            if told is None:
                gone.add(one)
            else:
                people.append(told)
        return people, gone

    def _delta(self, address: str, parameters: Mapping[str, str]) -> tuple[list[Json], str]:
        users: list[Json] = []
        later = ""
        for page in self._asker.pages(address, parameters, NEXT):
            users += rows(page, "value")
            later = text(page.get(LATER))
            if len(users) > MOST_PEOPLE:
                raise DirectoryError(f"{WHO} names more than {MOST_PEOPLE:,} people")
        if not later:
            raise DirectoryError(f"{WHO} broke off before its end: nothing of it is used")
        return users, later

    def _told(self, one: Json, members: Mapping[str, str]) -> Told | None:
        """Return a person; None where the account is closed, removed, a guest's or in no group."""
        number = text(one.get("id"))
        group = members.get(number, self._otherwise)
        closed = "@removed" in one or one.get("accountEnabled") is False
        if closed or not group or not number or text(one.get("userType")) == "Guest":
            return None
        name = text(one.get("displayName")) or text(one.get("userPrincipalName"))
        if not name:
            return None
        login = login_of(text(one.get("userPrincipalName")))
        return Told(name, group, number, text(one.get("employeeId")), login)
