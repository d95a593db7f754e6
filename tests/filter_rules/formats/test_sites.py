"""squidGuard and UT1 lists, and lists of addresses; their oddities are in tests/golden."""

from filter_rules.formats.sites import urls, ut1
from filter_rules.types import Entry, Part, Reach


def test_the_name_of_a_file_tells_what_is_in_it() -> None:
    assert list(ut1("games/domains")("example.com")) == [Entry(Part.HOST, "example.com")]
    assert list(ut1("games/urls")("example.com/x")) == [
        Entry(Part.URL, "example.com/x", Reach.EXACT)
    ]
    assert list(ut1("games/expressions")("a|b")) == [Entry(Part.EXPRESSION, "a|b")]


def test_an_address_covers_the_names_below_its_host() -> None:
    assert list(urls("x")("example.com/x")) == [Entry(Part.URL, "example.com/x", Reach.SUBTREE)]


def test_an_expression_that_would_take_seconds_to_compile_is_refused() -> None:
    (said,) = ut1("expressions")("[a-z]{1,100}" * 300)
    assert "longer than 1000 characters" in str(said)
