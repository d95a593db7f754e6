"""The pages: they say why, help first where it matters, and never show what was matched."""

import re
from dataclasses import replace
from importlib import resources

import pytest

from filter_rules.types import Category, Finding, Hit, Match, Severity
from proxy_addons.block_page import Asking, Pages
from proxy_addons.page_words import HELP_FIRST, is_about_danger, why
from safeguard.core.modes import Wording
from safeguard.core.types import Action, Reason, Verdict

PAGES = Pages("Oak & Ash <School>")
CATEGORIES = {"gambling": Category("gambling", "Gambling", "")}
GAMBLING = Verdict(Action.BLOCK, Reason.RULE, hits=(Hit("gambling", "list", "bets.test"),))
SAID = Finding("suicide", Severity.URGENT, 12, (Match("phrase", "secret words", 12, 0, 5),))
WORDS = Verdict(Action.BLOCK, Reason.WORDS, flagged=True, findings=(SAID,))
ADULT = Verdict(Action.BLOCK, Reason.WORDS, findings=(Finding("adult", Severity.HIGH, 8),))
SEALED = Verdict(Action.BLOCK, Reason.SEALED, hits=(Hit("illegal", "list", "sealed.test"),))
UNSEEN = Verdict(Action.BLOCK, Reason.UNSEEN)
MISSING = Verdict(Action.BLOCK, Reason.SEALED_MISSING)
HARM = Verdict(Action.BLOCK, Reason.RULE, hits=(Hit("self-harm", "list", "x.test"),))
EVERY = [
    GAMBLING,
    WORDS,
    ADULT,
    SEALED,
    UNSEEN,
    MISSING,
    HARM,
    Verdict(Action.BLOCK, Reason.NO_RULES),
]


def page(verdict: Verdict, reference: str = "K7-REF", host: str = "bets.test") -> str:
    return PAGES.blocked(verdict, CATEGORIES, host, reference, "1 September 2026, 13:00")


def test_a_block_says_what_the_site_is_about_and_gives_the_code() -> None:
    shown = page(GAMBLING)
    assert "about: Gambling." in shown
    assert "K7-REF" in shown
    assert "13:00" in shown
    assert "0800 1111" not in shown


@pytest.mark.parametrize("verdict", [WORDS, HARM])
def test_help_comes_first_where_somebody_could_be_in_danger(verdict: Verdict) -> None:
    shown = page(verdict)
    assert "Are you OK?" in shown
    for number in ("08001111", "116123", "85258", "999"):
        assert number in shown
    assert is_about_danger(verdict)


@pytest.mark.parametrize("theme", sorted(HELP_FIRST))
def test_help_comes_first_for_the_words_of_a_theme_that_is_shipped(theme: str) -> None:
    shipped = resources.files("filter_rules").joinpath("data", "themes")
    assert theme in {file.name.removesuffix(".toml") for file in shipped.iterdir()}
    finding = Finding(theme, Severity.HIGH, 8)
    assert "Are you OK?" in page(Verdict(Action.BLOCK, Reason.WORDS, findings=(finding,)))


def test_help_is_not_offered_for_what_is_only_out_of_bounds() -> None:
    assert not any(is_about_danger(one) for one in (GAMBLING, ADULT, SEALED))


@pytest.mark.parametrize("verdict", EVERY)
def test_the_matched_words_are_never_shown(verdict: Verdict) -> None:
    assert "secret words" not in page(verdict)


@pytest.mark.parametrize("wording", Wording)
@pytest.mark.parametrize("verdict", EVERY)
def test_each_age_has_its_page_small_whole_and_without_what_was_matched(
    verdict: Verdict, wording: Wording
) -> None:
    asking = Asking("https://bets.test/<b>", "1.2")
    shown = PAGES.blocked(verdict, CATEGORIES, "bets.test", "K7-REF", "now", wording, asking)
    assert len(shown.encode()) < 30_000
    assert "$" not in shown
    assert "secret words" not in shown
    assert "<b>" not in shown
    assert f'<body class="{wording.value}">' in shown
    assert shown.count("<h1>") == 1
    assert ("<form" in shown) == (wording is not Wording.KS1)


