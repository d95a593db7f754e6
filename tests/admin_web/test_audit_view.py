"""Rows of the chain in words, row by row."""

from typing import Any

import pytest

from admin_web.audit_view import MOST_NAMES, Line, lines
from safeguard.store.audit_search import Told
from tests.admin_web.school import NOW, School, enrol


def line(school: School, who: str, what: str, kind: str, about: str = "", **told: Any) -> Line:
    with school.app.test_request_context():
        return lines(school.store, [Told(5, NOW, who, what, kind, about, told)])[0]


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("staff:999", "An account no longer there"),
        ("command:root", "Command line (root)"),
        ("safeguard", "Safeguard itself"),
        ("retention", "Retention"),
        ("set-up link", "Set up link"),
    ],
)
def test_who_it_was(school: School, who: str, words: str) -> None:
    assert line(school, who, "viewed", "event").who == words


@pytest.mark.parametrize(
    ("what", "kind", "about", "told", "deed", "shown"),
    [
        ("viewed", "event", "e1", {}, "Opened an event", ""),
        ("closed", "concern", "c1", {}, "Closed concern", ""),
        ("asked", "address", "", {"address": "a.example"}, "Asked “Why?”", "a.example"),
        ("erased", "audit", "3-4", {}, "Erased the details of rows", "rows 3-4"),
        ("erased", "audit", "3", {}, "Erased the details of rows", "row 3"),
        ("removed", "rule", "7", {"before": {"address": "a.example"}}, "Removed a rule", "a.example"),
        ("added", "rule", "7", {"before": [], "after": {"address": "b.example"}}, "Added a rule",
         "b.example"),
        ("imported", "list", "games", {}, "Took in a list", "games"),
        ("tested", "sealed list", "", {"passed": True, "entries": 1},
         "Asked the filter about the provider’s test entries", ""),
        ("held", "case", "c1", {"hold": 1}, "Placed a legal hold on a case", ""),
        ("changed", "ladder", "2", {"name": "Year 7", "steps": [{"contacts": [1], "minutes": 0}]},
         "Changed in which order staff are told", "Year 7"),
        ("asked", "sealed list", "e1", {}, "Asked about an address that is withheld", ""),
        ("changed", "account", "999", {}, "Changed an account", ""),
        ("reviewed", "event", "e1", {"before": "", "after": "acted"}, "Reviewed an event", ""),
    ],
)  # fmt: skip
def test_what_was_done_to_what(
    school: School, what: str, kind: str, about: str, told: dict[str, object], deed: str, shown: str
) -> None:
    found = line(school, "staff:1", what, kind, about, **told)
    assert (found.deed, found.about) == (deed, shown)


def test_an_outcome_is_told_by_its_sentence(school: School) -> None:
    found = line(school, "staff:1", "closed", "concern", "c1", outcome="too_broad")
    assert found.details == (("Outcome", "not a concern: the rule is too broad"),)


def test_details_are_in_an_order_and_in_words(school: School) -> None:
    person, _ = enrol(school, "Amelia Hart", "secondary", "10.20.0.5", "Laptop 3")
    asked: dict[str, Any] = {"for": {"group": "primary", "text": ""}}
    found = line(
        school, "staff:1", "searched", "events",
        after="acted", before="", ids=["x", "y"], people=[person, "gone"], note="",
        closed=True, lists=["one", {"a": "b"}], **asked,
    )  # fmt: skip
    assert found.details == (
        ("Asked for", "group: primary"),
        ("After", "Real: we acted"),
        ("People", "Amelia Hart, someone no longer on record"),
        ("Shown", "2 entries"),
        ("Closed", "yes"),
        ("Lists", "one, a: b"),
    )
    assert line(school, "s", "v", "person", person).about == "Amelia Hart"


def test_many_people_are_cut_and_counted(school: School) -> None:
    [(_, text)] = line(school, "s", "v", "e", people=["gone"] * (MOST_NAMES + 3)).details
    assert text.endswith("on record and 3 more")


def test_details_that_cannot_be_had_say_why(school: School) -> None:
    with school.app.test_request_context():
        erased, unreadable = lines(
            school.store,
            [
                Told(5, NOW, "s", "v", "e", "", {}, erased=True),
                Told(6, NOW, "s", "v", "e", "", {}, readable=False),
            ],
        )
    assert erased.details == (("Details", "erased"),)
    assert "cannot be opened" in unreadable.details[0][1]
