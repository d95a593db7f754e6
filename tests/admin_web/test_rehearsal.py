"""What a rule would change, before it is saved."""

from tests.admin_web.school import Visitor

BLOCK = {
    "address": "https://Chess.Example/",
    "action": "block",
    "groups": ["secondary"],
    "reason": "Played in every lesson",
}


def test_the_preview_says_where_a_rule_changes_nothing(tom: Visitor) -> None:
    help_line = {**BLOCK, "address": "childline.org.uk", "step": "preview"}
    text = tom.send("/rules/add", help_line).get_data(as_text=True)
    assert "The rule changes nothing here: help is always reachable." in text
    known = {**BLOCK, "address": "bet365.com", "step": "preview"}
    assert "As now, by bet365.com in the list" in tom.send("/rules/add", known).get_data(
        as_text=True
    )
