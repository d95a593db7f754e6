"""A token is worth something for the one person, the one page and two hours."""

from datetime import UTC, datetime, timedelta

import pytest

from proxy_addons.tokens import LASTS_SECONDS, Tokens

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
TOKENS = Tokens(b"key")
PAGE = "https://games.test/chess"
TOKEN = TOKENS.issue("ada", PAGE, NOW)


@pytest.mark.parametrize("seconds", [-30, 0, LASTS_SECONDS - 1])
def test_it_holds_for_a_while(seconds: int) -> None:
    assert TOKENS.holds(TOKEN, "ada", PAGE, NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("token", "who", "page", "later"),
    [
        (TOKEN, "ben", PAGE, 0),
        (TOKEN, "ada", "https://games.test/other", 0),
        (TOKEN, "ada", PAGE, LASTS_SECONDS + 1),
        (TOKEN, "ada", PAGE, -120),
        (Tokens(b"another").issue("ada", PAGE, NOW), "ada", PAGE, 0),
        (f"0{TOKEN}", "ada", PAGE, 0),
        (TOKEN[:-1], "ada", PAGE, 0),
        ("", "ada", PAGE, 0),
        (".", "ada", PAGE, 0),
        ("zz.zz", "ada", PAGE, 0),
        ("é.é", "ada", PAGE, 0),
    ],
)
def test_for_anything_else_it_does_not(token: str, who: str, page: str, later: int) -> None:
    assert not TOKENS.holds(token, who, page, NOW + timedelta(seconds=later))
