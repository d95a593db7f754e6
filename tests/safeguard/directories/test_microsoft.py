"""Microsoft Graph, as its documentation shows its answers: pages, changes, links that run out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from safeguard.core.rolls import Told
from safeguard.directories import microsoft
from safeguard.directories.microsoft import Account, Microsoft, token_of
from safeguard.directories.port import DirectoryError
from safeguard.directories.web import Asker, opened
from tests.safeguard.directories.web_server import Answer, WebServer

MEMBERS = "/v1.0/groups/g7/transitiveMembers"
DELTA = "/v1.0/users/delta"
ADA = Told("Ada Example", "year-7", "u1", "17", "ada@school.example")


def user(number: int, name: str, **more: Any) -> dict[str, Any]:
    login = f"{name.split(maxsplit=1)[0]}@School.example"
    return {"id": f"u{number}", "displayName": name, "userPrincipalName": login,
            "accountEnabled": True, **more}  # fmt: skip


@contextmanager
def graph(
    web: WebServer, groups: dict[str, str] | None = None, otherwise: str = ""
) -> Iterator[Microsoft]:
    account = Account("tenant", "app", "invented", web.address)
    with opened(5, None) as client:
        asker = Asker(
            "Graph", web.address, lambda: token_of(client, account), client, lambda _s: None
        )
        yield Microsoft(asker, groups if groups is not None else {"g7": "year-7"}, otherwise)


@pytest.fixture
def school(web: WebServer) -> WebServer:
    """One group with two members, of whom one's account is closed, on two pages of everyone."""
    web.says("/tenant/oauth2/v2.0/token", {"access_token": "t1", "expires_in": 3599})
    web.says(
        MEMBERS,
        {
            "value": [
                {"id": "u1", "@odata.type": "#microsoft.graph.user"},
                {"id": "u2"},
                {"id": "d1", "@odata.type": "#microsoft.graph.device"},
            ]
        },
    )
    web.says(
        DELTA,
        {"value": [user(1, "Ada Old"), user(3, "Cy Nogroup")],
         "@odata.nextLink": f"{web.address}{DELTA}?$skiptoken=2"},
    )  # fmt: skip
    web.says(
        f"{DELTA}?$skiptoken=2",
        {"value": [user(1, "Ada Example", employeeId="17"), user(2, "Ben Gone", accountEnabled=False)],
         "@odata.deltaLink": f"{web.address}{DELTA}?$deltatoken=9"},
    )  # fmt: skip
    return web


def test_everyone_in_the_groups_is_told_of_and_the_link_kept(school: WebServer) -> None:
    with graph(school) as one:
        reading = one.read("", ())
        assert (one.name, set(one.into)) == ("microsoft", {"year-7"})
    assert reading.people == (ADA,)
    assert (reading.whole, reading.cursor) == (True, f"{school.address}{DELTA}?$deltatoken=9")
    asked = school.asked[0]
    assert asked.form["scope"] == ["https://graph.microsoft.com/.default"]
    assert "%24select=id%2CdisplayName" in "".join(school.paths())


def test_whoever_is_in_no_group_has_the_group_for_the_others(school: WebServer) -> None:
    with graph(school, otherwise="staff") as one:
        found = {told.id: told.group for told in one.read("", ()).people}
    assert found == {"u1": "year-7", "u3": "staff"}


def test_changes_are_read_anew_and_groups_whole(school: WebServer) -> None:
    link = f"{school.address}{DELTA}?$deltatoken=9"
    school.says(
        f"{DELTA}?$deltatoken=9",
        {"value": [{"id": "u1", "displayName": "Ada New"}, {"id": "u4", "@removed": {"reason": "deleted"}}],
         "@odata.deltaLink": f"{school.address}{DELTA}?$deltatoken=10"},
    )  # fmt: skip
    school.says("/v1.0/users/u1", user(1, "Ada New", employeeId="17"))
    school.says("/v1.0/users/u2", user(2, "Ben Gone", accountEnabled=False))
    with graph(school) as one:
        reading = one.read(link, {"u1", "u4", "u5"})
    assert [told.name for told in reading.people] == ["Ada New"]
    assert reading.gone == {"u2", "u4"}
    assert reading.placed == {"u1": "year-7"}
    assert (reading.whole, reading.cursor[-2:]) == (False, "10")


def test_a_link_that_ran_out_is_followed_by_a_whole_reading(school: WebServer) -> None:
    school.says(f"{DELTA}?$deltatoken=1", Answer({"error": {"code": "syncStateNotFound"}}, 410))
    with graph(school) as one:
        assert one.read(f"{school.address}{DELTA}?$deltatoken=1", {"u1"}).whole


def test_many_changes_are_one_whole_reading(
    school: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(microsoft, "MOST_CHANGES", 1)
    with graph(school) as one:
        school.says(f"{DELTA}?$deltatoken=9", {"value": [], "@odata.deltaLink": "x"})
        assert one.read(f"{school.address}{DELTA}?$deltatoken=9", ()).whole


def test_guests_and_those_without_a_name_are_left_out(school: WebServer) -> None:
    school.says(MEMBERS, {"value": [{"id": "u1"}, {"id": "u2"}, {"id": "u3"}]})
    school.says(
        DELTA,
        {"value": [user(1, "A B", userType="Guest"), {"id": "u2"}, {"displayName": "No Id"},
                   {"id": "u3", "userPrincipalName": "c@school.example"}],
         "@odata.deltaLink": "x"},
    )  # fmt: skip
    with graph(school) as one:
        assert [told.name for told in one.read("", ()).people] == ["c@school.example"]


def test_a_reading_that_breaks_off_is_not_used(school: WebServer) -> None:
    school.says(DELTA, {"value": [user(1, "Ada Example")]})
    with graph(school) as one, pytest.raises(DirectoryError, match="broke off before its end"):
        one.read("", ())


def test_a_group_that_is_not_there_is_named(school: WebServer) -> None:
    with graph(school, {"g9": "staff"}) as one, pytest.raises(DirectoryError, match="no group g9"):
        one.read("", ())


def test_a_token_that_ran_out_in_between_is_renewed(school: WebServer) -> None:
    school.says("/tenant/oauth2/v2.0/token", {"access_token": "t1"}, {"access_token": "t2"})
    school.says(MEMBERS, Answer({}, 401), {"value": [{"id": "u1"}]})
    with graph(school) as one:
        assert one.read("", ()).people == (ADA,)
    assert school.asked[-1].token == "t2"


def test_a_secret_that_is_wrong_is_a_sentence_without_it(school: WebServer) -> None:
    school.says("/tenant/oauth2/v2.0/token", Answer({"error": "invalid_client"}, 401))
    with graph(school) as one, pytest.raises(DirectoryError, match="did not let") as told:
        one.read("", ())
    assert "invented" not in str(told.value)


def test_a_directory_without_end_is_refused(
    school: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(microsoft, "MOST_PEOPLE", 1)
    with graph(school) as one, pytest.raises(DirectoryError, match="names more than 1"):
        one.read("", ())
