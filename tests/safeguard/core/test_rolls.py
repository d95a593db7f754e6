"""A roll held against those who are known: who is meant, who is new, who has left."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.core.rolls import Change, Field, Known, Plan, Roll, Told, Wrong, compare

ADA = Told("Ada Example", "secondary", "1", "1", "aexample", "7", "7B", line=2)
BEN = Told("Ben Example", "secondary", "2", "2", "bexample", "8", "8C", line=3)


def known(told: Told, person: str = "", source: str = "file", *, left: bool = False) -> Known:
    return Known(person or f"p{told.id}", source, replace(told, line=0), left)


def after(known: list[Known], plan: Plan, roll: Roll) -> list[Known]:
    """Those known once a plan is carried out, as the store does it."""
    changes = {one.person: one for one in plan.changed}
    there = []
    for one in known:
        change = changes.get(one.person)
        if change is not None:
            fields = {what.value: value for what, value in change.after.items()}
            told = replace(one.told, id=change.told.id, **fields)  # type: ignore[arg-type]  # by name
            there.append(Known(one.person, roll.source, told))
        else:
            there.append(replace(one, left=one.left or one.person in plan.left))
    new = [Known(f"new {number}", roll.source, one) for number, one in enumerate(plan.added)]
    return [*there, *new]


def test_who_is_unknown_is_added_and_who_is_the_same_stays() -> None:
    plan = compare(Roll("file", (ADA, BEN)), [known(ADA)])
    assert (plan.added, plan.changed, plan.left, plan.unchanged) == ((BEN,), (), (), 1)


def test_a_change_tells_what_was_and_what_would_be() -> None:
    moved = replace(ADA, group="year-8", year="8")
    plan = compare(Roll("file", (moved,)), [known(ADA)])
    assert plan.changed == (
        Change(
            "p1",
            moved,
            {Field.GROUP: "secondary", Field.YEAR: "7"},
            {Field.GROUP: "year-8", Field.YEAR: "8"},
        ),
    )


def test_what_a_roll_does_not_speak_of_is_left_alone() -> None:
    bare = Told("Ada Example", "secondary", "1", "1")
    says = frozenset({Field.NAME, Field.GROUP})
    assert compare(Roll("file", (bare,), says), [known(ADA)]).is_empty


def test_only_a_whole_roll_lets_anyone_go_and_only_of_its_own_source() -> None:
    there = [known(ADA), known(BEN), known(replace(BEN, id="9"), "t", "staff")]
    assert compare(Roll("file", (ADA,)), there).left == ()
    assert compare(Roll("file", (ADA,), whole=True), there).left == ("p2",)


def test_who_left_and_is_told_of_again_comes_back() -> None:
    plan = compare(Roll("file", (ADA,)), [known(ADA, left=True)])
    assert plan.returned == 1
    assert plan.changed[0].after == {}


def test_who_is_known_by_hand_is_found_by_number_login_or_name_and_taken_over() -> None:
    for told in (
        Told("A. Example", "secondary", reference="1"),
        Told("A. Example", "secondary", login="aexample"),
        Told("ada example", "secondary"),
    ):
        plan = compare(Roll("file", (ADA,)), [known(told, "by-hand", "")])
        assert [one.person for one in plan.changed] == ["by-hand"]
        assert plan.added == ()


def test_two_of_one_name_are_never_guessed_apart() -> None:
    twins = [known(Told("Ada Example", "primary"), one, "") for one in ("x", "y")]
    assert compare(Roll("file", (ADA,)), twins).added == (ADA,)


def test_another_number_is_another_person_though_name_and_login_are_the_same() -> None:
    old = replace(ADA, id="77", reference="77")
    plan = compare(Roll("file", (ADA,), whole=True), [known(old)])
    assert (plan.added, plan.left) == ((ADA,), ("p77",))


def test_numbers_that_come_later_find_those_known_by_name() -> None:
    plan = compare(Roll("file", (ADA,)), [known(Told("Ada Example", "secondary"), "p")])
    assert [one.person for one in plan.changed] == ["p"]


def test_doubles_in_a_roll_are_named_by_both_lines() -> None:
    people = (
        ADA,
        replace(BEN, id="1", line=4),
        replace(BEN, id="3", login="aexample", line=5),
        Told("Cy Sample", "primary", line=6),
        Told("CY SAMPLE", "primary", line=7),
    )
    assert compare(Roll("file", people), []).wrong == (
        Wrong(4, "the number “1” stands on line 2 already"),
        Wrong(5, "the login “aexample” stands on line 2 already"),
        Wrong(
            7, "the name “CY SAMPLE” stands on line 6 already, and no number tells the two apart"
        ),
    )


def test_doubles_of_a_directory_have_no_lines() -> None:
    twice = tuple(replace(one, login="a", line=0) for one in (ADA, BEN))
    assert compare(Roll("ldap", twice), []).wrong == (
        Wrong(0, "the login “a” is that of two people"),
    )


def test_a_login_is_never_that_of_two_people_who_are_here() -> None:
    taken = replace(BEN, login="aexample")
    told = (ADA,)
    of_staff = compare(Roll("file", told), [known(taken, source="staff")])
    assert of_staff.wrong == (
        Wrong(2, "the login “aexample” is that of somebody known already (staff)"),
    )
    by_hand = compare(Roll("file", told), [known(taken, source="")])
    assert by_hand.changed == ()
    assert "added by hand" in by_hand.wrong[0].says
    assert not compare(Roll("file", told), [known(taken, source="staff", left=True)]).wrong
    says = frozenset(Field) - {Field.LOGIN}
    assert not compare(Roll("file", told, says), [known(taken, source="staff")]).wrong


def test_a_login_may_go_from_one_to_another_in_one_roll() -> None:
    swapped = (replace(ADA, login="bexample"), replace(BEN, login="aexample"))
    assert not compare(Roll("file", swapped), [known(ADA), known(BEN)]).wrong


def test_more_than_a_fifth_leaving_is_to_be_doubted() -> None:
    school = [replace(ADA, id=str(one), name=f"P {one}", login="") for one in range(10)]
    there = [known(one) for one in school]
    assert not compare(Roll("file", tuple(school[2:]), whole=True), there).loses_too_many
    assert compare(Roll("file", tuple(school[3:]), whole=True), there).loses_too_many


def test_a_directory_tells_who_is_gone_and_who_moved_apart_from_people() -> None:
    there = [known(ADA), known(BEN), known(replace(ADA, id="3", name="C", login=""))]
    placed = {"1": "sixth-form", "2": "secondary"}
    roll = Roll("file", (), gone=frozenset({"2"}), placed=placed)
    plan = compare(roll, there)
    assert [(one.person, one.after) for one in plan.changed] == [
        ("p1", {Field.GROUP: "sixth-form"})
    ]
    assert plan.left == ("p2", "p3")


WORDS = st.sampled_from(["", "a", "b", "c"])
PEOPLE = st.builds(
    Told,
    st.sampled_from(["Ada", "Ben", "Cy"]),
    st.sampled_from(["primary", "staff"]),
    WORDS,
    WORDS,
    WORDS,
    year=st.sampled_from(["", "7"]),
    born=st.sampled_from([None, date(2014, 1, 2)]),
    needs=st.sampled_from([(), ("eal",)]),
)
ROLLS = st.builds(
    Roll,
    st.sampled_from(["file", "ldap"]),
    st.lists(PEOPLE, max_size=4).map(
        lambda found: tuple(replace(one, line=number) for number, one in enumerate(found))
    ),
    whole=st.booleans(),
)


@st.composite
def schools(draw: st.DrawFn) -> list[Known]:
    """People as a store may have them: an id of a source is one person's."""
    found = draw(
        st.lists(
            st.tuples(PEOPLE, st.sampled_from(["", "file", "ldap"]), st.booleans()), max_size=5
        )
    )
    there: dict[tuple[str, str], Known] = {}
    for number, (told, source, left) in enumerate(found):
        one = told if source else replace(told, id="")
        key = (source, one.id or f"none {number}")
        there.setdefault(key, Known(f"p{number}", source, one, left))
    return list(there.values())


