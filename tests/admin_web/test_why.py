"""The page "Why?", which tells what the filter would do."""

import pytest

from safeguard.core import explain
from safeguard.core.types import Channel, Subject
from safeguard.sealed_imports import import_sealed
from safeguard.store import events
from safeguard.store.events import Wanted
from tests.admin_web.school import NOW, School, Visitor, enrol


@pytest.mark.parametrize("who", ["priya", "tom"])
def test_it_says_what_the_engine_says_with_every_rule_weighed(
    school: School, who: str, request: pytest.FixtureRequest
) -> None:
    visitor: Visitor = request.getfixturevalue(who)
    text = visitor.text("/why?address=https://bet365.com/x&group=secondary")
    target = school.engine.target_of("https://bet365.com/x", Channel.TESTER)
    assert target is not None
    verdict = school.engine.judge(Subject("secondary"), target)
    assert verdict.blocked
    assert "Blocked" in text
    for sentence in explain.sentences(verdict):
        assert sentence.replace("'", "&#39;") in text
    assert ("Block or allow this address" in text) == (who == "tom")


def test_words_of_a_search_are_judged_as_in_real_traffic(priya: Visitor) -> None:
    text = priya.text("/why?address=https://www.google.com/search?q=want+to+die&group=secondary")
    assert "the safeguarding lead would be told" in text


def test_a_device_is_identified_as_real_traffic_is(school: School, tom: Visitor) -> None:
    enrol(school, "Amelia Hart", "primary", "10.20.0.5", "Laptop")
    school.engine.refresh()
    text = tom.text("/why?address=chess.example&device=10.20.0.5")
    assert "group primary, device 10.20.0.5" in text
    assert "by the device register" in text
    assert "Amelia" not in text
    assert "group unidentified" in tom.text("/why?address=chess.example&device=10.99.0.1")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("address=", "Give an address."),
        ("address=no+address", "That is not an address."),
        ("address=chess.example&device=laptop", "That is not an IP address."),
        ("address=chess.example&group=invented", "Not a valid choice"),
    ],
)
def test_a_question_that_cannot_be_asked_is_said(tom: Visitor, query: str, says: str) -> None:
    assert says in tom.text(f"/why?{query}")


def test_an_open_page_asks_nothing(tom: Visitor) -> None:
    assert "Everything that was weighed" not in tom.text("/why")


def test_an_answer_about_a_sealed_list_tells_no_address_and_is_kept(
    school: School, tom: Visitor
) -> None:
    import_sealed(school.settings.data, "test-list", ["https://carrier.test/album/7"], NOW)
    school.engine.refresh()
    for group, address in (("staff", "carrier.test/album/7"), ("guest", "carrier.test")):
        answer = tom.get(f"/why?address={address}&group={group}")
        text = answer.get_data(as_text=True)
        assert "<code>withheld</code>" in text
        assert "carrier" not in text
        assert "Block or allow this address" not in text
        assert "carrier" not in str(answer.headers)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    kept = events.search(school.store, Wanted()).events
    assert [one.event.rule for one in kept] == ["asked by tom@school.test, on this site"] * 2
    assert {one.event.host for one in kept} == {"withheld"}


def test_who_asks_too_much_about_sealed_lists_is_answered_nothing(
    school: School, tom: Visitor
) -> None:
    import_sealed(school.settings.data, "test-list", ["carrier.test"], NOW)
    school.engine.refresh()
    for _ in range(school.settings.sealed.questions_an_hour):
        assert "<code>withheld</code>" in tom.text("/why?address=carrier.test&group=staff")
    for address in ("carrier.test", "meadow.test"):
        text = tom.text(f"/why?address={address}&group=staff")
        assert "no question is answered until an hour has passed" in text
        assert "Everything that was weighed" not in text
        assert address not in text


@pytest.mark.parametrize(
    "entry",
    ["carrier.test", "https://carrier.test/album/7"],  # the second is withheld from guests alone
)
def test_to_rehearse_a_rule_is_a_question_too(school: School, tom: Visitor, entry: str) -> None:
    import_sealed(school.settings.data, "test-list", [entry], NOW)
    school.engine.refresh()
    rule = {"address": "carrier.test", "action": "allow", "groups": ["staff"], "reason": "a test"}
    for number in range(school.settings.sealed.questions_an_hour):
        assert tom.send("/rules/add", rule).status_code == 200, number
    assert tom.send("/rules/add", rule).status_code == 429
    kept = events.search(school.store, Wanted()).events
    assert {one.event.rule for one in kept} == {"asked by tom@school.test, on this site"}


def test_it_says_what_others_get_and_which_line_of_which_list_was_met(tom: Visitor) -> None:
    text = tom.text("/why?address=chatgpt.com&group=secondary")
    assert "For other groups" in text
    assert "sixth-form, staff, guest" in text
    assert "pupils up to year 11: AI chat" in text
    assert "(list safeguard/ai-chat, line " in text


def test_of_a_site_that_carries_something_sealed_no_group_is_asked_beside_that_could_tell(
    school: School, tom: Visitor
) -> None:
    import_sealed(school.settings.data, "test-list", ["https://carrier.test/album/7"], NOW)
    school.engine.refresh()
    pages = [tom.text(f"/why?address={one}&group=staff") for one in ("carrier.test", "other.test")]
    told = [page.partition("<h1>")[2] for page in pages]
    assert told[0].replace("carrier", "other") == told[1]
    assert "Not asked for guest" in pages[0]
    assert not events.search(school.store, Wanted()).events
