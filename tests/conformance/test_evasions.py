"""Ways round a rule: the table tests/tables/evasions.toml, asked as a request is asked."""

import tomllib
from pathlib import Path

import pytest

from filter_rules.formats.format import Format
from filter_rules.ruleset import RuleSet
from filter_rules.urls import split
from tests.conformance.answers import File, rules_of

TABLE = tomllib.loads(Path("tests/tables/evasions.toml").read_text(encoding="utf-8"))
NAMES = ["blocked.example", "93.184.216.34", "2606:2800:220:1::1"]
# The same as patterns, each with a star so that it is read as none of the plainer rules.
PATTERNS = [
    "||blo*ked.example^",
    "||93.184.*.34^",
    "||[2606:2800:*::1]^",
    "||203.0.113.*^",
    "||site.example/g*mes^",
]
EXPRESSIONS = [
    r"/^[a-z]+:\/\/([^\/]*\.)?blocked\.example[\/:]/",
    r"/\/93\.184\.216\.34[\/:]/",
    r"/\[2606:2800:220:1::1\]/",
    r"/\/203\.0\.113\./",
    r"/[\/.]site\.example\/games([\/?;#\\\x00]|$)/",
]


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    made, problems = rules_of(
        {
            "names": [File(Format.DOMAINS, NAMES)],
            "networks": [File(Format.NETWORKS, ["203.0.113.0/24"])],
            "addresses": [File(Format.UT1, ["site.example/games"], "urls")],
            "patterns": [File(Format.ADBLOCK, PATTERNS)],
            "expressions": [File(Format.ADBLOCK, EXPRESSIONS)],
        }
    )
    assert not problems
    return made


def _lists(rules: RuleSet, text: str) -> set[str]:
    url = split(text)
    assert url
    return {hit.list for hit in rules.match(url.host, url)} - {"built in"}


@pytest.mark.parametrize("text", TABLE["blocked"], ids=ascii)
def test_a_way_of_writing_it_does_not_go_round_a_rule(text: str, rules: RuleSet) -> None:
    """Of whatever kind: what is listed plainly, as a pattern and as an expression is hit thrice."""
    plain, patterns = {"names", "networks", "addresses"}, {"patterns", "expressions"}
    lists = _lists(rules, text)
    assert lists & plain
    assert lists >= patterns


@pytest.mark.parametrize("text", TABLE["refused"], ids=ascii)
def test_what_no_browser_opens_is_refused(text: str) -> None:
    assert split(text) is None


@pytest.mark.parametrize("text", TABLE["other"], ids=ascii)
def test_another_address_is_not_taken_for_it(text: str, rules: RuleSet) -> None:
    assert not _lists(rules, text)


def test_length_does_not_go_round_a_rule(rules: RuleSet) -> None:
    long = "x" * 100_000
    patterns = {"patterns", "expressions"}
    assert _lists(rules, f"http://blocked.example/{long}") == {"names", *patterns}
    assert _lists(rules, f"http://{long}@blocked.example/") == {"names", *patterns}
    below = f"http://site.example/games/{long}?{long}#{long}"
    assert _lists(rules, below) == {"addresses", *patterns}
    assert split(f"http://{long}.blocked.example/") is None
    assert split(f"http://{'x.' * 1000}blocked.example/") is None
