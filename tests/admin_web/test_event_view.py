"""An event in words."""

from filter_rules.types import Kind, Severity
from safeguard.core.events import Private
from safeguard.core.types import Action, Channel, Reason
from safeguard.store import people
from safeguard.vault import Vault
from tests.admin_web.school import School, Visitor, an_event, enrol

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}'


def test_who_is_not_known_is_named_by_the_address(school: School, priya: Visitor) -> None:
    school.keep(an_event())
    assert "Unidentified device 10.0.0.5" in priya.text("/events")


def test_sealed_content_is_withheld_with_what_to_do(school: School, priya: Visitor) -> None:
    event = school.keep(
        an_event(host="withheld", private=Private("withheld", "withheld"), reason=Reason.SEALED)
    )
    assert "The address is withheld on purpose." in priya.text(f"/events/{event.id}")


def test_what_staff_asked_the_tester_is_no_pupils_deed(school: School, priya: Visitor) -> None:
    event = school.keep(
        an_event(
            host="withheld", private=Private("withheld", "withheld"), reason=Reason.SEALED,
            channel=Channel.TESTER, flagged=False, kind=None, themes=(), address="",
            severity=Severity.NONE, rule="asked by lee@school.test, on this site",
        )
    )  # fmt: skip
    page = priya.text(f"/events/{event.id}")
    assert "The tester was asked by lee@school.test, on this site, what would happen" in page
    assert "No pupil did this." in page
    assert "It would be blocked: unlawful content" in page
    assert "the DNS filter" not in page
    assert "Unidentified device" not in page
    assert "Staff, asking the tester" in priya.text("/events?kept=all")


def test_an_allowed_page_is_shown_with_the_passage_that_was_found(
    school: School, priya: Visitor
) -> None:
    event = school.keep(
        an_event(
            kind=Kind.PAGE, action=Action.ALLOW, reason=Reason.DEFAULT, rule="",
            private=Private("https://news.test/a", "", "… the passage …"),
        )
    )  # fmt: skip
    page = priya.text(f"/events/{event.id}")
    assert "the passage" in page
    assert "Shown on a page of search.test." in page
    assert "It was allowed: no rule applied." in page


def test_hostile_text_stays_text_in_every_field(school: School, priya: Visitor) -> None:
    person, device = enrol(school, EVIL, "primary", "10.20.0.6", EVIL)
    event = school.keep(
        an_event(
            person=person, device=device, group=EVIL, address=EVIL, method=EVIL, host=EVIL,
            private=Private(EVIL, EVIL, EVIL, (EVIL,)), categories=(EVIL, EVIL), rule=EVIL,
            themes=((EVIL, Severity.HIGH),), list=EVIL, artefact=EVIL, policy_version=EVIL,
            hosts=(EVIL, EVIL),
        )
    )  # fmt: skip
    priya.send(f"/events/{event.id}", {"outcome": "acted", "note": EVIL})
    for path in ("/events", f"/events/{event.id}", f"/events?text={EVIL}", f"/why?address={EVIL}"):
        text = priya.text(path)
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "49" not in text.split("<main")[1].split("<time")[0] or "{{7*7}}" in text


def test_a_block_by_a_list_says_which_list_and_that_nobody_need_look(
    school: School, priya: Visitor
) -> None:
    event = school.keep(
        an_event(
            flagged=False, kind=None, severity=Severity.NONE, themes=(), reason=Reason.RULE,
            categories=("games",), list="safeguard/games", rule="pupils: games", count=3,
            channel=Channel.DNS, private=Private(),
        )
    )  # fmt: skip
    page = priya.text(f"/events/{event.id}")
    assert "Looked up: search.test, 3 times." in page
    assert "The address is in the list “safeguard/games”, as games." in page
    assert "Nobody needs to look at this." in page
    assert "the DNS filter" in page


def test_words_sealed_with_a_lost_key_are_said_to_be_lost(school: School, priya: Visitor) -> None:
    event = school.keep(an_event())
    vault, school.store.vault = school.store.vault, Vault(b"x" * 32)
    page = priya.text(f"/events/{event.id}")
    school.store.vault = vault
    assert "sealed with another key" in page
    assert "words that were typed" not in page


def test_who_is_gone_from_the_register_is_not_given_another_name(
    school: School, priya: Visitor
) -> None:
    person, device = enrol(school, "Noah Bright", "primary", "10.20.0.6", "Laptop 6")
    school.keep(an_event(1, person=person, device=device))
    school.keep(an_event(2, device=device))
    people.remove_person(school.store, person)
    text = priya.text("/events")
    assert "A person no longer on record" in text
    assert "Unknown user of Laptop 6" in text
