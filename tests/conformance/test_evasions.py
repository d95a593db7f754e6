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


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    made, problems = rules_of(
        {
            "names": [File(Format.DOMAINS, NAMES)],
            "networks": [File(Format.NETWORKS, ["203.0.113.0/24"])],
            "addresses": [File(Format.UT1, ["site.example/games"], "urls")],
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
    assert _lists(rules, text)


@pytest.mark.parametrize("text", TABLE["refused"], ids=ascii)
def test_what_no_browser_opens_is_refused(text: str) -> None:
    assert split(text) is None


@pytest.mark.parametrize("text", TABLE["other"], ids=ascii)
def test_another_address_is_not_taken_for_it(text: str, rules: RuleSet) -> None:
    assert not _lists(rules, text)


def test_length_does_not_go_round_a_rule(rules: RuleSet) -> None:
    long = "x" * 100_000
    assert _lists(rules, f"http://blocked.example/{long}")
    assert _lists(rules, f"http://{long}@blocked.example/")
    assert _lists(rules, f"http://site.example/games/{long}?{long}#{long}")
    assert split(f"http://{long}.blocked.example/") is None
    assert split(f"http://{'x.' * 1000}blocked.example/") is None
