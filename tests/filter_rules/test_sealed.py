"""Sealed lists: what is named is found however it is spelt, and nothing can be read out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.sealed import (
    CATEGORY,
    MOST_BEGINNINGS,
    MOST_PARAMETERS,
    TERRORISM,
    UNSEEN,
    WITHHELD,
    SealedList,
    SealedLists,
    Sealer,
    sealed_list,
)
from filter_rules.types import Hit
from filter_rules.urls import split

KEY = b"k" * 32
NAMED = (
    "whole.example",
    "https://pages.example/album/7",
    "http://pages.example/folder/",
    "pages.example/show?id=3",
    "pages.example/a%20b",
)


def sealed(name: str, *lines: str, key: bytes = KEY) -> SealedList:
    urls = [url for line in lines if (url := split(line))]
    assert len(urls) == len(lines)
    return sealed_list(name, key, urls)


def is_named(lists: SealedLists, text: str) -> bool:
    url = split(text)
    assert url is not None
    return bool(lists.match(url.host, url))


LISTS = SealedLists([sealed("test", *NAMED)])


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("whole.example", True),
        ("https://WHOLE.example:8443/any/page?x=1", True),
        ("https://www.whole.example/", True),
        ("https://wholesome.example/", False),
        ("https://pages.example/", False),
        ("https://pages.example/album/7", True),
        ("http://pages.example/album/7", True),
        ("https://pages.example/album/7/", True),
        ("https://pages.example/album/7/large.jpg", True),
        ("https://pages.example/album/7?size=2", True),
        ("https://pages.example/album/7;v=1", True),
        ("https://pages.example/album/7#top", True),
        ("https://user:pass@pages.example./x/../album//%37", True),
        ("https://cdn.pages.example/album/7", True),
        ("https://pages.example/album/77", False),
        ("https://pages.example/album", False),
        ("https://pages.example/folder", True),
        ("https://pages.example/folder/x", True),
        ("https://pages.example/folders", False),
        ("https://pages.example/show", False),
        ("https://pages.example/show?id=3&page=2", True),
        ("https://pages.example/show?page=2&id=3", True),
        ("https://pages.example/show?id=33", False),
        ("https://pages.example/other?id=3", False),
        ("https://pages.example/a b", True),
        ("https://other.example/album/7", False),
    ],
)
def test_what_is_named_is_found_however_it_is_spelt(asked: str, *, named: bool) -> None:
    assert is_named(LISTS, asked) is named


def test_a_host_is_named_by_itself_only_where_the_whole_host_is_an_entry() -> None:
    assert LISTS.match("www.whole.example") == (Hit(CATEGORY, "test", WITHHELD),)
    assert LISTS.match("pages.example") == ()
    assert [LISTS.carries(host) for host in ("whole.example", "pages.example", "x.test")] == [
        True,
        True,
        False,
    ]


def test_each_list_that_names_it_hits_once_and_says_nothing_of_the_entry() -> None:
    one = sealed("one", "bad.test", "bad.test/x", "sub.bad.test")
    two = sealed("two", "bad.test/x", key=b"another key")
    url = split("https://sub.bad.test/x")
    hits = SealedLists([one, two]).match("sub.bad.test", url)
    assert hits == (Hit(CATEGORY, "one", WITHHELD), Hit(CATEGORY, "two", WITHHELD))


def test_each_list_is_of_its_category() -> None:
    url = split("bad.test")
    assert url is not None
    both = [sealed_list("one", KEY, [url]), sealed_list("two", KEY, [url], TERRORISM)]
    assert SealedLists(both).match("bad.test") == (
        Hit(CATEGORY, "one", WITHHELD),
        Hit(TERRORISM, "two", WITHHELD),
    )


@pytest.mark.parametrize(
    ("entry", "asked", "named"),
    [
        ("a.co.uk", "a.co.uk", True),
        ("a.co.uk", "x.y.a.co.uk", True),
        ("x.a.co.uk", "y.x.a.co.uk", True),
        ("x.a.co.uk", "a.co.uk", False),
        ("a.co.uk", "b.co.uk", False),
        ("co.uk/page", "co.uk/page", True),
        ("co.uk/page", "www.co.uk/page", True),
        ("co.uk/page", "x.y.co.uk/page", True),
        ("com.test/page", "www.com.test/page", True),
        ("192.0.2.1", "192.0.2.1/x", True),
        ("192.0.2.1", "[::ffff:192.0.2.1]", True),
        ("192.0.2.1", "198.0.2.1", False),
        ("[2001:db8::1]", "[2001:db8::1]/x", True),
        ("[2001:db8::1]", "[2001:db8::2]", False),
        ("[::ffff:192.0.2.1]", "[::ffff:c000:201]", True),
    ],
)
def test_an_entry_is_found_under_its_site(entry: str, asked: str, *, named: bool) -> None:
    assert is_named(SealedLists([sealed("test", entry)]), asked) is named
    beside = SealedLists([sealed("test", entry), sealed("other", "unlike.test", key=b"another")])
    assert is_named(beside, asked) is named


def test_what_was_found_out_is_forgotten_before_it_grows_too_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("filter_rules.sealed.REMEMBERED", 3)
    lists = SealedLists([sealed("test", "whole.example")])
    for number in range(10):
        assert not lists.carries(f"host{number}.test")
        assert lists.carries("whole.example")
        assert len(lists._known) <= 3


def test_without_lists_nothing_is_named() -> None:
    assert not SealedLists().carries("whole.example")
    assert SealedLists().match("whole.example") == ()


def test_another_key_gives_other_hashes() -> None:
    url = split("whole.example")
    assert url is not None
    assert len({*Sealer(KEY).hashes(url), *Sealer(b"another").hashes(url)}) == 6


def test_a_very_deep_entry_is_cut_and_covers_more() -> None:
    deep = SealedLists([sealed("deep", "deep.test" + "/d" * 2 * MOST_BEGINNINGS)])
    assert is_named(deep, "deep.test" + "/d" * MOST_BEGINNINGS)
    assert not is_named(deep, "deep.test" + "/d" * (MOST_BEGINNINGS - 1))


def test_parameters_are_looked_at_up_to_a_bound_and_nothing_hides_behind_more() -> None:
    junk = "&".join(f"p{number}" for number in range(2 * MOST_PARAMETERS))

    def categories(address: str) -> set[str]:
        url = split(address)
        assert url is not None
        return {hit.category for hit in LISTS.match(url.host, url)}

    assert CATEGORY in categories("pages.example/show?p&id=3&" + junk)
    assert categories(f"pages.example/show?{junk}&id=3") == {UNSEEN}
    assert categories(f"harmless.example/show?{junk}&id=3") == set()
    few = "&".join(f"p{number}" for number in range(MOST_PARAMETERS - 1))
    assert CATEGORY in categories(f"pages.example/show?{few}&id=3")
    assert categories(f"pages.example/show?{few}&other") == set()


labels = st.sampled_from(["a", "b", "co", "com", "uk", "gov", "test", "xn--bcher-kva"])
hosts = st.lists(labels, min_size=2, max_size=5).map(".".join)


@given(st.lists(hosts, min_size=1, max_size=5), hosts)
def test_a_host_is_named_where_it_or_a_name_above_it_is_an_entry(
    entries: list[str], host: str
) -> None:
    above = {host.split(".", count)[-1] for count in range(host.count(".") + 1)}
    assert SealedLists([sealed("test", *entries)]).carries(host) == bool(above & set(entries))


words = st.text("abcxyz0189-_", min_size=1, max_size=6)
paths = st.lists(words, max_size=5).map(lambda parts: "/".join(["", *parts]))


@given(paths, paths, words)
def test_an_entry_is_found_at_itself_and_at_all_below_it(path: str, below: str, label: str) -> None:
    lists = SealedLists([sealed("test", f"a{label}.test{path}")])
    assert is_named(lists, f"https://a{label}.test{path}{below}?q")
    assert is_named(lists, f"https://www.a{label}.test{path}")


@given(paths, words)
def test_what_is_not_below_an_entry_is_not_named(path: str, more: str) -> None:
    lists = SealedLists([sealed("test", f"host.test{path}/end")])
    assert not is_named(lists, f"host.test{path}/end{more}")
    assert not is_named(lists, f"{more}.example{path}/end")
