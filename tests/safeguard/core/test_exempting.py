"""Exemptions: as narrow as what was judged, never for what can be urgent, and told before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.types import Kind, Severity
from safeguard.core import exempting
from safeguard.core.concern_rules import PLACES
from safeguard.core.concerns import ConcernEvent, Outcome, ThemeSeen
from safeguard.core.exempting import Exemption, Refusal, covers, propose, replay, without
from tests.concern_stories import RULES, who

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
DRUGS = ConcernEvent(
    "1", NOW - timedelta(days=1), who("Ada"), (ThemeSeen("drugs", Severity.MEDIUM),), Kind.SEARCH,
    "wiki.example", group="secondary", place="9B", phrases=("How Cannabis works", "cannabis"),
)  # fmt: skip


def event(**changes: Any) -> ConcernEvent:
    return replace(DRUGS, **changes)


def offered(*events: ConcernEvent, outcome: Outcome = Outcome.LESSON) -> Exemption:
    found = propose(events or (DRUGS,), "drugs", outcome, NOW, RULES)
    assert isinstance(found, Exemption)
    return found


def refused(*events: ConcernEvent, theme: str = "drugs", outcome: Outcome = Outcome.LESSON) -> str:
    found = propose(events or (DRUGS,), theme, outcome, NOW, RULES)
    assert isinstance(found, Refusal)
    return found.says


def test_it_is_as_narrow_as_what_was_seen() -> None:
    one = offered()
    assert one.says == (
        "Look away from drugs on wiki.example with the phrase “how cannabis works”, up to medium, "
        "for secondary, class 9B, until 4 December 2026."
    )
    assert (one.kinds, one.since) == (frozenset({Kind.SEARCH}), NOW)


def test_several_sites_leave_the_phrase_and_several_classes_the_group() -> None:
    one = offered(DRUGS, event(host="other.example", place="9C"))
    assert one.says == (
        "Look away from drugs with the phrase “how cannabis works”, up to medium, for secondary, "
        "until 4 December 2026."
    )


def test_several_phrases_leave_the_site() -> None:
    read = event(kind=Kind.PAGE)
    one = offered(read, replace(read, phrases=("another",)))
    assert (one.host, one.phrase) == ("wiki.example", "")
    assert one.says.startswith("Look away from drugs on wiki.example, up to medium")


@pytest.mark.parametrize(
    ("outcome", "days"), [(Outcome.LESSON, 14), (Outcome.LYRICS, 90), (Outcome.TOO_BROAD, 30)]
)
def test_it_ends(outcome: Outcome, days: int) -> None:
    assert offered(outcome=outcome).expires == NOW + timedelta(days=days)


@pytest.mark.parametrize("place", [one for one in PLACES if one.urgent], ids=lambda one: one.theme)
def test_a_theme_that_can_be_urgent_is_never_exempted(place: Any) -> None:
    spoken = event(themes=(ThemeSeen(place.theme, Severity.LOW),))
    assert "can be urgent, and is never exempted" in refused(spoken, theme=place.theme)


def test_a_theme_that_stands_in_no_table_is_never_exempted() -> None:
    assert "never exempted" in refused(event(themes=(ThemeSeen("new", Severity.LOW),)), theme="new")


@pytest.mark.parametrize(
    ("events", "says"),
    [
        ([event(themes=(ThemeSeen("adult", Severity.LOW),))], "None of these events speaks of drugs."),
        ([event(themes=(*DRUGS.themes, ThemeSeen("suicide", Severity.URGENT)))], "One of these events is urgent"),
        ([DRUGS, event(group="primary")], "They are of several groups"),
        ([event(group="")], "Their group is not known."),
        ([DRUGS, event(phrases=("another",))], "what was typed is exempted by its phrase, never by its site"),
        ([DRUGS, event(host="b.example", phrases=())], "They share neither a site nor a phrase"),
    ],
)  # fmt: skip
def test_it_says_why_there_is_none(events: list[ConcernEvent], says: str) -> None:
    assert says in refused(*events)


def test_without_events_there_is_none() -> None:
    found = propose([], "drugs", Outcome.LESSON, NOW, RULES)
    assert found == Refusal("None of these events speaks of drugs.")


@pytest.mark.parametrize(
    "outcome", [Outcome.WRONG_PUPIL, Outcome.ACTED, Outcome.NOTED, Outcome.DUPLICATE]
)
def test_what_says_nothing_against_the_rule_proposes_nothing(outcome: Outcome) -> None:
    assert "says nothing against the rule" in refused(outcome=outcome)


@pytest.mark.parametrize(
    "other",
    [
        event(kind=Kind.CHAT),
        event(kind=None),
        event(host="sub.wiki.example"),
        event(place="9C"),
        event(group="primary"),
        event(phrases=("buy cannabis",)),
        event(phrases=()),
        event(themes=(ThemeSeen("drugs", Severity.HIGH),)),
        event(themes=(ThemeSeen("gambling", Severity.LOW),)),
        event(themes=(*DRUGS.themes, ThemeSeen("violence", Severity.URGENT))),
        event(who=replace(who("Ada"), school_id=2)),
        event(at=NOW - timedelta(seconds=1)),
        event(at=NOW + timedelta(days=14)),
    ],
)
def test_what_is_wider_than_was_seen_stays(other: ConcernEvent) -> None:
    later = other if other.at != DRUGS.at else replace(other, at=NOW + timedelta(days=1))
    assert without(later, [offered()], RULES) == later


def test_what_is_like_it_is_left_out_while_it_lasts() -> None:
    assert without(event(at=NOW), [offered()], RULES) is None
    assert without(event(at=NOW, who=who("Ben")), [offered()], RULES) is None


def test_only_the_exempted_theme_is_left_out() -> None:
    both = event(at=NOW, themes=(*DRUGS.themes, ThemeSeen("suicide", Severity.HIGH)))
    assert without(both, [offered()], RULES) == replace(both, themes=both.themes[1:])


def test_the_search_for_help_alone_needs_nobody() -> None:
    both = event(at=NOW, themes=(*DRUGS.themes, ThemeSeen("help-seeking", Severity.LOW)))
    assert without(both, [offered()], RULES) is None


def test_an_exemption_of_an_urgent_theme_made_elsewhere_hides_nothing() -> None:
    suicide = event(at=NOW, themes=(ThemeSeen("suicide", Severity.LOW),))
    forged = replace(offered(), theme="suicide")
    assert covers(forged, suicide)
    assert without(suicide, [forged], RULES) == suicide


def test_a_replay_says_what_would_have_been_hidden() -> None:
    both = event(id="2", themes=(*DRUGS.themes, ThemeSeen("bullying", Severity.HIGH)))
    past = [
        (event(at=NOW - timedelta(days=29)), Outcome.LESSON),
        (both, Outcome.ACTED),
        (event(id="3", host="elsewhere.example"), None),
    ]
    found = replay(offered(), past, RULES)
    assert (found.hidden, found.thinned, found.real) == (("1",), ("2",), ("2",))
    assert found.says == (
        "Would have hidden 1 events in 29 days and one theme of 1 more; 1 of them judged real."
    )
    assert replay(offered(), [], RULES).says == (
        "Would have hidden 0 events in 0 days and one theme of 0 more; none of them judged real."
    )


events_seen = st.lists(
    st.builds(
        replace,
        st.just(DRUGS),
        at=st.just(NOW),
        kind=st.sampled_from([Kind.SEARCH, Kind.PAGE, None]),
        host=st.sampled_from(["a.example", "b.example"]),
        group=st.sampled_from(["secondary", "secondary", "primary"]),
        place=st.sampled_from(["", "9B", "9C"]),
        phrases=st.sampled_from([(), ("one",), ("One", "two")]),
        themes=st.sampled_from([
            (ThemeSeen("drugs", severity), *others)
            for severity in (Severity.LOW, Severity.MEDIUM, Severity.URGENT)
            for others in ((), (ThemeSeen("suicide", Severity.HIGH),))
        ]),
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip


@given(events_seen, events_seen)
def test_it_covers_all_that_was_seen_and_nothing_unlike_it(
    judged: list[ConcernEvent], others: list[ConcernEvent]
) -> None:
    found = propose(judged, "drugs", Outcome.LESSON, NOW, RULES)
    if isinstance(found, Refusal):
        return
    assert all(covers(found, one) for one in judged)
    for one in others:
        if without(one, [found], RULES) != one:
            assert one.group in {each.group for each in judged}
            assert one.kind in {each.kind for each in judged}
            assert one.host in {each.host for each in judged} or found.phrase
            assert (
                max(each.severity for each in one.themes if each.theme == "drugs") < Severity.URGENT
            )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, ""),
        ({"theme": "suicide"}, "suicide can be urgent"),
        ({"theme": "nobody placed it"}, "can be urgent"),
        ({"up_to": Severity.URGENT}, "Nothing urgent"),
        ({"group": ""}, "for one group"),
        ({"kinds": frozenset()}, "the kinds of text"),
        ({"host": "", "phrase": ""}, "would hide a theme"),
        ({"expires": NOW}, "within 90 days"),
        ({"expires": NOW + timedelta(days=91)}, "within 90 days"),
    ],
)
def test_only_what_is_as_narrow_as_a_proposal_may_be(changes: dict[str, Any], says: str) -> None:
    sentence = exempting.refused(replace(offered(), **changes), RULES)
    assert says in sentence
    assert bool(sentence) == bool(says)
