"""The technician's own rules, from the form to the engine's next verdict."""

import time

import pytest

from safeguard.core.types import Action, Subject
from safeguard.store import overlay
from tests.admin_web.school import NOW, School, Visitor

EVIL = "<script>alert(1)</script>"
BLOCK = {
    "address": "https://Chess.Example/",
    "action": "block",
    "groups": ["secondary"],
    "reason": "Played in every lesson",
}


def verdict_for(school: School, group: str, address: str) -> str:
    school.engine.refresh()
    target = school.engine.target_of(address)
    assert target is not None
    return school.engine.judge(Subject(group), target).action.value


def test_a_rule_is_previewed_saved_and_in_force_within_a_second(
    school: School, tom: Visitor
) -> None:
    preview = tom.send("/rules/add", {**BLOCK, "step": "preview"}).get_data(as_text=True)
    assert "chess.example" in preview
    assert overlay.in_force(school.store) == []
    saved = tom.send("/rules/add", {**BLOCK, "step": "save"})
    began = time.monotonic()
    assert saved.location == "/rules"
    assert verdict_for(school, "secondary", "www.chess.example") == "block"
    assert time.monotonic() - began < 1
    assert verdict_for(school, "primary", "www.chess.example") == "allow"
    text = tom.text("/rules")
    assert "chess.example" in text
    assert "Played in every lesson" in text
    assert "tom@school.test" in text


def test_removing_a_rule_undoes_it_and_keeps_its_history(school: School, tom: Visitor) -> None:
    tom.send("/rules/add", {**BLOCK, "step": "save"})
    rule = overlay.in_force(school.store)[0]
    assert tom.send(f"/rules/{rule.id}/remove", {}, page="/rules").location == "/rules"
    assert verdict_for(school, "secondary", "chess.example") == "allow"
    assert "chess.example" not in tom.text("/rules").split("<main")[1].split("<table")[-1]
    history = tom.text("/rules?history=yes")
    assert "chess.example" in history
    assert "Removed 23 Nov, 09:30 by tom@school.test" in history
    assert tom.send(f"/rules/{rule.id}/remove", {}, page="/account").status_code == 404


def test_a_rule_for_one_part_of_a_site_leaves_the_rest(school: School, tom: Visitor) -> None:
    part = {**BLOCK, "address": "bet365.com/charity", "action": "allow"}
    tom.send("/rules/add", {**part, "step": "save"})
    assert verdict_for(school, "secondary", "https://bet365.com/charity/a") == "allow"
    assert verdict_for(school, "secondary", "https://bet365.com/") == "block"


def test_a_rule_for_everyone_is_chosen_never_assumed(school: School, tom: Visitor) -> None:
    everyone = {**BLOCK, "groups": ["everyone"], "step": "save"}
    tom.send("/rules/add", everyone)
    assert verdict_for(school, "staff", "chess.example") == "block"
    assert "everyone" in tom.text("/rules")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"groups": []}, "Choose whom this is for."),
        ({"groups": ["everyone", "staff"]}, "either everyone, or some groups"),
        ({"groups": ["nobody-we-know"]}, "not a valid choice"),
        ({"action": ""}, "Choose block or allow."),
        ({"address": ""}, "Give an address."),
        ({"address": "not an address"}, "That is not an address."),
        ({"reason": " "}, "Give the reason."),
    ],
)
def test_a_rule_that_lacks_something_is_not_saved(
    school: School, tom: Visitor, changed: dict[str, object], says: str
) -> None:
    text = tom.send("/rules/add", {**BLOCK, **changed, "step": "save"}).get_data(as_text=True)
    assert says in text
    assert overlay.in_force(school.store) == []


def test_the_preview_can_be_changed_before_saving(school: School, tom: Visitor) -> None:
    text = tom.send("/rules/add", {**BLOCK, "step": "change"}).get_data(as_text=True)
    assert 'value="https://Chess.Example/"' in text
    assert "See what it would change" in text
    assert overlay.in_force(school.store) == []


def test_an_address_may_come_from_another_page(tom: Visitor) -> None:
    assert 'value="chess.example"' in tom.text("/rules/add?address=chess.example")


def test_a_long_list_is_searched_and_paged(school: School, tom: Visitor) -> None:
    for number in range(30):
        overlay.add(
            school.store, f"site{number}.example", Action.BLOCK, {"primary"}, EVIL, "t", NOW
        )
    first = tom.text("/rules")
    assert "site29.example" in first
    assert "site0.example" not in first
    assert "site0.example" in tom.text("/rules?page=2")
    assert tom.text("/rules?text=site7.").count("</th>") == 6 + 1
    assert "No rule fits." in tom.text("/rules?text=nothing")
    assert tom.get("/rules?page=none").status_code == 200
    assert EVIL not in first
