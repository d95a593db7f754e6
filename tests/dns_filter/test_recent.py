"""What is remembered for a while, and never beyond its bound."""

from hypothesis import given
from hypothesis import strategies as st

from dns_filter.recent import Recent


def test_what_is_used_stays_and_what_is_not_goes() -> None:
    recent: Recent[int, str] = Recent(10)
    recent.put(0, "used")
    for number in range(1, 100):
        recent.put(number, "not")
        assert recent.get(0) == "used"
    assert recent.get(1) is None
    assert recent.get(99) == "not"


def test_it_is_bounded_by_weight_as_well() -> None:
    recent: Recent[int, bytes] = Recent(1000, 100, lambda _key, value: len(value))
    for number in range(50):
        recent.put(number, bytes(10))
    assert len(recent) <= 10
    recent.put(99, bytes(51))
    assert recent.get(99) is None  # what fills more than half is not kept


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans())))
def test_it_never_grows_past_its_bounds_nor_answers_with_another_keys_value(
    steps: list[tuple[int, bool]],
) -> None:
    recent: Recent[int, int] = Recent(8, 80, lambda key, _value: key)
    for key, put in steps:
        if put:
            recent.put(key, key * 2)
        assert recent.get(key) in {None, key * 2}
        assert len(recent) <= 8
