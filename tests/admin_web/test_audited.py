"""Whoever looks or changes something on the site is in the chain, with what and what for."""

import json

from sqlalchemy import delete, event, select

from safeguard.core.audit import Verified
from safeguard.store import audit, overlay, people, staff
from safeguard.store.audit_verify import verify
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from tests.admin_web.school import NOW, PRIYA, TOM, School, Visitor, an_event, enrol

type Told = tuple[str, str, str, str, dict[str, object]]


def chain(school: School) -> list[Told]:
    """Who, what, about, and what is told; not where the chain begins, nor sign-ins."""
    query = (
        select(AuditRow, AuditPayloadRow)
        .join(AuditPayloadRow, AuditPayloadRow.id == AuditRow.id)
        .where(AuditRow.what.not_in(("began", "signed in")))
        .order_by(AuditRow.id)
    )
    with school.store.reading() as session:
        return [
            (
                row.who,
                row.what,
                row.about_kind,
                row.about,
                json.loads(audit.opened(school.store.vault, told.payload)),
            )
            for row, told in session.execute(query)
        ]


def account(school: School, who: tuple[str, str, tuple[str, ...]]) -> str:
    found = staff.by_email(school.store, who[0])
    assert found is not None
    return f"staff:{found.id}"


def test_a_list_that_is_looked_at_is_one_row_with_all_that_it_shows(
    school: School, priya: Visitor
) -> None:
    person, device = enrol(school, "Amelia Hart", "secondary", "10.20.0.5", "Laptop 3")
    kept = [school.keep(an_event(n, person=person, device=device)) for n in range(3)]
    priya.text("/events")
    who = account(school, PRIYA)
    ids = [one.id for one in kept]
    assert chain(school) == [
        (who, "viewed", "events", "", {"for": {}, "ids": ids, "people": [person]})
    ]


def test_a_search_is_kept_with_what_was_asked_for_and_not_as_plain_text(
    school: School, priya: Visitor
) -> None:
    priya.text("/events?text=amelia&severity=&before=")
    [(_, what, _, _, told)] = chain(school)
    assert (what, told["for"]) == ("searched", {"text": "amelia"})
    with school.store.reading() as session:
        assert not any(b"amelia" in one for one in session.scalars(select(AuditPayloadRow.payload)))


def test_one_event_a_code_and_reviews_are_kept(school: School, priya: Visitor) -> None:
    event = school.keep(an_event())
    priya.get(f"/events/code?code={event.reference}")
    priya.get("/events/code?code=XXXX-XXXX")
    page = f"/events/{event.id}"
    form = {"outcome": "acted", "note": "Spoke to the form tutor"}
    assert priya.send(page, form).status_code == 302
    assert priya.send(f"{page}/undo", {}, page=page).status_code == 302
    who = account(school, PRIYA)
    viewed = (who, "viewed", "event", event.id, {"person": ""})
    assert chain(school) == [
        (who, "searched", "event", event.id, {"code": event.reference}),
        (who, "searched", "event", "", {"code": "XXXX-XXXX"}),
        viewed,
        (
            who,
            "reviewed",
            "event",
            event.id,
            {"before": "", "after": "acted", "note": "Spoke to the form tutor", "person": ""},
        ),
        viewed,
        (who, "undid review", "event", event.id, {"before": "acted", "after": "undone"}),
    ]


def test_what_cannot_be_recorded_is_not_shown(school: School, priya: Visitor) -> None:
    event_there = school.keep(an_event())

    @event.listens_for(school.store.engine, "before_cursor_execute")
    def refuse(*arguments: object) -> None:
        if "audit_chain" in str(arguments[2]):
            raise RuntimeError("the disk is full")

    for page in ("/events", f"/events/{event_there.id}"):
        answer = priya.get(page)
        assert answer.status_code == 500
        assert b"words that were typed" not in answer.get_data()


