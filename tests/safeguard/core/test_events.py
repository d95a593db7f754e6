"""What is kept of a verdict, how firmly, and what is left out."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.sealed import WITHHELD
from filter_rules.types import Finding, Hit, Kind, Match, Severity
from safeguard.core.events import (
    ALPHABET,
    LONGEST_WORDS,
    Keeping,
    Private,
    clean,
    decisive_category,
    event_of,
    first_id_at,
    kept_how,
    new_event_id,
    reference_from,
    reference_of,
    without_secrets,
)
from safeguard.core.types import (
    Action,
    Considered,
    Manner,
    Reason,
    Scope,
    Subject,
    Target,
    Verdict,
)
from tests.safeguard.samples import (
    ADVERT,
    ALLOWED,
    HELPED,
    NOW,
    PLACE,
    PUPIL,
    SEARCH,
    TESTED,
    blocked,
    finding,
    flagged,
    sealed,
)

ID = new_event_id(NOW, bytes(range(10)))
WATCHED = Verdict(Action.ALLOW, Reason.DEFAULT, flagged=True, findings=(finding(),))
REFUSED = Verdict(Action.BLOCK, Reason.WORDS, findings=(finding(),))


@pytest.mark.parametrize(
    ("verdict", "target", "keeping"),
    [
        (ALLOWED, PLACE, Keeping.NOTHING),
        (HELPED, PLACE, Keeping.NOTHING),
        (blocked(), TESTED, Keeping.NOTHING),
        (WATCHED, SEARCH, Keeping.COMMITTED),
        (REFUSED, SEARCH, Keeping.COMMITTED),
        (flagged(), SEARCH, Keeping.COMMITTED),
        (sealed(), PLACE, Keeping.COMMITTED),
        (blocked("filter-bypass", flagged=True), PLACE, Keeping.COMMITTED),
        (blocked("encrypted-dns"), PLACE, Keeping.COUNTED),
        (blocked(), PLACE, Keeping.COUNTED),
        (Verdict(Action.BLOCK, Reason.NO_RULES), PLACE, Keeping.COUNTED),
        (blocked("adverts"), ADVERT, Keeping.TALLIED),
        (Verdict(Action.BLOCK, Reason.RULE, manner=Manner.WARN), PLACE, Keeping.COUNTED),
        (Verdict(Action.ALLOW, Reason.RULE, manner=Manner.MONITOR), PLACE, Keeping.COUNTED),
        (Verdict(Action.ALLOW, Reason.WORDS, manner=Manner.MONITOR), SEARCH, Keeping.COMMITTED),
        (Verdict(Action.ALLOW, Reason.RULE, manner=Manner.MONITOR), TESTED, Keeping.NOTHING),
        (
            Verdict(Action.ALLOW, Reason.MONITORED, manner=Manner.MONITOR),
            PLACE,
            Keeping.COUNTED,
        ),
        (
            Verdict(
                Action.ALLOW, Reason.MONITORED, findings=WATCHED.findings, manner=Manner.MONITOR
            ),
            SEARCH,
            Keeping.COMMITTED,
        ),
    ],
)
def test_how_firmly_a_verdict_is_kept(verdict: Verdict, target: Target, keeping: Keeping) -> None:
    assert kept_how(verdict, target) is keeping


@pytest.mark.parametrize("verdict", [ALLOWED, HELPED])
def test_a_plain_allow_and_a_visit_to_help_leave_no_event(verdict: Verdict) -> None:
    assert event_of(verdict, PUPIL, PLACE, NOW, ID) is None


def test_an_event_says_who_when_where_what_and_why() -> None:
    event = event_of(blocked(), PUPIL, PLACE, NOW, ID)
    assert event is not None
    assert (event.person, event.device, event.address) == ("pupil-7", "tablet-7", "10.0.0.7")
    assert (event.group, event.method) == ("primary", "device")
    assert (event.at, event.last, event.count) == (NOW, NOW, 1)
    assert (event.host, event.hosts) == ("casino.example", ("casino.example",))
    assert (event.categories, event.list, event.rule) == (("gambling",), "starter", "No gambling")
    assert (event.action, event.reason, event.flagged) == (Action.BLOCK, Reason.RULE, False)
    assert (event.policy_version, event.artefact) == ("v1", "a1")
    assert event.private == Private("https://casino.example/table/4", entry="gambling.example")
    assert event.reference == reference_of(ID)


def test_typed_words_are_kept_with_what_was_found_in_them() -> None:
    event = event_of(flagged(), PUPIL, SEARCH, NOW, ID)
    assert event is not None
    assert event.private == Private(
        "https://search.example:8443/find", "why am i so sad today", "", ("so sad",),
        (("low-mood", 3.0),),
    )  # fmt: skip
    assert event.themes == (("low-mood", Severity.HIGH),)
    assert (event.severity, event.kind) == (Severity.HIGH, Kind.SEARCH)


def test_what_phrases_say_is_kept_once_each() -> None:
    match = Match("x", "x", 3.0, 0, 1, "Tells of being bullied.")
    found = (Finding("bullying", Severity.HIGH, 6.0, (match, match)),)
    verdict = Verdict(Action.ALLOW, Reason.WORDS, flagged=True, findings=found)
    event = event_of(verdict, PUPIL, SEARCH, NOW, ID)
    assert event is not None
    assert event.private.says == ("Tells of being bullied.",)
    assert event.private.scores == (("bullying", 6.0),)


def test_typed_words_are_kept_short() -> None:
    target = Target("search.example", words="x" * 10_000, kind=Kind.CHAT)
    event = event_of(flagged(), PUPIL, target, NOW, ID)
    assert event is not None
    assert len(event.private.words) == LONGEST_WORDS


def test_words_that_were_not_judged_are_not_kept() -> None:
    event = event_of(blocked(), PUPIL, SEARCH, NOW, ID)
    assert event is not None
    assert event.private == Private("https://search.example:8443/find", entry="gambling.example")


def test_of_a_page_only_the_passages_around_phrases_are_kept() -> None:
    page = "start " + "a " * 200 + "the\nphrase" + " b" * 200 + " phrase" + " c" * 200 + " end"
    found = [Match("phrase", "phrase", 1.0, at, at + 6) for at in (410, 817, 820)]
    verdict = Verdict(
        Action.ALLOW, Reason.DEFAULT, True, findings=(Finding("t", Severity.HIGH, 3, found),)
    )
    event = event_of(verdict, PUPIL, Target("h", "", page, Kind.PAGE), NOW, ID)
    assert event is not None
    assert event.private.words == ""
    assert event.private.excerpt.count("phrase") == 2
    assert " … " in event.private.excerpt
    assert "the phrase" in event.private.excerpt
    assert "start" not in event.private.excerpt
    assert len(event.private.excerpt) < 400
    assert event.private.phrases == ("phrase",)


def test_of_a_page_full_of_phrases_few_passages_are_kept() -> None:
    page = ("phrase" + " x" * 200) * 50
    found = [Match("phrase", "phrase", 1.0, at, at + 6) for at in range(0, len(page), 406)]
    verdict = Verdict(
        Action.ALLOW, Reason.DEFAULT, True, findings=(Finding("t", Severity.HIGH, 3, found),)
    )
    event = event_of(verdict, PUPIL, Target("h", "", page, Kind.PAGE), NOW, ID)
    assert event is not None
    assert event.private.excerpt.count("phrase") == 3


def test_what_a_sealed_list_matched_is_withheld() -> None:
    target = Target("place.example", "https://place.example/path", "words typed", Kind.SEARCH)
    event = event_of(sealed(), PUPIL, target, NOW, ID)
    assert event is not None
    assert (event.host, event.hosts) == (WITHHELD, (WITHHELD,))
    assert event.private == Private(WITHHELD, WITHHELD)
    assert "place" not in repr(event)
    assert "do not keep this" not in repr(event)
    assert event.categories == ("illegal",)


def test_a_site_that_carries_sealed_entries_and_was_not_seen_into_is_withheld_too() -> None:
    event = event_of(Verdict(Action.BLOCK, Reason.UNSEEN), PUPIL, PLACE, NOW, ID)
    assert event is not None
    assert (event.host, event.private) == (WITHHELD, Private(WITHHELD, WITHHELD))
    assert (event.flagged, event.categories, event.list) == (False, (), "")


def test_the_category_that_decided_comes_first() -> None:
    news, games = Hit("news", "a", "x"), Hit("games", "b", "x")
    decisive = Considered("r", Action.BLOCK, Scope.GROUP, games)
    lost = Considered("s", Action.ALLOW, Scope.GROUP, news, "a stricter rule applies")
    verdict = Verdict(Action.BLOCK, Reason.RULE, hits=(news, games), considered=(decisive, lost))
    event = event_of(verdict, PUPIL, PLACE, NOW, ID)
    assert event is not None
    assert (event.categories, event.list) == (("games", "news"), "b")


def test_where_no_rule_decided_the_first_hit_speaks() -> None:
    lost = Considered("s", Action.ALLOW, Scope.GROUP, Hit("news", "a", "x"), "lost")
    hits = (Hit("news", "a", "x"),)
    assert decisive_category(Verdict(Action.BLOCK, Reason.RULE, hits=hits, considered=(lost,))) == (
        "news"
    )
    assert decisive_category(ALLOWED) == ""


def test_where_words_decided_the_theme_speaks() -> None:
    decisive = Considered("r", Action.BLOCK, Scope.GROUP, finding())
    assert decisive_category(Verdict(Action.BLOCK, Reason.WORDS, considered=(decisive,))) == (
        "low-mood"
    )


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a/b?token=1#x", "https://example.org/a/b"),
        ("https://user:sesame@example.org/", "https://example.org/"),
        ("http://example.org:8080/x", "http://example.org:8080/x"),
        ("http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("http://[broken/x", ""),
        ("http://example.org:port/", ""),
        ("", ""),
        ("no host at all", ""),
        ("https://example.org/" + "x" * 5000, ("https://example.org/" + "x" * 5000)[:2048]),
    ],
)
def test_an_address_is_kept_without_its_secrets(url: str, kept: str) -> None:
    assert without_secrets(url) == kept


@given(st.text())
def test_what_is_kept_can_be_written_anywhere(text: str) -> None:
    kept = clean(text)
    assert "\x00" not in kept
    assert kept.encode().decode() == kept
    assert len(kept) <= 255


def test_halves_of_characters_are_left_out() -> None:
    assert clean("a\ud800b\x00c\n") == "ab c "


MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  the strategy wants bounds without a zone


@given(MOMENTS, MOMENTS, st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_ids_sort_by_time(one: datetime, other: datetime, some: bytes, more: bytes) -> None:
    earlier, later = sorted((one, other))
    assert first_id_at(earlier) <= new_event_id(earlier, some)
    if later - earlier >= timedelta(milliseconds=1):
        assert new_event_id(earlier, some) < first_id_at(later) <= new_event_id(later, more)


@given(MOMENTS, st.binary(min_size=10, max_size=10))
def test_an_id_is_a_uuid_of_version_7(at: datetime, chance: bytes) -> None:
    spelt = new_event_id(at, chance)
    assert [len(part) for part in spelt.split("-")] == [8, 4, 4, 4, 12]
    assert spelt[14] == "7"
    assert spelt[19] in "89ab"


@given(st.binary(min_size=10, max_size=10))
def test_a_reference_is_short_and_found_again_however_it_is_typed(chance: bytes) -> None:
    reference = reference_of(new_event_id(NOW, chance))
    assert len(reference) == 9
    assert set(reference) <= {*ALPHABET, "-"}
    for typed in (reference, reference.lower(), reference.replace("-", " "), f" {reference} "):
        assert reference_from(typed) == reference


@pytest.mark.parametrize("typed", ["", "K7QF", "K7QF-3MZD-9", "ABEI-OU01", "casino.example"])
def test_what_is_no_reference_is_none(typed: str) -> None:
    assert reference_from(typed) == ""


def test_references_spell_no_words() -> None:
    assert not set(ALPHABET) & set("AEIOU01L")


@pytest.mark.parametrize(
    ("subject", "sure"),
    [
        (Subject("primary", "10.0.0.7", "pupil-7", "tablet-7", "device"), "likely"),
        (Subject("primary", "10.0.0.7", "pupil-7", "", "radius"), "sure"),
        (Subject("primary", "10.0.0.7", "pupil-7", "", "a method of later"), "none"),
        (Subject("primary", "10.0.0.7", "", "tablet-7", "device"), "none"),
        (Subject("unidentified", "10.0.0.7"), "none"),
    ],
)
def test_a_devices_usual_user_is_likely_and_who_signed_in_is_sure(
    subject: Subject, sure: str
) -> None:
    event = event_of(flagged(), subject, SEARCH, NOW, new_event_id(NOW, bytes(10)))
    assert event is not None
    assert event.confidence == sure
