"""What a row of the table says."""

from filter_rules.typed.site import At, engine, site
from filter_rules.types import Kind


def test_a_site_is_known_by_its_first_name() -> None:
    row = site("a.test", "b.test", paths=("/search",))
    assert (row.name, row.engine, row.kind) == ("a.test", False, Kind.SEARCH)
    assert row.searches == (At(("/search",), ("q",)),)


def test_an_engine_says_so() -> None:
    assert engine("a.test", paths=("/",), names=("p",)).engine
