"""What is said, to whom: short for the youngest, and nothing that was matched."""

import pytest

from filter_rules.types import Category, Finding, Hit, Severity
from proxy_addons.page_words import FOR_ADULTS, WORDS, ask, is_about_danger, why
from safeguard.core.modes import Wording
from safeguard.core.types import Action, Reason, Verdict

CATEGORIES = {
    "adult": Category("adult", "Pornography", ""),
    "games": Category("games", "Games", ""),
    "self-harm": Category("self-harm", "Self-harm", ""),
}


def blocked(category: str) -> Verdict:
    return Verdict(Action.BLOCK, Reason.RULE, hits=(Hit(category, "list", "x.test"),))


@pytest.mark.parametrize(
    ("wording", "category", "says"),
    [
        (Wording.KS1, "games", "not for school"),
        (Wording.KS1, "adult", "not for school"),
        (Wording.KS2, "games", "closed: Games."),
        (Wording.KS2, "adult", "closed: it is for adults."),
        (Wording.KS3, "adult", "about: Pornography."),
        (Wording.STAFF, "adult", "about: Pornography."),
        (Wording.KS2, "own:3", "The school has chosen"),
    ],
)
def test_each_age_is_told_in_its_words(wording: Wording, category: str, says: str) -> None:
    assert says in why(blocked(category), CATEGORIES, wording)


@pytest.mark.parametrize("wording", Wording)
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_can_be_said_to_everyone_and_blames_nobody(
    wording: Wording, reason: Reason
) -> None:
    said = why(Verdict(Action.BLOCK, reason), CATEGORIES, wording)
    assert said.endswith(".")
    assert not {"illegal", "inappropriate", "violation", "you tried"} & set(said.lower().split())


@pytest.mark.parametrize("reason", Reason)
def test_the_youngest_are_told_in_short_sentences(reason: Reason) -> None:
    words = WORDS[Wording.KS1]
    for text in (why(Verdict(Action.BLOCK, reason), CATEGORIES, Wording.KS1), f"{words.ask}."):
        assert max(len(one.split()) for one in text.split(".")) <= 14


def test_the_youngest_ask_a_grown_up_and_need_no_code() -> None:
    assert "code" not in ask("K7-REF", Wording.KS1)
    assert ask("K7-REF", Wording.KS1, danger=True) == ""  # the help says it
    assert "code" in ask("K7-REF", Wording.KS2)
    assert WORDS[Wording.KS1].form is None


def test_a_virus_is_no_danger_to_a_person_and_sealed_content_is_no_question_of_help() -> None:
    assert is_about_danger(blocked("self-harm"))
    assert not is_about_danger(Verdict(Action.BLOCK, Reason.VIRUS))
    finding = Finding("suicide", Severity.URGENT, 12)
    assert not is_about_danger(Verdict(Action.BLOCK, Reason.SEALED, findings=(finding,)))


def test_what_a_child_is_not_told_the_name_of_are_categories_that_there_are() -> None:
    import tomllib
    from importlib import resources

    text = resources.files("filter_rules").joinpath("data/categories.toml").read_text("utf-8")
    assert {one["name"] for one in tomllib.loads(text)["category"]} >= FOR_ADULTS
