"""What messages say: how many, how soon, and nobody's name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.types import Severity
from safeguard.core.digests import Figures, Tally
from safeguard.core.notice_words import (
    STAFF_NEWS,
    alarm_words,
    concern_words,
    digest_words,
    initials_of,
    staff_words,
    trial_words,
    weekly_words,
)

SCHOOL, LINK = "Hill School", "https://safeguard.hill.example/"
URGENT, HIGH = Severity.URGENT, Severity.HIGH


def tally(count: int, severity: Severity = HIGH) -> Tally:
    return Tally(severity, "bullying", "primary", "new", opened=False, care=False, count=count)


def test_one_concern() -> None:
    words = concern_words([URGENT], [0], SCHOOL, LINK)
    assert words.subject == "Safeguard: 1 concern, act now"
    assert words.text == (
        "1 concern needs you at Hill School: act now.\n\n"
        "What it is about is on the site and not in this message, on purpose.\n\n"
        "Open Safeguard: https://safeguard.hill.example/\n"
    )


def test_several_concerns_say_how_many_of_which() -> None:
    words = concern_words([HIGH, URGENT, HIGH], [0, 0, 0], SCHOOL, LINK)
    assert words.subject == "Safeguard: 3 concerns, act now"
    assert "3 concerns need you at Hill School: act now." in words.text
    assert "Act now: 1\nLook today: 2" in words.text


def test_a_later_step_says_why() -> None:
    assert "nobody told before you has opened it" in concern_words([HIGH], [1], SCHOOL, LINK).text


def test_initials_only_where_they_are_given() -> None:
    assert "About" not in concern_words([HIGH], [0], SCHOOL, LINK).text
    assert "About: A. E." in concern_words([HIGH], [0], SCHOOL, LINK, ["A. E."]).text
    assert initials_of("Ada de Example") == "A. D. E."
    assert initials_of("") == ""


def test_without_an_address_of_the_site_it_says_to_sign_in() -> None:
    words = concern_words([], [], SCHOOL, "")
    assert words.text.endswith("Sign in to Safeguard.\n")
    assert "<p>Sign in to Safeguard.</p>" in words.html


def test_the_digest_says_what_is_open_and_what_waits() -> None:
    figures = Figures(
        open=(tally(2), tally(1, URGENT)), unopened_for_a_day=(tally(1),), while_closed=3, due=4
    )
    words = digest_words(figures, SCHOOL, LINK, ["No disk."], "0a1b")
    assert words.subject == "Safeguard today: 3 concerns open"
    for told in (
        "Hill School: 3 concerns open.",
        "Act now: 1\nLook today: 2",
        "Not opened by anyone for more than a day: 1.",
        "Raised while the school was closed: 3.",
        "To be followed up by today: 4.",
        "Not well\nNo disk.",
        "Seal of the audit record, to keep: 0a1b",
    ):
        assert told in words.text


def test_nothing_to_report_is_said() -> None:
    for words in (digest_words(Figures(), SCHOOL, LINK), weekly_words(Figures(), {}, SCHOOL, LINK)):
        assert "nothing to report" in words.subject
        assert "There is nothing to report." in words.text
        assert "Seal" not in words.text


def test_the_weekly_report_compares_with_the_week_before() -> None:
    figures = Figures(raised=(tally(2),), raised_before=(tally(5),))
    words = weekly_words(figures, {"bullying": "Bullying"}, SCHOOL, LINK)
    assert words.subject == "Safeguard this week: 2 concerns"
    assert "2 concerns in the last seven days" in words.text
    assert "The seven days before that: 5." in words.text
    assert "By theme\nBullying: 2" in words.text
    quiet = weekly_words(Figures(raised_before=(tally(5),)), {}, SCHOOL, LINK)
    assert "The seven days before that: 5." in quiet.text
    assert "bullying: 2" in weekly_words(figures, {}, SCHOOL, LINK).text


def test_an_alarm_and_a_test_say_what_they_are() -> None:
    assert "The server is away." in alarm_words(["The server is away."], SCHOOL, LINK).text
    assert trial_words(SCHOOL, LINK).subject == "Safeguard: a test"


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '"><img src=x>'])
def test_the_html_escapes_what_staff_wrote(hostile: str) -> None:
    html = concern_words([HIGH], [0], hostile, f"https://a.example/{hostile}").html
    assert hostile not in html


@given(st.lists(st.sampled_from(Severity), min_size=1), st.lists(st.integers(0, 3)))
def test_the_subject_holds_numbers_and_urgency_alone(
    severities: list[Severity], steps: list[int]
) -> None:
    subject = concern_words(severities, steps, SCHOOL, LINK, ["A. E."]).subject
    assert subject.startswith(f"Safeguard: {len(severities)} concern")
    assert "A. E." not in subject
    assert SCHOOL not in subject


@pytest.mark.parametrize("what", STAFF_NEWS)
def test_word_of_roles_names_nobody_and_says_where_to_look(what: str) -> None:
    words = staff_words(f"{what}:7", SCHOOL, LINK)
    assert words.subject == f"Safeguard: {STAFF_NEWS[what][0]}"
    assert words.lines[0] == f"Hill School: {STAFF_NEWS[what][1]}"
    assert "under Accounts" in words.text
    assert "7" not in words.text


def test_news_that_are_unknown_are_told_all_the_same() -> None:
    assert staff_words("other:7", SCHOOL, LINK) == staff_words("role:7", SCHOOL, LINK)
