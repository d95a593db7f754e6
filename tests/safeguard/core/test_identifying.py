"""Of what several sources say of an address, the strongest that lives stands."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from safeguard.core.identifying import Claim, Method, strongest

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def claim(method: Method, person: str = "ada", since: int = -1, until: int = 1) -> Claim:
    return Claim("10.0.0.5", method, NOON + since * HOUR, NOON + until * HOUR, person)


def test_a_sign_in_is_stronger_than_the_usual_user_of_the_device() -> None:
    usual, signed_in = claim(Method.DEVICE, "ben"), claim(Method.RADIUS)
    assert strongest([usual, signed_in], NOON) == (signed_in,)


def test_what_has_ended_or_not_begun_says_nothing() -> None:
    ended, to_come = claim(Method.RADIUS, until=0), claim(Method.PORTAL, since=1, until=2)
    usual = claim(Method.DEVICE)
    assert strongest([ended, to_come, usual], NOON) == (usual,)
    assert strongest([ended, to_come], NOON) == ()


def test_two_of_the_same_strength_both_stand() -> None:
    both = claim(Method.RADIUS), claim(Method.RADIUS, "ben")
    assert strongest(both, NOON) == both


@given(st.permutations([claim(one, one) for one in Method]))
def test_the_order_in_which_claims_come_says_nothing(claims: list[Claim]) -> None:
    assert [one.method for one in strongest(claims, NOON)] == [Method.KERBEROS]