@pytest.mark.parametrize("wording", Wording)
def test_where_somebody_could_be_in_danger_the_way_out_comes_first(wording: Wording) -> None:
    shown = PAGES.blocked(WORDS, CATEGORIES, "x.test", "K7-REF", "now", wording)
    main = shown.index("<main>")
    assert shown.index('<a class="leave" href="https://') < shown.index("<h1>")
    assert shown.index("999") < shown.index("K7-REF")
    assert "<script" not in shown[main:]
    assert 'class="leave"' not in PAGES.blocked(GAMBLING, CATEGORIES, "x", "", "now", wording)


def test_staff_are_told_which_rule_it_was_and_pupils_are_not() -> None:
    named = replace(GAMBLING, rule="everyone: gambling & such")
    staff = PAGES.blocked(named, CATEGORIES, "x.test", "", "now", Wording.STAFF)
    assert "<dd>everyone: gambling &amp; such</dd>" in staff
    assert "such" not in PAGES.blocked(named, CATEGORIES, "x.test", "", "now", Wording.KS3)
    sealed = replace(SEALED, rule="a sealed list")
    assert "a sealed list" not in PAGES.blocked(sealed, {}, "x", "", "now", Wording.STAFF)


def test_colours_can_be_told_apart_in_light_and_in_dark() -> None:
    """WCAG 2.2: 4.5 for text (1.4.3), 3 for edges of fields and buttons (1.4.11)."""
    style = page(GAMBLING)
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+)", part)) for part in
                   style.split("prefers-color-scheme: dark", 1))  # fmt: skip
    dark = dict(list(dark.items())[: len(light)])
    for colours in (light, dark):
        for text, ground in (("ink", "card"), ("quiet", "card"), ("link", "card"),
                             ("leave", "card"), ("on-link", "link"), ("ink", "paper")):  # fmt: skip
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
        assert contrast(colours["edge"], colours["card"]) >= 3


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * one for one in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_sealed_content_is_not_named() -> None:
    shown = page(SEALED, host="sealed.test")
    assert "sealed.test" not in shown
    assert "blocked by law" in shown


def test_without_a_reference_no_code_is_promised() -> None:
    assert "code" not in re.sub(r"(?s)<style>.*</style>", "", page(GAMBLING, reference=""))


def test_the_school_own_entry_is_named_as_the_school_choice() -> None:
    own = Verdict(Action.BLOCK, Reason.RULE, hits=(Hit("own:3", "school", "x.test"),))
    assert "the school has chosen" in why(own, CATEGORIES)


@pytest.mark.parametrize("verdict", EVERY)
def test_a_page_is_small_whole_and_asks_nobody_else(verdict: Verdict) -> None:
    shown = page(verdict)
    assert len(shown.encode()) < 30_000
    assert "<script" not in shown
    assert not re.search(r"(src=|<link|@import|url\()", shown)
    assert 'lang="en-GB"' in shown
    assert "prefers-color-scheme: dark" in shown
    assert "width=device-width" in shown
    assert "$" not in shown


def test_text_is_escaped() -> None:
    shown = page(GAMBLING, host="<i>x</i>")
    assert "&lt;i&gt;x" in shown
    assert "Oak &amp; Ash &lt;School&gt;" in shown
    assert "<b>" not in PAGES.failed("<b>", "<b>")


@pytest.mark.parametrize("verdict", [SEALED, UNSEEN])
def test_the_site_is_not_named_where_a_sealed_list_decided(verdict: Verdict) -> None:
    assert "bets.test" not in page(verdict)


def test_a_missing_sealed_list_is_no_matter_of_the_site() -> None:
    assert "The school's filter is not ready" in why(MISSING, CATEGORIES)
