"""Another threshold, tried on what was flagged and on what was nearly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.types import Kind
from safeguard.core.thresholds import THRESHOLDS, Change, Flag, Near, Text, is_step, rehearse

NEAR = [
    Near("drugs", "secondary", 2.0, 7),
    Near("drugs", "secondary", 3.5, 3),
    Near("hate", "primary", 3.0, 2),
    Near("grooming", "primary", 4.0, 5),  # 3.8, say: kept to half a point
    Near("hate", "primary", 12.0, 1),  # a page: what is typed would be flagged
]
FLAGS = [
    Flag("secondary", Text.TYPED, {"drugs": 4.0}),
    Flag("secondary", Text.TYPED, {"drugs": 9.0}),
    Flag("secondary", Text.TYPED, {"drugs": 4.5, "hate": 8.0}),
    Flag("secondary", Text.TYPED, {"hate": 4.5}),
    Flag("primary", Text.TYPED, {"drugs": 4.0}, anyway=True),
    Flag("secondary", Text.PAGE, {"drugs": 16.0}),
]


@pytest.mark.parametrize(
    ("text", "threshold", "theme", "changes"),
    [
        (Text.TYPED, 4.0, "drugs", [("primary", 1, 0, 0), ("secondary", 3, 0, 0)]),
        (Text.TYPED, 3.0, "drugs", [("primary", 1, 0, 0), ("secondary", 3, 3, 0)]),
        (Text.TYPED, 2.0, "drugs", [("primary", 1, 0, 0), ("secondary", 3, 10, 0)]),
        (Text.TYPED, 3.0, "", [("primary", 1, 7, 0), ("secondary", 4, 3, 0)]),
        (Text.TYPED, 5.0, "drugs", [("primary", 1, 0, 0), ("secondary", 3, 0, 1)]),
        (Text.TYPED, 5.0, "", [("primary", 1, 0, 0), ("secondary", 4, 0, 2)]),
        (Text.TYPED, 9.5, "", [("primary", 1, 0, 0), ("secondary", 4, 0, 4)]),
        (Text.PAGE, 10.0, "", [("primary", 0, 1, 0), ("secondary", 1, 0, 0)]),
        (Text.PAGE, 20.0, "drugs", [("secondary", 1, 0, 1)]),
        (Text.TYPED, 3.5, "grooming", [("primary", 0, 5, 0)]),
        (Text.TYPED, 4.0, "grooming", []),
        (Text.TYPED, 3.0, "bullying", []),
    ],
)
def test_another_threshold_brings_more_or_spares_some(
    text: Text, threshold: float, theme: str, changes: list[tuple[str, int, int, int]]
) -> None:
    found = rehearse(NEAR, FLAGS, text, threshold, theme)
    assert found == [Change(*one) for one in changes]


def test_the_thresholds_of_now_are_those_of_scoring() -> None:
    assert THRESHOLDS == {Text.TYPED: 4.0, Text.PAGE: 15.0}


@pytest.mark.parametrize(
    ("threshold", "fine"), [(0.5, True), (3.5, True), (3.3, False), (0.0, False), (-1.0, False)]
)
def test_a_threshold_is_set_in_half_points(threshold: float, fine: object) -> None:
    assert is_step(threshold) is fine


@pytest.mark.parametrize(
    ("kind", "text"),
    [(Kind.SEARCH, Text.TYPED), (Kind.CHAT, Text.TYPED), (Kind.PAGE, Text.PAGE)],
)
def test_what_is_read_is_typed_or_a_page(kind: Kind, text: Text) -> None:
    assert Text.of(kind) is text


SCORES = st.integers(1, 40).map(lambda number: number / 2)
GROUPS = st.sampled_from(["primary", "secondary"])
THEMES = st.sampled_from(["drugs", "hate"])


@given(
    st.lists(st.builds(Near, THEMES, GROUPS, SCORES, st.integers(1, 9)), max_size=9),
    st.lists(
        st.builds(
            Flag,
            GROUPS,
            st.sampled_from(Text),
            st.dictionaries(THEMES, SCORES, min_size=1),
            st.booleans(),
        ),
        max_size=9,
    ),
    st.sampled_from(Text),
    SCORES,
    SCORES,
)
def test_a_lower_threshold_never_brings_fewer_flags(
    near: list[Near], flags: list[Flag], text: Text, one: float, other: float
) -> None:
    def total(threshold: float) -> int:
        return sum(
            each.flags + each.more - each.fewer for each in rehearse(near, flags, text, threshold)
        )

    assert total(min(one, other)) >= total(max(one, other))
    found = rehearse(near, flags, text, one)
    assert all(each.fewer <= each.flags for each in found)
    assert not any(each.more and each.fewer for each in found)
