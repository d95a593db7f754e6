"""Facts about a target: found where a rule names them, whatever the name of the file claims."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.types import Kind
from filter_rules.urls import split
from safeguard.core import facts
from safeguard.core.facts import FILES, PROTOCOLS, Facts, file_types, said
from safeguard.core.types import Target

EVERYTHING = Facts(
    [
        *(f"file:{one}" for one in FILES),
        *(f"protocol:{one}" for one in PROTOCOLS),
        "larger-than:1",
        "larger-than:50",
        "site:a.example",
        "site:a.example/play",
        "games",
    ]
)


def found(url: str, **more: object) -> set[str]:
    taken = split(url)
    assert taken
    target = Target(taken.host, url, **more)  # type: ignore[arg-type]  # as each case names them
    return {hit.category for hit in EVERYTHING.of(target, taken)}


@pytest.mark.parametrize(
    ("url", "more", "are"),
    [
        ("https://b.example/", {}, set[str]()),
        ("https://b.example/setup.exe", {}, {"file:programs"}),
        ("https://b.example/SETUP.MSI?x=1.png", {}, {"file:programs"}),
        ("https://b.example/setup.exe/", {}, set[str]()),
        ("https://b.example/exe", {}, set[str]()),
        ("https://b.example/v1.2/page", {}, set[str]()),
        ("https://b.example/a.tar.gz", {}, {"file:archives"}),
        ("https://b.example/x", {"mime": "Video/MP4; codecs=avc1"}, {"file:video"}),
        ("https://b.example/x", {"mime": "text/html"}, set[str]()),
        (
            "https://b.example/cat.jpg",
            {"mime": "application/x-dosexec"},
            {"file:images", "file:programs"},
        ),
        ("https://b.example/x", {"mime": "application/vnd.ms-excel.sheet"}, {"file:documents"}),
        ("https://b.example/x", {"size": 1_000_000}, set[str]()),
        ("https://b.example/x", {"size": 1_000_001}, {"larger-than:1"}),
        ("https://b.example/x", {"size": 10**9}, {"larger-than:1", "larger-than:50"}),
        ("http://b.example/x", {}, {"protocol:http-plain"}),
        ("wss://b.example/x", {}, {"protocol:websocket"}),
        ("https://b.example/x", {"protocol": "quic"}, {"protocol:quic"}),
        ("http://b.example/x", {"protocol": "websocket"}, {"protocol:websocket"}),
        ("https://www.a.example/", {}, {"site:a.example"}),
        ("https://a.example/play/1", {}, {"site:a.example", "site:a.example/play"}),
    ],
)
def test_what_is_true_of_a_target_is_found(
    url: str, more: dict[str, object], are: set[str]
) -> None:
    assert found(url, **more) == are


def test_of_a_bare_host_its_site_is_known_and_no_file() -> None:
    hits = EVERYTHING.of(Target("a.example"), None)
    assert [hit.category for hit in hits] == ["site:a.example"]


def test_what_no_rule_names_is_not_looked_for() -> None:
    url = split("http://a.example/setup.exe")
    assert Facts(["games"]).of(Target("a.example", size=10**9), url) == ()
    hits = Facts(["file:programs"]).of(Target("a.example", size=10**9), url)
    assert [hit.category for hit in hits] == ["file:programs"]


OWN = Facts(["typed:vape shop", "typed:cafe"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the VAPE  shop, please", {"typed:vape shop"}),
        ("vape-shop", {"typed:vape shop"}),
        ("a café", {"typed:cafe"}),
        ("vape shopping", set[str]()),
        ("shop vape", set[str]()),
        ("", set[str]()),
    ],
)
def test_own_words_are_found_whole_however_they_are_spelt(text: str, words: set[str]) -> None:
    assert {one.theme for one in OWN.in_text(text, Kind.SEARCH)} == words


def test_own_words_are_for_what_is_typed_and_not_for_what_is_shown() -> None:
    assert OWN.in_text("vape shop", Kind.CHAT)
    assert not OWN.in_text("vape shop", Kind.PAGE)
    assert not Facts(["games"]).in_text("vape shop", Kind.CHAT)


@pytest.mark.parametrize(
    ("name", "given", "fact", "words"),
    [
        (facts.site, "https://A.example/play", "site:a.example/play", "the site a.example/play"),
        (facts.file_type, "programs", "file:programs", "the file type programs"),
        (facts.protocol, "quic", "protocol:quic", "the protocol quic"),
        (facts.larger_than, 50, "larger-than:50", "more than 50 MB"),
        (facts.typed, "Vape  SHOP!", "typed:vape shop", "the words “vape shop”"),
    ],
)
def test_a_fact_has_a_name_and_is_said_in_words(
    name: object, given: object, fact: str, words: str
) -> None:
    assert callable(name)
    assert name(given) == fact
    assert said(fact) == words


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        (facts.site, "no site", "'no site' is no site, such as"),
        (facts.file_type, "exe", "'exe' is no file type: choose from programs, archives"),
        (facts.protocol, "https", "'https' is no protocol: choose from http-plain"),
        (facts.larger_than, 0, "0 is no size: write a whole number of megabytes"),
        (facts.larger_than, True, "True is no size"),
        (facts.larger_than, "50", "'50' is no size"),
        (facts.typed, " ?! ", "' ?! ' has no letters or digits"),
    ],
)
def test_what_names_no_fact_is_refused_with_what_to_write(
    name: object, given: object, says: str
) -> None:
    assert callable(name)
    with pytest.raises(ValueError, match=says.replace("?", r"\?")):
        name(given)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_path_and_any_type_are_at_most_two_file_types(path: str, mime: str) -> None:
    url = split(f"https://a.example/{path}")
    types = file_types(url, mime)
    assert len(types) <= 2
    assert set(types) <= set(FILES)


@given(st.text(max_size=60))
def test_text_that_holds_own_words_between_others_is_found(around: str) -> None:
    assert OWN.in_text(f"{around} . vape shop . {around}", Kind.SEARCH)
