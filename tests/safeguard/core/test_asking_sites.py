"""Search engines, YouTube and sign-in pages are asked as the group's modes say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.core.asking_sites import OURS, asked_of, headers_for
from safeguard.core.modes import Modes, SafeSearch, YouTube

STRICT = Modes(SafeSearch.STRICT, YouTube.STRICT)
ON = Modes(SafeSearch.ON, YouTube.MODERATE)
OFF = Modes(SafeSearch.OFF, YouTube.OFF)


@pytest.mark.parametrize(
    ("host", "path", "sent"),
    [
        ("www.google.com", "/search?q=cats", "/search?q=cats&safe=active&ssui=on"),
        ("www.google.co.uk", "/search?q=cats", "/search?q=cats&safe=active&ssui=on"),
        ("www.google.com", "/search?safe=off&q=a", "/search?q=a&safe=active&ssui=on"),
        ("www.google.com", "/search?q=a&%73afe=off", "/search?q=a&safe=active&ssui=on"),
        ("www.google.com", "/search?q=a&SAFE=off", "/search?q=a&safe=active&ssui=on"),
        ("www.google.com", "/maps?q=leeds", "/maps?q=leeds"),
        ("www.bing.com", "/images/search?q=a", "/images/search?q=a&adlt=strict"),
        ("uk.search.yahoo.com", "/search?p=a", "/search?p=a&vm=r"),
        ("duckduckgo.com", "/?q=a&kp=-2", "/?q=a&kp=1"),
        ("html.duckduckgo.com", "/html", "/html?kp=1"),
        ("uk.ask.com", "/web?q=a", "/web?q=a&adt=0"),
        ("example.org", "/search?q=a", "/search?q=a"),
    ],
)
def test_a_search_is_sent_on_as_a_safe_one(host: str, path: str, sent: str) -> None:
    assert asked_of(host, path, STRICT) == sent


def test_where_safe_search_is_only_on_whoever_searches_may_switch_it_off() -> None:
    assert asked_of("www.bing.com", "/search?q=a", ON) == "/search?q=a&adlt=strict"
    assert asked_of("www.bing.com", "/search?q=a&adlt=off", ON) == "/search?q=a&adlt=off"


def test_where_safe_search_is_off_nothing_is_asked() -> None:
    assert asked_of("www.bing.com", "/search?q=a", OFF) == "/search?q=a"


@pytest.mark.parametrize(
    ("host", "modes", "headers"),
    [
        ("www.youtube.com", STRICT, {"YouTube-Restrict": "Strict"}),
        ("m.youtube.com", ON, {"YouTube-Restrict": "Moderate"}),
        ("www.youtube.com", OFF, {}),
        ("i.ytimg.com", STRICT, {}),
        (
            "accounts.google.com",
            Modes(tenants=("a.sch.uk", "b.org")),
            {"X-GoogApps-Allowed-Domains": "a.sch.uk,b.org"},
        ),
        ("accounts.google.com", STRICT, {}),
        (
            "login.live.com",
            Modes(tenants=("a.sch.uk",)),
            {"sec-Restrict-Tenant-Access-Policy": "restrict-msa"},
        ),
        ("notgoogle.com", Modes(tenants=("a.sch.uk",)), {}),
    ],
)
def test_sites_are_told_by_a_header(host: str, modes: Modes, headers: dict[str, str]) -> None:
    assert headers_for(host, modes) == headers
    assert set(headers) <= set(OURS)


QUERIES = st.lists(
    st.tuples(st.sampled_from(("q", "safe", "ssui", "a")), st.text("ab&=%+ ", max_size=4))
).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs))


@given(QUERIES)
def test_to_ask_twice_is_to_ask_once(query: str) -> None:
    once = asked_of("www.google.com", f"/search?{query}", STRICT)
    assert asked_of("www.google.com", once, STRICT) == once
    assert once.endswith("safe=active&ssui=on")
    assert once.count("safe=active") == 1
