"""Adblock syntax about hosts; its oddities are in tests/golden/lists_adblock.txt."""

import pytest

from filter_rules.formats.adblock import adblock
from filter_rules.types import Entry, Part, Rank, Reach


def test_a_rule_covers_all_below_and_an_exception_says_so() -> None:
    read = adblock("x")
    assert list(read("||example.com^")) == [Entry(Part.HOST, "example.com")]
    assert list(read("@@||example.com^")) == [Entry(Part.HOST, "example.com", allow=True)]


@pytest.mark.parametrize(
    ("modifier", "why"),
    [
        ("important2", "changes what the rule means: left out"),
        ("redirect=noop.js", "changes what the rule means: left out"),
        ("third-party", "speaks of the page that asks, which a proxy cannot see"),
        ("~third-party", "speaks of the page that asks, which a proxy cannot see"),
        ("domain=a.example|~b.example", "speaks of the page that asks, which a proxy cannot see"),
        ("xhr", "speaks of kinds of requests, which a proxy cannot see"),
        ("~image", "speaks of kinds of requests, which a proxy cannot see"),
        ("client=1.2.3.4", "speaks of single devices, which no list decides here"),
        ("ctag=x", "speaks of kinds of devices, which no list decides here"),
    ],
)
@pytest.mark.parametrize("pattern", ["||example.com^", "/banner/*", "@@||example.com/a*b"])
def test_a_modifier_that_we_cannot_honour_voids_the_rule(
    modifier: str, why: str, pattern: str
) -> None:
    name = modifier.partition("=")[0]
    said = list(adblock("x")(f"{pattern}$important,{modifier}"))
    assert said == [f"the modifier “{name}” {why}"]


@pytest.mark.parametrize("line", ["##.ad", "a.com##.ad", "a.com#@#.ad", "a.com#?#.ad", "# note"])
def test_rules_about_the_look_of_a_page_and_comments_say_nothing(line: str) -> None:
    assert not list(adblock("x")(line))


def test_a_star_without_bars_is_not_read_as_less_than_it_says() -> None:
    (said,) = adblock("x")("*.example.com^")
    assert isinstance(said, str)
    assert "may mean names or addresses" in said
    assert list(adblock("x")("||*.example.com^")) == [Entry(Part.HOST, "example.com", Reach.BELOW)]


def test_one_bar_in_front_of_a_name_is_the_name_alone() -> None:
    for line in ("|example.com^", "|example.com|", "example.com", "example.com^"):
        assert list(adblock("x")(line)) == [Entry(Part.HOST, "example.com", Reach.EXACT)]


def test_one_word_behind_bars_is_the_beginning_of_a_name_and_no_top_level() -> None:
    assert list(adblock("x")("||ads")) == [Entry(Part.PATTERN, "||ads")]


@pytest.mark.parametrize(
    "modifier",
    [
        "dnsrewrite=NXDOMAIN",
        "dnsrewrite=REFUSED;;",
        "dnsrewrite=NOERROR;;",
        "dnsrewrite=0.0.0.0",
        "dnsrewrite=::",
        "dnstype=A|AAAA",
        "dnstype=AAAA|HTTPS|A",
    ],
)
def test_an_answer_that_says_that_nothing_is_there_blocks_the_name(modifier: str) -> None:
    assert list(adblock("x")(f"||example.com^${modifier}")) == [Entry(Part.HOST, "example.com")]


@pytest.mark.parametrize(
    "line",
    [
        "||example.com^$dnsrewrite=192.0.2.1",
        "||example.com^$dnsrewrite=NOERROR;A;192.0.2.1",
        "||example.com^$dnsrewrite",
        "@@||example.com^$dnsrewrite=NXDOMAIN",
        "||example.com^$dnstype=AAAA",
        "||example.com^$dnstype=~A|AAAA|A",
        "||example.com/a/b$dnstype=A|AAAA",
        "/advert[0-9]+/$dnsrewrite=NXDOMAIN",
    ],
)
def test_other_words_for_resolvers_void_the_rule(line: str) -> None:
    (said,) = adblock("x")(line)
    assert isinstance(said, str)
    assert said.startswith("the modifier “dns")


def test_an_important_rule_has_that_rank() -> None:
    assert list(adblock("x")("||example.com^$important")) == [
        Entry(Part.HOST, "example.com", rank=Rank.IMPORTANT)
    ]


def test_a_bad_filter_takes_back_the_rule_that_is_otherwise_the_same() -> None:
    assert list(adblock("x")("@@||example.com^$badfilter")) == [
        Entry(Part.HOST, "example.com", allow=True, withdraws=True)
    ]


def test_names_below_may_be_left_out_of_a_rule() -> None:
    said = list(adblock("x")("||example.com^$denyallow=a.example.com|b.example.org|example.com"))
    assert said == [
        Entry(Part.HOST, "example.com"),
        Entry(Part.HOST, "a.example.com", allow=True, rank=Rank.LIFTS_WIDER),
    ]


@pytest.mark.parametrize("end", ["^", "/", "/^"])
def test_what_is_below_a_path_is_an_address(end: str) -> None:
    assert list(adblock("x")(f"||example.com/ads{end}")) == [Entry(Part.URL, "example.com/ads")]


@pytest.mark.parametrize(
    "pattern",
    [
        "||example.com/ad",
        "||example.com/*/ad^",
        "||example.com^*ad",
        "||example.com:8080/ad/",
        "||ad*.example.com^",
        "example.com/ad/",
        "/ads/banner.",
        "-advert-",
        "&advert=",
        "_ad1.",
        "468x60.gif|",
        "|https://example.com/",
        "/advert[0-9]+/",
    ],
)
def test_what_means_more_than_a_host_or_a_path_is_a_pattern(pattern: str) -> None:
    assert list(adblock("x")(pattern)) == [Entry(Part.PATTERN, pattern)]
    assert list(adblock("x")(f"@@{pattern}$important,document")) == [
        Entry(Part.PATTERN, pattern, allow=True, rank=Rank.IMPORTANT)
    ]


def test_a_dollar_sign_in_a_pattern_is_no_modifier() -> None:
    for pattern in ("/advert$1/x.", "/advert$/", "/path?a$b/c"):
        assert list(adblock("x")(pattern)) == [Entry(Part.PATTERN, pattern)]
        assert list(adblock("x")(f"{pattern}$all")) == [Entry(Part.PATTERN, pattern)]


def test_a_pattern_keeps_the_modifiers_that_narrow_it() -> None:
    rule = "||example.com/Ads^$match-case,denyallow=a.example|B.example,document"
    assert list(adblock("x")(rule)) == [
        Entry(Part.PATTERN, "||example.com/Ads^ $denyallow=a.example|b.example,match-case")
    ]
