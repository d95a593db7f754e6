"""What the access log may know: ids, hosts and paths; never a query, and nothing of the private."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.types import Hit
from safeguard.core.policy import Policy
from safeguard.core.types import Action, Channel, Reason, Subject, Target, Verdict
from safeguard.core.visits import (
    LONGEST_PATH,
    Visit,
    at_of,
    day_of,
    first_visit_id_at,
    is_logged,
    path_of,
    visit_id,
    visit_of,
)
from tests.safeguard.samples import ALLOWED, HELPED, NOW, PLACE, PUPIL, SEARCH, at, blocked, sealed

POLICY = Policy(
    (),
    help=frozenset({"help"}),
    private_categories=frozenset({"finance", "health"}),
    private_groups=frozenset({"guest"}),
)
GUEST = Subject("guest", "10.9.0.1")


def hit(category: str, reason: Reason = Reason.DEFAULT) -> Verdict:
    return Verdict(Action.ALLOW, reason, hits=(Hit(category, "starter", "x.example"),))


@pytest.mark.parametrize(
    ("subject", "target", "verdict", "logged"),
    [
        (PUPIL, PLACE, ALLOWED, True),
        (PUPIL, PLACE, blocked(), True),
        (PUPIL, Target("x.example", channel=Channel.DNS), ALLOWED, True),
        (PUPIL, Target("x.example", channel=Channel.TESTER), ALLOWED, False),
        (PUPIL, PLACE, HELPED, False),
        (PUPIL, PLACE, hit("help"), False),
        (PUPIL, PLACE, hit("finance"), False),
        (PUPIL, PLACE, hit("health"), False),
        (PUPIL, PLACE, hit("games"), True),
        (PUPIL, PLACE, replace(blocked(), hits=(*blocked().hits, *hit("finance").hits)), False),
        (GUEST, PLACE, ALLOWED, False),
        (GUEST, PLACE, blocked(), False),
        (PUPIL, PLACE, sealed(), True),
    ],
)
def test_help_banking_health_and_guests_leave_nothing(
    subject: Subject, target: Target, verdict: Verdict, *, logged: bool
) -> None:
    assert is_logged(subject, target, verdict, POLICY) is logged


def test_a_visit_holds_ids_and_no_name_no_query_and_no_words() -> None:
    visit = visit_of(PUPIL, SEARCH, ALLOWED, 1)
    assert (visit.person, visit.device, visit.address) == ("pupil-7", "tablet-7", "10.0.0.7")
    assert (visit.host, visit.path, visit.times) == ("search.example", b"", 1)
    assert "sad" not in repr(visit)


def test_what_a_sealed_list_matched_is_named_nowhere() -> None:
    visit = visit_of(PUPIL, PLACE, sealed(), 1)
    assert visit.host == "withheld"
    assert path_of(PLACE, sealed()) == ""


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("", ""),
        ("https://a.example", ""),
        ("https://a.example/", ""),
        ("https://a.example/b/c", "/b/c"),
        ("https://user:sesame@a.example/b?q=secret#also", "/b"),
        ("https://a.example?q=/secret", ""),
        ("https://a.example#/secret", ""),
        ("https://a.example/b?next=https://c.example/d", "/b"),
        ("https://a.example/" + "x" * 999, "/" + "x" * (LONGEST_PATH - 1)),
        ("https://a.example/\x00b", "/ b"),
    ],
)
def test_of_an_address_only_the_path_is_kept(url: str, path: str) -> None:
    assert path_of(Target("a.example", url), ALLOWED) == path


@given(st.text(alphabet="a/?#:@&=.%", max_size=40))
def test_nothing_after_a_question_mark_is_ever_kept(rest: str) -> None:
    assert "Z" not in path_of(Target("a.example", f"https://a.example/{rest}?Z={rest}Z"), ALLOWED)


def test_ids_sort_by_time_and_tell_it() -> None:
    ids = [visit_id(at(second), b"\xff\xff\xff") for second in range(3)]
    assert ids == sorted(ids)
    assert [at_of(one) for one in ids] == [at(second) for second in range(3)]
    assert first_visit_id_at(NOW) <= visit_id(NOW, bytes(3)) < visit_id(NOW, b"\0\0\1")
    assert day_of(ids[0]) == date(2026, 3, 4)
    assert ids[0].bit_length() < 63


def test_a_visit_tells_when_it_was_by_its_id_alone() -> None:
    fields = ("ada", "", "10.9.0.1", "secondary", "a.example", b"", "web", "allow", "", 1)
    assert Visit(visit_id(NOW, bytes(3)), *fields).at == NOW
