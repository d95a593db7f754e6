"""The technician's first page."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from admin_web import health
from safeguard import spool_reader
from safeguard.building import rules_in_force
from safeguard.core.policy_documents import text_of
from safeguard.identity_feeds import status
from safeguard.sealed_imports import import_sealed
from safeguard.sealed_testing import run_test
from safeguard.settings import Settings
from safeguard.spool import SpoolWriter
from safeguard.store import contacts, outbox_reading, people_sources, policies
from safeguard.store.contacts import Place, Way
from safeguard.store.nodes import Presence
from safeguard.store.people_sources import Source
from safeguard.store.policies import Proposed, State
from tests.admin_web.school import NOW, TOM, School, Visitor, open_school
from tests.safeguard.concern_samples import flagged_event, keep
from tests.safeguard.policy_samples import ANN, tables


def settle(school: School) -> None:
    """Let the rules be as old as the school's clock says."""
    folder = school.settings.data / "rules" / rules_in_force(school.settings.data)
    os.utime(folder, (NOW.timestamp(), NOW.timestamp()))
    hook = Place("https://hooks.example/", "known to two")
    told = contacts.add(school.store, "Hook", Way.WEBHOOK, hook, "staff:1", NOW)
    contacts.put_on_ladder(school.store, told, 0, "staff:1", NOW)


def test_a_healthy_school_is_said_to_be_well(school: School, tom: Visitor) -> None:
    settle(school)
    text = tom.text("/health")
    assert "All is well" in text
    assert school.engine.snapshot.rules is not None
    assert school.engine.snapshot.rules.fingerprint[:12] in text
    assert "no device is known yet" in text


def test_old_rules_are_told_with_the_mend(school: School, tom: Visitor) -> None:
    settle(school)
    folder = school.settings.data / "rules" / rules_in_force(school.settings.data)
    old = (NOW - timedelta(days=15)).timestamp()
    os.utime(folder, (old, old))
    text = tom.text("/health")
    assert "Something needs you" in text
    assert "made 15 days ago" in text
    assert "safeguard rules build" in text


@pytest.mark.parametrize("gone", ["rules", "rules-in-force"])
def test_rules_that_are_gone_from_the_disk_and_stay_in_force_are_told(
    school: School, tom: Visitor, gone: str
) -> None:
    settle(school)
    (school.settings.data / gone).rename(school.settings.data / "elsewhere")
    text = tom.text("/health")
    assert "stay in force, but there are none on the disk" in text
    assert "safeguard rules build" in text


def test_missing_rules_are_told_with_the_stance(school: School, tom: Visitor) -> None:
    (school.settings.data / "rules-in-force").unlink()
    school.engine.snapshot = type(school.engine.snapshot)(
        school.engine.snapshot.stamp,
        None,
        school.engine.snapshot.overlay,
        school.engine.snapshot.policy,
        school.engine.snapshot.roster,
    )
    assert "No rules can be read: everything is blocked." in tom.text("/health")
    assert "No rules can be read." in tom.text("/lists")


def test_a_policy_that_cannot_be_read_is_told_with_the_way_back(
    school: School, tom: Visitor
) -> None:
    settle(school)
    assert "In force: as it is shipped." in tom.text("/health")
    good = Proposed(text_of(tables()), "lessons", 0)
    policies.keep(school.store, good, State.IN_FORCE, ANN)
    assert school.engine.refresh()
    assert "In force: version 1." in tom.text("/health")
    policies.keep(school.store, Proposed("damaged", "oh", 1), State.IN_FORCE, ANN)
    assert school.engine.refresh()
    text = tom.text("/health")
    assert "Version 2 of the policy cannot be read. The one before stays in force" in text
    assert "safeguard policy list" in text
    held = school.engine.snapshot.held
    assert held is not None
    nothing = replace(held, document=None)
    school.engine.snapshot = replace(school.engine.snapshot, rules=None, held=nothing)
    text = tom.text("/health")
    assert "There is nothing to judge by" in text
    assert "safeguard rules build" not in text


def test_new_rules_that_cannot_be_read_are_told(school: School, tom: Visitor) -> None:
    settle(school)
    (school.settings.data / "rules-in-force").write_text("0" * 32)
    school.engine.refresh()
    text = tom.text("/health")
    assert "The newest rules cannot be read: those of before stay in force." in text
    assert "Run: safeguard rules build" in text


def test_a_full_spool_is_told(
    school: School, tom: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_reader, "ALARM_FROM", 10)
    spool = school.settings.data / "spool" / "proxy-0"
    writer = SpoolWriter(spool)
    writer.append(b"x")
    writer.close()
    text = tom.text("/health")
    assert "that the database has not taken" in text


def test_a_full_disk_is_told(tom: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 1 << 62)
    assert "Make room" in tom.text("/health")


def test_sealed_lists_that_nobody_requires_are_told_so(school: School, tom: Visitor) -> None:
    settle(school)
    text = tom.text("/health")
    assert "The settings require none." in text
    assert "All is well" in text


