"""What can be asked for, what can be approved, and codes as they are read out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.types import Hit
from safeguard.core.types import Action, Reason, Verdict
from safeguard.core.unblocking import (
    CODE_BYTES,
    MOST_WORDS,
    code_from,
    code_of,
    not_approvable,
    not_askable,
    said,
)
from tests.safeguard.policy_samples import document

POLICY = document().policy


@pytest.mark.parametrize("reason", list(Reason))
def test_only_what_a_rule_about_the_address_blocked_can_be_asked_for(reason: Reason) -> None:
    hits = (Hit("games", "starter", "games.example"),)
    assert (not_askable(Verdict(Action.BLOCK, reason, hits=hits)) == "") == (reason is Reason.RULE)
    assert "nothing to ask for" in not_askable(Verdict(Action.ALLOW, reason))


def test_of_what_is_sealed_nothing_more_is_said_than_of_any_other_block() -> None:
    unread = not_askable(Verdict(Action.BLOCK, Reason.NO_RULES))
    assert not_askable(Verdict(Action.BLOCK, Reason.SEALED)) == unread
    assert not_askable(Verdict(Action.BLOCK, Reason.UNSEEN)) == unread


# what the site is about, and what is said of approving it
APPROVALS = [
    (("games",), ""),
    (("games", "social-media"), ""),
    ((), ""),
    (("games", "adult"), "Sites about 'adult' are never opened on request."),
    (("weapons", "violence"), "Sites about 'violence' are never opened on request."),
    (("adult", "illegal"), "This is sealed: nobody can open it."),
]


@pytest.mark.parametrize(("categories", "says"), APPROVALS)
def test_what_is_sealed_or_beyond_overrides_is_never_approved(
    categories: tuple[str, ...], says: str
) -> None:
    sentence = not_approvable(categories, POLICY)
    assert sentence.startswith(says)
    assert bool(sentence) == bool(says)


@given(st.sets(st.sampled_from(sorted(POLICY.sealed | POLICY.beyond_overrides | {"games"}))))
def test_a_category_more_never_makes_it_approvable(categories: set[str]) -> None:
    if not_approvable(categories - {"games"}, POLICY):
        assert not_approvable(categories | {"games"}, POLICY)


@given(st.binary(min_size=CODE_BYTES, max_size=CODE_BYTES))
def test_a_code_is_found_however_it_is_typed(randomness: bytes) -> None:
    code = code_of(randomness)
    assert code_from(code) == code
    assert code_from(f" {code.replace('-', ' ').lower()} ") == code


@pytest.mark.parametrize("typed", ["", "K7QF", "K7QF-3MZA", "K7QF-3MZD-K7QF"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert code_from(typed) == ""


@given(st.text())
def test_words_are_kept_short_and_on_one_line(words: str) -> None:
    kept = said(words)
    assert len(kept) <= MOST_WORDS
    assert kept == " ".join(kept.split())
    assert said(kept) == kept
