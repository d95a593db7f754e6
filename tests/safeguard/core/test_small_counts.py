"""Numbers that tell of no pupil."""

from hypothesis import given
from hypothesis import strategies as st

from safeguard.core.small_counts import Count, suppressed


def count(group: str, pupils: int, month: str = "2026-03") -> Count:
    return Count(month, group, "low-mood", pupils * 3, pupils)


def test_five_pupils_are_told_and_four_are_not() -> None:
    assert suppressed([count("primary", 5)]) == [count("primary", 5)]
    assert suppressed([count("primary", 4)]) == [
        Count("2026-03", "primary", "low-mood", None, None)
    ]


def test_where_one_number_is_left_out_the_next_smallest_goes_too() -> None:
    told = suppressed([count("primary", 4), count("secondary", 9), count("sixth-form", 7)])
    assert [one.group for one in told if one.pupils] == ["secondary"]


def test_two_small_numbers_hide_each_other() -> None:
    told = suppressed([count("primary", 4), count("secondary", 2), count("sixth-form", 7)])
    assert [one.group for one in told if one.pupils] == ["sixth-form"]


def test_another_month_is_another_matter() -> None:
    told = suppressed([count("primary", 4), count("secondary", 9, "2026-04")])
    assert [one.month for one in told if one.pupils] == ["2026-04"]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 20)), unique_by=lambda x: x[0]))
def test_no_small_number_is_told_and_none_that_is_left_out_stands_alone(
    rows: list[tuple[str, int]],
) -> None:
    told = suppressed(count(group, pupils) for group, pupils in rows)
    assert all(one.pupils is None or one.pupils >= 5 for one in told)
    assert sum(one.pupils is None for one in told) != 1 or len(told) == 1
