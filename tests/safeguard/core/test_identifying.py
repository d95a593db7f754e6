"""Of what several sources say of an address, the strongest that is firm stands; doubt is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.core.identifying import (
    BEGINNING,
    END,
    METHODS,
    ORDER,
    Claim,
    Method,
    confidence,
    next_change,
    resolve,
    strongest,
)
from safeguard.core.types import Subject

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADDRESS = "10.0.0.5"
GROUPS = {"ada": "primary", "ben": "primary", "cy": "staff", "": ""}


def claim(
    method: Method,
    person: str = "ada",
    since: int = -1,
    until: int = 1,
    *,
    group: str = "",
    doubted: int | None = None,
    shared: bool = False,
) -> Claim:
    return Claim(
        ADDRESS,
        method,
        NOON + since * HOUR,
        NOON + until * HOUR,
        person,
        group=group or GROUPS[person],
        shared=shared,
        doubted=None if doubted is None else NOON + doubted * HOUR,
    )


METHOD = st.sampled_from([one for one in Method if one not in {Method.NONE, Method.AMBIGUOUS}])
CLAIM = st.builds(
    claim,
    METHOD,
    st.sampled_from(sorted(GROUPS)),
    st.integers(-3, 0),
    st.integers(1, 3),
    group=st.sampled_from(["", "primary", "secondary"]),
    doubted=st.none() | st.integers(-2, 2),
    shared=st.booleans(),
)
CLAIMS = st.lists(CLAIM, max_size=6)


def asked(*claims: Claim) -> tuple[str, str, str]:
    subject = resolve(claims, NOON, ADDRESS)
    return subject.group, subject.method, subject.person


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


NETWORK = claim(Method.NETWORK, "", group="secondary")
LATE = claim(Method.RADIUS, doubted=-1)  # nobody has confirmed Ada for an hour
TROLLEY = claim(Method.DEVICE, shared=True)  # Ada is its usual user, one of many


@pytest.mark.parametrize(
    ("what", "claims", "who"),
    [
        ("nothing is claimed", (), ("unidentified", "none", "")),
        ("a network stands for a group", (NETWORK,), ("secondary", "network", "")),
        ("a device has a usual user", (claim(Method.DEVICE),), ("primary", "device", "ada")),
        (
            "the stronger of two who differ",
            (claim(Method.DEVICE), claim(Method.PORTAL, "cy"), NETWORK),
            ("staff", "portal", "cy"),
        ),
        (
            "two signed in, of one group",
            (claim(Method.RADIUS), claim(Method.RADIUS, "ben")),
            ("primary", "ambiguous", ""),
        ),
        (
            "two signed in, of two groups",
            (claim(Method.RADIUS), claim(Method.RADIUS, "cy")),
            ("unidentified", "ambiguous", ""),
        ),
        (
            "the same one twice",
            (claim(Method.RADIUS), claim(Method.RADIUS)),
            ("primary", "radius", "ada"),
        ),
        (
            "the same one twice, of two groups",
            (claim(Method.RADIUS), claim(Method.RADIUS, group="secondary")),
            ("unidentified", "radius", "ada"),
        ),
        (
            "two say so of groups alone, and differ",
            (claim(Method.HEADER, "", group="primary"), claim(Method.HEADER, "", group="staff")),
            ("unidentified", "ambiguous", ""),
        ),
        ("a session grown stale", (LATE,), ("unidentified", "ambiguous", "")),
        (
            "a session grown stale, where a network says the same group",
            (LATE, claim(Method.NETWORK, "", group="primary")),
            ("primary", "ambiguous", ""),
        ),
        (
            "a session grown stale, where a network says another",
            (LATE, NETWORK),
            ("unidentified", "ambiguous", ""),
        ),
        (
            "a session grown stale, and the device's usual user is the same",
            (LATE, claim(Method.DEVICE)),
            ("primary", "device", "ada"),
        ),
        (
            "a session grown stale, and the device's usual user is another",
            (LATE, claim(Method.DEVICE, "ben")),
            ("primary", "ambiguous", ""),
        ),
        (
            "a session grown stale says nothing against a stronger one",
            (LATE, claim(Method.PORTAL, "ben")),
            ("primary", "portal", "ben"),
        ),
        (
            "a guest who has gone quiet",
            (claim(Method.PORTAL, "", group="guest", doubted=-1),),
            ("unidentified", "ambiguous", ""),
        ),
        ("a shared device", (TROLLEY,), ("unidentified", "ambiguous", "")),
        (
            "a shared device that stands for the group of its usual user",
            (TROLLEY, claim(Method.DEVICE, "", group="primary")),
            ("primary", "ambiguous", ""),
        ),
        (
            "a shared device that stands for another group",
            (TROLLEY, claim(Method.DEVICE, "", group="staff")),
            ("unidentified", "ambiguous", ""),
        ),
        (
            "a shared device at which somebody signed in",
            (TROLLEY, claim(Method.KERBEROS, "ben")),
            ("primary", "kerberos", "ben"),
        ),
        (
            "a shared device that nobody in particular uses",
            (claim(Method.DEVICE, "", group="secondary", shared=True),),
            ("secondary", "device", ""),
        ),
    ],
)
def test_who_that_comes_to(what: str, claims: tuple[Claim, ...], who: tuple[str, str, str]) -> None:
    assert asked(*claims) == who, what


def test_what_is_where_is_kept_though_nobody_is_named() -> None:
    place = replace(NETWORK, room="B12", since=BEGINNING, until=END)
    tablet = replace(claim(Method.DEVICE, ""), device="d1")
    subject = resolve((place, tablet), NOON, ADDRESS)
    assert subject == Subject("secondary", ADDRESS, "", "d1", "network", "B12")
    assert resolve((tablet,), NOON, ADDRESS).device == "d1"


def test_the_room_of_the_device_comes_before_that_of_the_network() -> None:
    place, tablet = replace(NETWORK, room="B"), replace(claim(Method.DEVICE), room="B12")
    assert resolve((place, tablet), NOON, ADDRESS).room == "B12"


def test_the_time_is_that_for_which_all_that_decides_is_claimed() -> None:
    both = claim(Method.RADIUS, since=-3, until=2), claim(Method.RADIUS, since=-2, until=3)
    subject = resolve((*both, claim(Method.DEVICE)), NOON, ADDRESS)
    assert (subject.since, subject.until) == (NOON - 2 * HOUR, NOON + 2 * HOUR)


def test_what_is_written_down_has_no_time() -> None:
    written = replace(claim(Method.DEVICE), since=BEGINNING, until=END)
    subject = resolve((written,), NOON, ADDRESS)
    assert (subject.since, subject.until) == (None, None)
    nobody = resolve((), NOON, ADDRESS)
    assert (nobody.since, nobody.until) == (None, None)


@pytest.mark.parametrize(
    ("method", "person", "sure"),
    [
        (Method.KERBEROS, "ada", "sure"),
        (Method.PORTAL, "ada", "sure"),
        (Method.RADIUS, "ada", "sure"),
        (Method.DEVICE, "ada", "likely"),
        (Method.DEVICE, "", "none"),
        (Method.AMBIGUOUS, "", "none"),
        (Method.NONE, "", "none"),
    ],
)
def test_how_sure_it_is_follows_from_the_method(method: Method, person: str, sure: str) -> None:
    assert confidence(Subject("primary", ADDRESS, person, "", method.value)) == sure


def test_a_method_of_a_later_version_is_sure_of_nobody() -> None:
    assert confidence(Subject("primary", ADDRESS, "ada", "", "telepathy")) == "none"


def test_each_method_has_one_place_in_the_order_and_a_reason() -> None:
    assert set(ORDER) == set(Method)
    assert len(METHODS) == len(Method)
    assert all(one.because for one in METHODS)


def test_the_next_change_is_when_any_claim_begins_ends_or_grows_stale() -> None:
    claims = claim(Method.RADIUS, since=-1, until=3, doubted=2), claim(Method.PORTAL, "ben", 1, 4)
    assert next_change(claims, NOON) == NOON + HOUR
    assert next_change(claims, NOON + HOUR) == NOON + 2 * HOUR
    assert next_change(claims, NOON + 2 * HOUR) == NOON + 3 * HOUR
    assert next_change(claims, NOON + 4 * HOUR) == END
    assert next_change((), NOON) == END


@given(CLAIMS.flatmap(lambda claims: st.tuples(st.just(claims), st.permutations(claims))))
def test_the_order_in_which_claims_come_says_nothing(claims: tuple[list[Claim], ...]) -> None:
    assert resolve(claims[0], NOON, ADDRESS) == resolve(claims[1], NOON, ADDRESS)


AWAY = st.one_of(
    CLAIM.map(lambda one: replace(one, until=NOON)),
    CLAIM.map(lambda one: replace(one, since=NOON + HOUR)),
)


@given(CLAIMS, AWAY)
def test_a_claim_that_is_over_or_to_come_equals_none(claims: list[Claim], away: Claim) -> None:
    assert resolve([*claims, away], NOON, ADDRESS) == resolve(claims, NOON, ADDRESS)


@given(CLAIMS, METHOD, st.sampled_from(["ada", "ben", "cy"]))
def test_a_stronger_claim_is_never_changed_by_weaker_ones(
    claims: list[Claim], method: Method, person: str
) -> None:
    firm = claim(method, person)
    weaker = [one for one in claims if ORDER[one.method] > ORDER[method]]
    assert asked(firm, *weaker) == asked(firm)


@given(CLAIMS)
def test_nobody_is_named_of_whom_no_firm_claim_that_lives_says_so(claims: list[Claim]) -> None:
    subject = resolve(claims, NOON, ADDRESS)
    firm = {one.person for one in claims if one.lives(NOON) and not one.is_doubtful(NOON)}
    assert not subject.person or subject.person in firm
    assert not (subject.person and subject.method in {"ambiguous", "none", "network"}) or any(
        one.method is Method.NETWORK for one in claims
    )


@given(CLAIMS)
def test_the_group_is_one_that_is_claimed_or_the_strictest(claims: list[Claim]) -> None:
    subject = resolve(claims, NOON, ADDRESS)
    assert subject.group in {one.group for one in claims} | {"unidentified"}


@given(CLAIMS, st.integers(0, 200))
def test_nothing_changes_before_the_next_change(claims: list[Claim], minutes: int) -> None:
    later = NOON + timedelta(minutes=minutes)
    if later < next_change(claims, NOON):
        assert resolve(claims, later, ADDRESS) == resolve(claims, NOON, ADDRESS)