def test_a_sealed_list_at_fault_is_told_with_the_mend_and_what_is_blocked(
    school: School, tom: Visitor
) -> None:
    settle(school)
    import_sealed(school.settings.data, "test-list", ["one.test"], NOW)
    school.engine.refresh()
    assert "All is well" in tom.text("/health")
    school.clock.now = NOW + timedelta(hours=49)
    text = tom.text("/health")
    assert "NON-COMPLIANT. test-list: it is older than 48 hours." in text
    assert "Everything but help lines is blocked." not in text
    (school.settings.data / "sealed/test-list.sealed").write_bytes(b"nothing")
    school.engine.refresh()
    text = tom.text("/health")
    assert "test-list: it was altered, or was sealed with another key." in text
    assert "Everything but help lines is blocked." in text
    assert "safeguard sealed import" in text


def test_who_brings_sealed_lists_in_and_their_last_test_are_told(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAFEGUARD_SEALED__ORGANISATION", "A Provider Ltd")
    monkeypatch.setenv("SAFEGUARD_SEALED__MEMBERSHIP", "M-123")
    monkeypatch.setenv("SAFEGUARD_SEALED__TEST_ENTRIES", "one.test")
    monkeypatch.setenv("SAFEGUARD_SEALED__REQUIRED", "test-list")
    import_sealed(school.settings.data, "test-list", ["one.test"], NOW)
    member = open_school(school.settings.data)
    tom = member.as_(TOM)
    text = tom.text("/health")
    assert "The provider’s test entries have not been asked yet." in text
    assert "safeguard sealed test" in text
    assert "NON-COMPLIANT" not in text
    run_test(member.engine, NOW)
    text = tom.text("/health")
    assert "A Provider Ltd, membership M-123; last test 2026-11-23: all 1 test" in text
    assert "one.test" not in text
    member.engine.close()
    member.store.close()


def test_required_sealed_lists_are_counted(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFEGUARD_SEALED__REQUIRED", "test-list")
    import_sealed(school.settings.data, "test-list", ["one.test"], NOW)
    strict = open_school(school.settings.data)
    assert "All that are required are in force (1)." in strict.as_(TOM).text("/health")
    strict.engine.close()
    strict.store.close()


def test_that_nobody_is_told_of_concerns_is_said(school: School, tom: Visitor) -> None:
    text = tom.text("/health")
    assert "there is no contact" in text
    assert "Run: safeguard notify add" in text
    settle(school)
    text = tom.text("/health")
    assert "1 contact can be told. 1 of them never had a test." in text


def test_that_events_do_not_become_concerns_is_told_with_the_mend(
    school: School, tom: Visitor
) -> None:
    settle(school)
    keep(school.store, flagged_event(NOW - timedelta(minutes=6)))
    text = tom.text("/health")
    assert "Events have waited since" in text
    assert "Is the jobs process running?" in text


def test_a_test_is_sent_to_everyone_who_is_told(school: School, tom: Visitor) -> None:
    form = "/health"
    assert tom.send("/health/test", {}, page=form).status_code == 302
    assert "There is no contact yet." in tom.text("/health")
    settle(school)
    assert tom.send("/health/test", {}, page=form).status_code == 302
    assert "A test is on its way: 1 contact." in tom.text("/health")
    assert outbox_reading.counts(school.store) == {"waiting": 1}


def test_whether_other_servers_tell_who_is_where_is_told(
    school: School, tom: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Who is where" not in tom.text("/health")  # nobody asked for it
    monkeypatch.setenv("SAFEGUARD_FEEDS__LEASES", "/var/leases")
    fed = open_school(school.settings.data)
    tom = fed.as_(TOM)
    assert "does not run: who signed in since is unidentified" in tom.text("/health")
    files = (status.FileStatus("/var/leases", "kea", 3, 0),)
    status.Notice(school.settings.data).put(status.Status(NOW, 9, (), 1, files=files))
    assert "1 sign-in to the network, 3 leases." in tom.text("/health")
    ill = status.Status(NOW, 9, (), 1, trouble="RADIUS accounting cannot listen.")
    status.Notice(school.settings.data).put(ill)
    assert "RADIUS accounting cannot listen." in tom.text("/health")
    fed.engine.close()
    fed.store.close()


def test_machines_that_share_the_database_are_told_of(school: School, tom: Visitor) -> None:
    hall, library = (
        Presence(school.store, name * 8, name, run)
        for name, run in (("hall", "1"), ("library", "2"))
    )
    hall.say(NOW, "", leads=True)
    assert "Machines" not in tom.text("/health")  # one alone is the usual school
    library.say(NOW, "", leads=False)
    assert "All 2 were heard of" in tom.text("/health")
    library.say(NOW - timedelta(days=2), "", leads=False)
    assert "library has not been heard of" in tom.text("/health")


def test_a_directory_that_cannot_be_asked_is_told_with_the_mend(
    school: School, tom: Visitor
) -> None:
    assert "Directory" not in tom.text("/health")
    asked = {"ldap_directory": {"server": "ldaps://dc1.school.example", "base": "dc=x"}}
    school.settings.__dict__["ldap_directory"] = Settings.model_validate(asked).ldap_directory
    people_sources.put(school.store, Source("ldap", trouble="the LDAP server cannot be reached"))
    text = tom.text("/health")
    assert "The LDAP server cannot be reached." in text
    assert "safeguard users sync" in text