@given(ROLLS, schools())
def test_a_roll_carried_out_changes_nothing_the_second_time(roll: Roll, there: list[Known]) -> None:
    plan = compare(roll, there)
    if not plan.wrong and all(one.id for one in roll.people):
        assert compare(roll, after(there, plan, roll)).is_empty


@given(ROLLS, schools())
def test_nobody_of_another_source_is_touched_and_no_login_is_given_twice(
    roll: Roll, there: list[Known]
) -> None:
    plan = compare(roll, there)
    if plan.wrong:
        return
    source = {one.person: one.source for one in there}
    touched = {one.person for one in plan.changed} | set(plan.left)
    assert {source[one] for one in touched} <= {"", roll.source}
    spoken = {one.login for one in roll.people if one.login}
    now = [one.told.login for one in after(there, plan, roll) if not one.left]
    before = [one.told.login for one in there if not one.left]
    for login in spoken:
        assert now.count(login) <= max(1, before.count(login))


@pytest.mark.parametrize("says", [frozenset(Field), frozenset({Field.NAME})])
def test_who_returns_does_not_bring_back_a_login_that_is_somebody_elses_by_now(
    says: frozenset[Field],
) -> None:
    gone = Known("p1", "file", Told("Ada", "primary", "7", login="a"), left=True)
    other = Known("p2", "ldap", Told("Ben", "primary", "9", login="a"))
    plan = compare(
        Roll("file", (Told("Ada", "primary", "7", login="a", line=3),), says), [gone, other]
    )
    assert plan.wrong == (Wrong(3, "the login “a” is that of somebody known already (ldap)"),)


@given(ROLLS, schools())
def test_everyone_told_of_is_added_changed_or_unchanged_once(
    roll: Roll, there: list[Known]
) -> None:
    plan = compare(roll, there)
    if not plan.wrong:
        assert len(plan.added) + len(plan.changed) + plan.unchanged == len(roll.people)
        assert len({one.person for one in plan.changed}) == len(plan.changed)
        assert not {one.person for one in plan.changed} & set(plan.left)
