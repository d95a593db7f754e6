"""The nouns of the data path say what they are."""

import pytest

from filter_rules.types import Finding, Hit, Severity
from safeguard.core.types import Action, Considered, Manner, Reason, Scope, Subject, Verdict


@pytest.mark.parametrize(
    ("subject", "key"),
    [
        (Subject("primary", "10.0.0.5", person="7", device="3"), "7"),
        (Subject("primary", "10.0.0.5", device="3"), "3"),
        (Subject("primary", "10.0.0.5"), "10.0.0.5"),
    ],
)
def test_a_subject_is_its_person_else_its_device_else_its_address(
    subject: Subject, key: str
) -> None:
    assert subject.key == key


def test_a_category_that_two_lists_name_is_said_once() -> None:
    hits = (Hit("games", "one", "g.example"), Hit("games", "two", "g.example"))
    assert Verdict(Action.BLOCK, Reason.RULE, hits=hits).categories == ("games",)


def test_the_severity_is_the_highest_and_help_seeking_does_not_count() -> None:
    findings = (
        Finding("drugs", Severity.LOW, 1),
        Finding("help-seeking", Severity.URGENT, 9, help_seeking=True),
    )
    assert Verdict(Action.ALLOW, Reason.DEFAULT, findings=findings).severity is Severity.LOW
    assert Verdict(Action.ALLOW, Reason.DEFAULT).severity is Severity.NONE


def test_what_a_sealed_list_decides_is_withheld() -> None:
    withheld = {reason for reason in Reason if Verdict(Action.BLOCK, reason).withheld}
    assert withheld == {Reason.SEALED, Reason.UNSEEN}


def test_blocked_is_the_action() -> None:
    assert Verdict(Action.BLOCK, Reason.RULE).blocked
    assert not Verdict(Action.ALLOW, Reason.RULE).blocked


@pytest.mark.parametrize(
    ("action", "manner", "word"),
    [
        (Action.ALLOW, Manner.PLAIN, "allow"),
        (Action.ALLOW, Manner.MONITOR, "monitor"),
        (Action.BLOCK, Manner.WARN, "warn"),
        (Action.BLOCK, Manner.PLAIN, "block"),
    ],
)
def test_what_is_done_is_said_in_one_word_and_a_warning_blocks(
    action: Action, manner: Manner, word: str
) -> None:
    verdict = Verdict(action, Reason.RULE, manner=manner)
    assert verdict.word == word
    assert verdict.blocked is (word in {"warn", "block"})
    one = Considered("r", action, Scope.EVERYONE, Hit("games", "list", "g.example"), manner=manner)
    assert one.would == word


def test_a_block_a_flag_and_what_is_monitored_are_events() -> None:
    assert Verdict(Action.BLOCK, Reason.RULE).eventful
    assert Verdict(Action.ALLOW, Reason.DEFAULT, flagged=True).eventful
    assert Verdict(Action.ALLOW, Reason.RULE, manner=Manner.MONITOR).eventful
    assert not Verdict(Action.ALLOW, Reason.RULE).eventful