def test_rules_are_kept_with_before_and_after(school: School, tom: Visitor) -> None:
    form = {
        "address": "games.test",
        "action": "block",
        "groups": ["primary"],
        "reason": "lessons",
        "step": "save",
    }
    for reason in ("lessons", "all day"):
        assert tom.send("/rules/add", {**form, "reason": reason}).status_code == 302
    rule = overlay.in_force(school.store)[0]
    assert tom.send(f"/rules/{rule.id}/remove", {}, page="/rules").status_code == 302
    first, second, third = chain(school)
    rest = {"address": "games.test", "action": "block", "groups": ["primary"]}
    assert first[1:3] == ("added", "rule")
    assert first[4] == {"before": [], "after": {**rest, "reason": "lessons"}}
    assert second[4] == {
        "before": [{**rest, "reason": "lessons"}],
        "after": {**rest, "reason": "all day"},
    }
    assert third == (
        account(school, TOM),
        "removed",
        "rule",
        str(rule.id),
        {"before": {**rest, "reason": "all day"}},
    )


def test_devices_are_kept_with_before_and_after_and_the_list_by_ids_alone(
    school: School, tom: Visitor
) -> None:
    for name in ("Trolley 1", "Trolley 2"):
        form = {"address": "10.20.0.9", "name": name, "person": "", "group": "primary"}
        assert tom.send("/people/add", form).status_code == 302
    form = {"address": "10.20.0.8", "name": "Pad", "person": "Ben Booth", "group": "primary"}
    assert tom.send("/people/add", form).status_code == 302
    tom.text("/people?text=Trolley")
    device = people.devices(school.store, "10.20.0.9")[0].id
    assert tom.send(f"/people/{device}/remove", {}, page="/people").status_code == 302
    assert tom.send(f"/people/{device}/remove", {}, page="/people").status_code == 302
    told = [one for one in chain(school) if one[2] != "devices"]
    assert [one[1:4] for one in told] == [
        ("added", "device", device),
        ("changed", "device", device),
        ("imported", "people", ""),
        ("removed", "device", device),
    ]
    names = {"address": "10.20.0.9", "person": "", "group": "primary"}
    assert told[1][4] == {
        "before": {**names, "name": "Trolley 1"},
        "after": {**names, "name": "Trolley 2"},
    }
    assert told[2][4]["people"] == 1
    assert "Ben" not in json.dumps(told[2][4])
    searched = [one for one in chain(school) if one[2] == "devices"]
    assert searched[0][1] == "searched"
    assert searched[0][4] == {"for": {"text": "Trolley"}, "ids": [device], "people": []}


def test_a_question_is_kept_with_the_address_asked_about(school: School, priya: Visitor) -> None:
    priya.text("/why?address=example.com%2Fpage&group=primary&device=")
    priya.text("/why?address=nonsense+address&group=primary&device=")
    assert chain(school) == [
        (
            account(school, PRIYA),
            "asked",
            "address",
            "",
            {"group": "primary", "address": "example.com/page", "device": ""},
        )
    ]


def test_sign_ins_and_new_passwords_are_kept_without_any_secret(
    school: School, priya: Visitor
) -> None:
    form = {"present": PRIYA[1], "password": "another quiet garden path", "repeated": ""}
    form["repeated"] = form["password"]
    assert priya.send("/account", form).status_code == 302
    with school.store.reading() as session:
        signed_in = session.scalars(select(AuditRow).where(AuditRow.what == "signed in")).all()
    who = account(school, PRIYA)
    assert (signed_in[0].who, signed_in[0].about) == (who, who.removeprefix("staff:"))
    changed = [one for one in chain(school) if one[1] == "changed"]
    assert any("password" in str(one[4]["changed"]) for one in changed)
    assert "argon2" not in json.dumps(changed)


def test_every_page_that_shows_or_changes_leaves_a_chain_that_verifies(
    school: School, priya: Visitor, tom: Visitor
) -> None:
    school.keep(an_event())
    priya.text("/events")
    tom.text("/people")
    assert verify(school.store) == Verified(5, audit.head(school.store))
    with school.store.writing() as session:
        session.execute(delete(AuditPayloadRow).where(AuditPayloadRow.id == 4))
    assert not isinstance(verify(school.store), Verified)


def test_the_time_is_the_sites(school: School, priya: Visitor) -> None:
    school.clock.now = NOW.replace(hour=23)
    priya.text("/events")
    with school.store.reading() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.what == "viewed")).one()
    assert row.at == school.clock.now
