"""Directories asked, and what they tell carried out: whole or not at all, and trouble is said."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from safeguard.core.audit import Actor
from safeguard.core.rolls import Field, Told
from safeguard.directories.port import DirectoryError, Reading
from safeguard.settings import Settings
from safeguard.store import generation, people, people_sources, rolls
from safeguard.store.session import Store
from safeguard.syncing import Outcome, sync, sync_all, sync_one, troubles
from tests.safeguard.directories.web_server import WebServer, web_server
from tests.slapd import ADMIN, BASE, PASSWORD, Slapd, person, slapd

__all__ = ["slapd"]

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
SCHOOL = tuple(Told(f"Pupil {one}", "secondary", f"id {one}", "", f"p{one}") for one in range(10))


@dataclass
class Tells:
    """A directory that tells what a test says, and remembers how it was asked."""

    reading: Reading | DirectoryError
    into: frozenset[str] = frozenset({"secondary"})
    name: str = "ldap"
    says: frozenset[Field] = frozenset({Field.NAME, Field.GROUP, Field.LOGIN})
    asked: list[tuple[str, Collection[str]]] = field(default_factory=list)

    def read(self, cursor: str, here: Collection[str]) -> Reading:
        self.asked.append((cursor, frozenset(here)))
        if isinstance(self.reading, DirectoryError):
            raise self.reading
        return self.reading


def actor(at: datetime = NOW) -> Actor:
    return Actor("directories", at)


def test_the_first_reading_brings_everyone_in_and_is_kept(any_store: Store) -> None:
    one = Tells(Reading(SCHOOL, cursor="later"))
    outcome = sync(any_store, one, actor())
    assert (len(outcome.plan.added), outcome.trouble) == (10, "")
    source = people_sources.source(any_store, "ldap")
    assert (source.cursor, source.people, source.whole_at, source.done_at) == (
        "later", 10, NOW, NOW,
    )  # fmt: skip
    sync(any_store, one, actor(NOW + HOUR))
    sync(any_store, one, actor(NOW + 25 * HOUR))
    everyone = frozenset(told.id for told in SCHOOL)
    assert one.asked == [("", frozenset()), ("later", everyone), ("", everyone)]


def test_what_was_told_before_is_not_compared_again(any_store: Store) -> None:
    sync(any_store, Tells(Reading(SCHOOL)), actor())
    before = generation.current(any_store)
    pupil = people.find_by_name(any_store, "Pupil 3")[0]
    rolls.leave(any_store, pupil.id, actor(), "by hand")
    outcome = sync(any_store, Tells(Reading(tuple(reversed(SCHOOL)))), actor(NOW + HOUR))
    assert (outcome.plan.unchanged, outcome.plan.is_empty) == (10, True)
    assert generation.current(any_store) == before + 1


def test_leavers_go_and_changes_come(any_store: Store) -> None:
    sync(any_store, Tells(Reading(SCHOOL)), actor())
    sync(any_store, Tells(Reading(SCHOOL[1:])), actor(NOW + HOUR))
    assert len(people.everyone(any_store)[0]) == 9
    moved = replace(SCHOOL[1], group="primary")
    part = Reading((moved,), whole=False, gone=frozenset({"id 2"}), cursor="next")
    outcome = sync(any_store, Tells(part, frozenset({"primary"})), actor(NOW + 2 * HOUR))
    assert (len(outcome.plan.changed), len(outcome.plan.left)) == (1, 1)
    assert people_sources.source(any_store, "ldap").whole_at == NOW + HOUR


@pytest.mark.parametrize(
    ("tells", "says"),
    [
        (Tells(DirectoryError("it is away")), "it is away"),
        (Tells(Reading(())), "it names nobody"),
        (Tells(Reading(SCHOOL[:5])), "5 of 10 people would leave at once"),
        (
            Tells(Reading((*SCHOOL, replace(SCHOOL[0], id="x")))),
            "1 people have a number or a login",
        ),
        (Tells(Reading(SCHOOL), frozenset({"year-7"})), "“year-7”, which is no group"),
        (Tells(Reading(SCHOOL), frozenset()), "puts? nobody into any group"),
    ],
)
def test_a_directory_that_cannot_be_trusted_changes_nothing_and_says_so(
    any_store: Store, tells: Tells, says: str
) -> None:
    sync(any_store, Tells(Reading(SCHOOL, cursor="c")), actor())
    before = generation.current(any_store)
    outcome = sync(any_store, tells, actor(NOW + HOUR))
    with pytest.raises(AssertionError, match=says):
        raise AssertionError(outcome.trouble)
    assert (generation.current(any_store), len(people.everyone(any_store)[0])) == (before, 10)
    source = people_sources.source(any_store, "ldap")
    assert (source.trouble, source.done_at, source.cursor) == (outcome.trouble, NOW, "c")
    assert source.tried_at == NOW + HOUR


def test_somebody_may_insist_and_trouble_that_is_over_is_forgotten(any_store: Store) -> None:
    sync(any_store, Tells(Reading(SCHOOL)), actor())
    sync(any_store, Tells(Reading(SCHOOL[:5])), actor(NOW + HOUR))
    outcome = sync(any_store, Tells(Reading(SCHOOL[:5])), actor(NOW + 2 * HOUR), force=True)
    assert len(outcome.plan.left) == 5
    assert people_sources.source(any_store, "ldap").trouble == ""


def test_a_dry_run_changes_nothing_and_keeps_nothing(any_store: Store) -> None:
    outcome = sync(any_store, Tells(Reading(SCHOOL, cursor="c")), actor(), dry_run=True)
    assert len(outcome.plan.added) == 10
    assert people.everyone(any_store)[0] == []
    assert people_sources.sources(any_store) == []
    away = sync(any_store, Tells(DirectoryError("away")), actor(), dry_run=True)
    assert away == Outcome("ldap", trouble="away")
    assert people_sources.sources(any_store) == []


def of_slapd(server: Slapd) -> Settings:
    return Settings.model_validate(
        {
            "ldap_directory": {
                "server": server.address, "security": "none", "user": ADMIN, "password": PASSWORD,
                "base": BASE, "filter": "(objectClass=inetOrgPerson)", "timeout_seconds": 1,
                "groups": {"pupils": "secondary", "staff": "staff"},
            }
        }
    )  # fmt: skip


def test_a_real_ldap_server_is_followed_and_its_outage_keeps_everyone(
    any_store: Store, slapd: Slapd
) -> None:
    settings = of_slapd(slapd)
    slapd.add(*(person(f"p{one}", f"Pupil {one}", "ou=Year 7,ou=Pupils") for one in range(6)))
    slapd.add(person("tother", "Tess Other", "ou=Staff"))
    sync_all(any_store, settings, NOW)
    assert sorted(one.login for one in people.everyone(any_store)[0])[:2] == ["p0", "p1"]
    slapd.remove(f"uid=p3,ou=Year 7,ou=Pupils,{BASE}")
    sync_all(any_store, settings, NOW + HOUR)
    assert len(people.everyone(any_store)[0]) == 6
    slapd.hang()
    sync_all(any_store, settings, NOW + 2 * HOUR)
    slapd.go_on()
    slapd.stop()
    sync_all(any_store, settings, NOW + 3 * HOUR)
    assert len(people.everyone(any_store)[0]) == 6
    found = dict(troubles(any_store, settings, NOW + 3 * HOUR))
    assert "The LDAP server cannot be reached" in found["ldap"]
    slapd.start()
    sync_all(any_store, settings, NOW + 4 * HOUR)
    assert list(troubles(any_store, settings, NOW + 4 * HOUR)) == []
    assert "more than a day" in dict(troubles(any_store, settings, NOW + 40 * HOUR))["ldap"]


def test_changes_of_groups_at_microsoft_reach_us_within_the_hour(any_store: Store) -> None:
    members = "/v1.0/groups/{}/transitiveMembers"

    def user(one: int) -> dict[str, object]:
        return {"id": f"u{one}", "displayName": f"Pupil {one}", "userPrincipalName": f"p{one}"}

    def puts(web: WebServer, group: str, *ids: str) -> None:
        web.says(members.format(group), {"value": [{"id": one} for one in ids]})

    with web_server() as web:
        later = f"{web.address}/v1.0/users/delta?$deltatoken=2"
        web.says("/t/oauth2/v2.0/token", {"access_token": "x"})
        web.says("/v1.0/users/delta", {"value": [user(1), user(2)], "@odata.deltaLink": later})
        web.says("/v1.0/users/delta?$deltatoken=2", {"value": [], "@odata.deltaLink": later})
        puts(web, "g1", "u1", "u2")
        puts(web, "g2", "u1")
        settings = Settings.model_validate(
            {
                "microsoft_directory": {
                    "tenant": "t", "client_id": "c", "client_secret": "invented",
                    "sign_in": web.address, "address": web.address,
                    "groups": {"g1": "secondary", "g2": "sixth-form"},
                }
            }
        )  # fmt: skip
        sync_all(any_store, settings, NOW)
        puts(web, "g1", "u2")
        sync_all(any_store, settings, NOW + HOUR)
        found = {one.name: one.group for one in people.everyone(any_store)[0]}
    assert found == {"Pupil 1": "sixth-form", "Pupil 2": "secondary"}
    assert web.paths()[-1].endswith("deltatoken=2")


def test_settings_that_do_not_do_are_the_trouble_of_their_directory(any_store: Store) -> None:
    settings = Settings.model_validate(
        {"google_directory": {"key_file": "/nowhere/key.json", "admin": "a@school.example"}}
    )
    assert "cannot be read" in sync_one(any_store, settings, "google", actor()).trouble
    assert "cannot be read" in people_sources.source(any_store, "google").trouble
    dry = sync_one(any_store, settings, "google", actor(NOW + HOUR), dry_run=True)
    assert "cannot be read" in dry.trouble


def test_no_log_line_names_anyone(
    any_store: Store, slapd: Slapd, capsys: pytest.CaptureFixture[str]
) -> None:
    slapd.add(person("aexample", "Ada Example", "ou=Staff", "17"))
    sync_all(any_store, of_slapd(slapd), NOW)
    slapd.stop()
    sync_all(any_store, of_slapd(slapd), NOW + HOUR)
    said = "".join(capsys.readouterr())
    assert "people were brought up to date" in said
    assert "people were not brought up to date" in said
    for word in ("Ada", "aexample", "17", PASSWORD):
        assert word not in said.replace("2026", "")
