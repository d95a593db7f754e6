"""What a member of staff may do: the table in words, and the laws that hold for any grants."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.core.groups import Groups
from safeguard.core.staff_rights import (
    APART,
    CONFIRMED,
    GIVEN,
    SAFEGUARDING,
    TITLES,
    Deed,
    Role,
)
from safeguard.core.staff_roles import (
    BOX_AT_MOST,
    About,
    Allowed,
    Grant,
    Reach,
    Refused,
    may,
    problem_with,
    reach,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WHEN = {"before": NOW - HOUR, "now": NOW, "after": NOW + HOUR}
TREE = Groups({
    "secondary": "", "year-9": "secondary", "9B": "year-9", "9C": "year-9",
    "year-10": "secondary", "staff": "",
})  # fmt: skip
CASES = tomllib.loads(Path("tests/tables/roles.toml").read_text(encoding="utf-8"))["case"]


def grant(role: str, **said: Any) -> Grant:
    school = said.get("school", 1)
    return Grant(
        Role(role),
        None if school == "all" else school,
        WHEN[said.get("since", "before")],
        WHEN[said["until"]] if "until" in said else None,
        frozenset(said.get("groups", ())),
        confirmed=not said.get("waits", False),
        ended=NOW - HOUR if said.get("ended") else None,
    )


def about(group: str) -> About:
    return About(1, () if group == "everyone" else TREE.lineage(group))


@pytest.mark.parametrize("case", CASES, ids=[case["says"] for case in CASES])
def test_the_table(case: dict[str, Any]) -> None:
    held = [grant(**one) for one in case["holds"]]
    of = about(case["of"]) if "of" in case else None
    answer = may(held, Deed(case["wants"]), of, NOW)
    assert isinstance(answer, Allowed) == case["may"]


def test_the_table_is_long_enough_and_says_nothing_twice() -> None:
    assert len({case["says"] for case in CASES}) == len(CASES) >= 50
    assert {case["wants"] for case in CASES} >= SAFEGUARDING


def test_a_refusal_says_which_right_is_missing_or_how_far_it_goes() -> None:
    assert may((), Deed.LIFT, None, NOW) == Refused(
        "None of your roles lets you lift a block for a lesson."
    )
    year = [grant("year-lead", groups=["year-9"])]
    assert may(year, Deed.REVIEW, about("staff"), NOW) == Refused(
        "As year lead you may say what was concluded of an event or a concern, "
        "but not of this group or school."
    )
    assert may(year, Deed.REVIEW, about("9B"), NOW) == Allowed(Role.YEAR_LEAD)


def test_lists_reach_as_far_as_the_role() -> None:
    def far(*held: Grant) -> Reach:
        return reach(held, Deed.SEE_CONCERNS, 1, TREE, NOW)

    year_9, year_10 = (grant("year-lead", groups=[one]) for one in ("year-9", "year-10"))
    assert far() == Reach()
    assert far().cut == frozenset()
    assert far(year_9).cut == frozenset({"year-9", "9B", "9C"})
    assert far(year_9, year_10).cut == frozenset({"year-9", "9B", "9C", "year-10"})
    assert far(year_9, grant("lead")).cut is None
    assert far(grant("lead", school=2)).cut == frozenset()
    assert far(grant("lead", school="all")).cut is None


TIMES = st.sampled_from(list(WHEN.values()))
GROUPS = st.frozensets(st.sampled_from(sorted(TREE.above)), max_size=3)
GRANTS = st.builds(
    Grant,
    st.sampled_from(Role),
    st.sampled_from([1, 2, None]),
    TIMES,
    st.none() | TIMES,
    GROUPS,
    st.booleans(),
    st.none() | TIMES,
)
HELD = st.lists(GRANTS, max_size=4)
ABOUT = st.none() | st.builds(
    About, st.sampled_from([1, 2]), st.sampled_from([(), *TREE.lines.values()])
)


@given(st.sampled_from(Deed), ABOUT)
def test_law_without_a_grant_nothing(deed: Deed, of: About | None) -> None:
    assert isinstance(may((), deed, of, NOW), Refused)


@given(HELD, GRANTS, st.sampled_from(Deed), ABOUT)
def test_law_a_grant_that_is_over_or_waits_equals_none(
    held: list[Grant], one: Grant, deed: Deed, of: About | None
) -> None:
    spent = [replace(one, until=NOW), replace(one, ended=NOW), replace(one, since=NOW + HOUR)]
    if one.role in CONFIRMED:
        spent.append(replace(one, confirmed=False))
    for dead in spent:
        assert may([*held, dead], deed, of, NOW) == may(held, deed, of, NOW)


@given(HELD, st.sampled_from(Deed), ABOUT, st.randoms())
def test_law_the_order_of_grants_changes_nothing(
    held: list[Grant], deed: Deed, of: About | None, luck: Any
) -> None:
    other = list(held)
    luck.shuffle(other)
    answers = (may(held, deed, of, NOW), may(other, deed, of, NOW))
    assert isinstance(answers[0], Allowed) == isinstance(answers[1], Allowed)


@given(st.sets(st.sampled_from(["9B", "9C", "year-9"]), min_size=1), st.sampled_from(Deed))
def test_law_a_year_lead_never_sees_another_year(groups: set[str], deed: Deed) -> None:
    held = [grant("year-lead", groups=groups)]
    for other in ("year-10", "secondary", "staff", "everyone"):
        if deed is not Deed.OWN_ACCOUNT:
            assert isinstance(may(held, deed, about(other), NOW), Refused)
    assert (reach(held, Deed.SEE_CONCERNS, 1, TREE, NOW).cut or set()) <= {"9B", "9C", "year-9"}


@given(HELD, st.sampled_from(sorted(SAFEGUARDING)), ABOUT)
def test_law_a_technician_does_nothing_of_safeguarding_but_through_broken_glass(
    held: list[Grant], deed: Deed, of: About | None
) -> None:
    answer = may([grant("technician"), *held], deed, of, NOW)
    assert answer == Allowed(Role.GLASS) or isinstance(answer, Refused)
    without = [one for one in held if one.role is not Role.GLASS]
    assert isinstance(may([grant("technician"), *without], deed, of, NOW), Refused)


@given(HELD, st.sampled_from(Deed), ABOUT)
def test_law_a_set_up_account_manages_accounts_and_nothing_else(
    held: list[Grant], deed: Deed, of: About | None
) -> None:
    allowed = isinstance(may([grant("set-up"), *held], deed, of, NOW), Allowed)
    assert not allowed or deed in {Deed.MANAGE_ACCOUNTS, Deed.OWN_ACCOUNT}


@given(HELD, GRANTS, st.sampled_from(Deed), ABOUT)
def test_law_another_grant_takes_nothing_away_unless_it_is_kept_apart(
    held: list[Grant], one: Grant, deed: Deed, of: About | None
) -> None:
    if one.role not in APART and isinstance(may(held, deed, of, NOW), Allowed):
        assert isinstance(may([*held, one], deed, of, NOW), Allowed)


@given(HELD, st.sampled_from(Deed), st.sampled_from(sorted(TREE.above)))
def test_law_a_list_shows_what_may_be_seen_one_by_one(
    held: list[Grant], deed: Deed, group: str
) -> None:
    cut = reach(held, deed, 1, TREE, NOW).cut
    one = isinstance(may(held, deed, about(group), NOW), Allowed)
    assert one == (cut is None or group in cut)


@pytest.mark.parametrize(
    ("new", "held", "says"),
    [
        (grant("break-glass", until="after"), [], "a technician breaks the glass"),
        (grant("deputy", until="before"), [], "The end lies in the past."),
        (grant("year-lead"), [], "say for which groups"),
        (grant("lead", groups=["9B"]), [], "this role is for the whole school"),
        (grant("auditor"), [], "say until when"),
        (replace(grant("auditor"), until=NOW + BOX_AT_MOST + HOUR), [], "92 days at most"),
        (grant("lead"), [grant("set-up")], "manages accounts and does nothing else"),
        (grant("set-up"), [grant("teacher", groups=["9B"])], "does nothing else"),
        (grant("lead"), [grant("technician")], "sees no safeguarding content"),
        (grant("technician"), [grant("head")], "sees no safeguarding content"),
        (grant("technician"), [grant("deputy", waits=True)], "sees no safeguarding content"),
    ],
)
def test_a_role_that_cannot_be_given_so_is_refused_in_words(
    new: Grant, held: list[Grant], says: str
) -> None:
    assert says in problem_with(new, held, NOW)


@pytest.mark.parametrize("role", GIVEN, ids=lambda role: TITLES[role])
def test_each_role_can_be_given(role: Role) -> None:
    groups = ["9B"] if role in {Role.YEAR_LEAD, Role.TEACHER} else []
    new = grant(role, until="after", groups=groups)
    gone = [grant("technician", ended=True), grant("set-up", until="before"), grant("break-glass")]
    assert problem_with(new, gone, NOW) == ""


def test_a_second_set_up_account_or_teacher_beside_a_technician_is_no_problem() -> None:
    assert problem_with(grant("set-up"), [grant("set-up")], NOW) == ""
    assert problem_with(grant("teacher", groups=["9B"]), [grant("technician")], NOW) == ""
