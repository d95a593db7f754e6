"""The requests of adblock-rust's own suite, each with the rules that match it.

Exceptions are asked as if they blocked. A rule that is left out is in one of the classes of
LEFT_OUT; all other rules must match.
"""

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from filter_rules.formats.format import Format
from filter_rules.ruleset import RuleSet
from filter_rules.types import Problem
from filter_rules.urls import split
from tests.conformance.answers import File, rules_of

# Why a rule is left out, by the words of its problem, and of how many requests it is expected.
LEFT_OUT = {
    # Whether a request is of the same site as the page that asks, and which page that is, is
    # told by headers that not every client sends, and that any client may write.
    "speaks of the page that asks": 2607,
    # So is what the answer is for: a script, an image, a frame.
    "speaks of kinds of requests": 193,
    # The answer would be another page, not a block.
    "“redirect” changes what the rule means": 9,
    # Rules for a thousand pages that ask: they would be left out for that, too.
    "the line is longer than 4096 characters": 3,
}
MATCHED = 2160


@pytest.fixture(scope="module")
def pairs(shared_data: Path) -> list[tuple[str, str]]:
    file = shared_data / "vectors/adblock-rust/matching-test-requests.first-half.json"
    requests = json.loads(file.read_text(encoding="utf-8"))
    assert len(requests) == 4138
    return [(request["url"], rule) for request in requests for rule in request["filters"]]


@cache
def _alone(rule: str) -> tuple[RuleSet, list[Problem]]:
    return rules_of({"one": [File(Format.ADBLOCK, [rule.removeprefix("@@")])]})


def _matches(address: str, rules: RuleSet) -> bool:
    url = split(address)
    return url is not None and bool(rules.match(url.host, url))


def _answers(pairs: list[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    for address, rule in pairs:
        rules, problems = _alone(rule)
        if problems:
            says = problems[0].says
            yield next((one for one in LEFT_OUT if one in says), says), address, rule
        else:
            yield "matches" if _matches(address, rules) else "misses", address, rule


def test_every_rule_matches_or_is_left_out_for_a_known_reason(pairs: list[tuple[str, str]]) -> None:
    answers = list(_answers(pairs))
    unexplained = [one for one in answers if one[0] not in {"matches", *LEFT_OUT}]
    assert unexplained == []
    assert Counter(answer for answer, *_ in answers) == {"matches": MATCHED, **LEFT_OUT}


def test_all_rules_in_one_list_match_what_they_match_alone(pairs: list[tuple[str, str]]) -> None:
    """Filed under words that depend on all the others, the rules still find their addresses."""
    usable = [(address, rule) for address, rule in pairs if not _alone(rule)[1]]
    blocking = sorted({rule.removeprefix("@@") for _, rule in usable})
    together, problems = rules_of({"all": [File(Format.ADBLOCK, blocking)]})
    assert not problems
    for address, rule in usable:
        url = split(address)
        assert url
        (alone,) = {hit.entry for hit in _alone(rule)[0].match(url.host, url)}
        assert alone in {hit.entry for hit in together.match(url.host, url)}, (address, rule)
