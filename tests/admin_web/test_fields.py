"""The questions of our forms."""

from types import SimpleNamespace
from typing import Any

import pytest
from wtforms.validators import ValidationError

from admin_web.fields import hard_to_guess, hashed, is_right, stripped
from tests.admin_web.school import School


@pytest.mark.parametrize(
    "password", ["aaaaaaaaaaaa", "Password1234", "letmein99999", "QWERTY-12345"]
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    field: Any = SimpleNamespace(data=password)
    with pytest.raises(ValidationError, match="guessed early"):
        hard_to_guess(field, field)


def test_unrelated_words_are_accepted() -> None:
    field: Any = SimpleNamespace(data="green kettle waltz nine")
    hard_to_guess(field, field)


def test_a_password_is_known_again_by_its_hash_alone(school: School) -> None:
    with school.app.app_context():
        kept = hashed("green kettle waltz nine")
        assert is_right("green kettle waltz nine", kept)
        assert not is_right("green kettle waltz ten", kept)


def test_spaces_around_an_answer_are_dropped() -> None:
    assert stripped("  a b ") == "a b"
    assert stripped(None) is None
