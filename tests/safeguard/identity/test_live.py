"""The sessions that go on, in memory."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from safeguard.core.identifying import Claim, Method
from safeguard.identity.live import LiveSessions
from safeguard.store.sessions import Found

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADA = Claim("10.0.0.5", Method.RADIUS, NOON, NOON + HOUR, "ada")
BEN = replace(ADA, person="ben")


def found(number: int, claim: Claim, *, ended: bool = False) -> Found:
    at = NOON if ended else None
    return Found(number, claim, "radius", f"s{number}", NOON, at, "", number)


def test_what_changed_is_taken_up_and_its_addresses_are_told() -> None:
    live = LiveSessions()
    live.begin(1, [found(1, ADA)])
    moved = replace(BEN, address="10.0.0.6")
    assert live.take_up(3, [found(2, BEN), found(3, moved)]) == {"10.0.0.5", "10.0.0.6"}
    assert set(live.claims_at("10.0.0.5")) == {ADA, BEN}
    assert live.claims_at("10.0.0.6") == (moved,)
    assert live.number == 3
    assert live.take_up(4, [found(1, ADA, ended=True)]) == {"10.0.0.5"}
    assert live.claims_at("10.0.0.5") == (BEN,)


def test_what_is_known_already_changes_nothing() -> None:
    live = LiveSessions()
    live.begin(1, [found(1, ADA)])
    assert live.take_up(2, [found(1, ADA), found(9, BEN, ended=True)]) == set()
    assert live.claims_at("10.0.0.5") == (ADA,)


def test_what_is_over_is_forgotten_without_being_told() -> None:
    live = LiveSessions()
    live.begin(1, [found(1, ADA), found(2, replace(BEN, until=NOON + 3 * HOUR))])
    live.sweep(NOON)
    assert len(live) == 2
    live.sweep(NOON + HOUR)
    assert len(live) == 1
    live.sweep(NOON + HOUR + timedelta(seconds=1))  # so soon it does not look again
    live.sweep(NOON + 5 * HOUR)
    assert len(live) == 0
    assert live.claims_at("10.0.0.5") == ()


CHANGES = st.lists(
    st.tuples(
        st.integers(1, 4), st.sampled_from([ADA, BEN, replace(ADA, room="B")]), st.booleans()
    ),
    max_size=12,
)


@given(CHANGES, st.integers(0, 12))
def test_taking_up_changes_comes_to_the_same_as_beginning_anew(
    changes: list[tuple[int, Claim, bool]], cut: int
) -> None:
    """As long as each change is the whole state of its session, as the database tells it."""
    state = {number: found(number, claim, ended=ended) for number, claim, ended in changes}
    anew = LiveSessions()
    anew.begin(1, [one for one in state.values() if one.ended_at is None])
    step = LiveSessions()
    step.begin(0, [])
    for part in (changes[:cut], changes[cut:]):
        step.take_up(1, [found(number, claim, ended=ended) for number, claim, ended in part])
    assert sorted(map(repr, step.claims_at("10.0.0.5"))) == sorted(
        map(repr, anew.claims_at("10.0.0.5"))
    )
    assert len(step) == len(anew)
