"""unbound's scenarios for response policy zones, as far as they speak of the names asked for.

A scenario is read for its zones, and for each question that it asks and whether the answer is
a zone's own (`AA`: the name is blocked) or came from elsewhere. Where we differ, it is on
purpose, and the table says why.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from filter_rules.formats.format import Format
from tests.conformance.answers import File, rules_of

_ZONE = re.compile(r"TEMPFILE_CONTENTS (\S+)\n(.*?)TEMPFILE_END", re.DOTALL)
_ANSWER = re.compile(r"CHECK_ANSWER\n.*?REPLY ([^\n]*)\nSECTION QUESTION\n(\S+)", re.DOTALL)

ASKED = {
    "rpz_qname": 14,
    "rpz_qname_tcponly": 3,
    "rpz_rootwc": 2,
    "rpz_cname_handle": 22,
}
BEYOND_THE_WILDCARD = "blocked: to us a wildcard covers all below it, to DNS not below names it has"
FIRST_ZONE = "blocked: to us a list's exceptions speak of that list, not of all lists after it"
TCP_ONLY = "not blocked: to ask again by TCP keeps nobody from a site"
BY_ALIAS = "not blocked by this name: the alias is listed, and asked for by itself"
BY_SERVER = "not blocked: triggers of name servers are reported, not read"
ALL_NAMES = "not blocked: a list that blocks every name is refused"
OURS = {
    ("rpz_qname", "x.b.a"): BEYOND_THE_WILDCARD,
    ("rpz_qname", "c.g"): FIRST_ZONE,
    ("rpz_qname", "tcp"): TCP_ONLY,
    ("rpz_qname", "f.example"): BY_ALIAS,
    ("rpz_qname_tcponly", "b.a"): TCP_ONLY,
    ("rpz_rootwc", "x"): ALL_NAMES,
    ("rpz_rootwc", "y.tld"): ALL_NAMES,
    **{("rpz_cname_handle", f"www.gotham{number}.a"): BY_ALIAS for number in (5, 6, 7)},
    **{("rpz_cname_handle", f"www.gotham{number}.a"): BY_SERVER for number in (8, 9, 10)},
}


def _zones(scenario: str) -> dict[str, list[File]]:
    return {
        name: [File(Format.RPZ, zone.splitlines(), name)] for name, zone in _ZONE.findall(scenario)
    }


def _answers(scenario: str) -> Iterator[tuple[str, bool]]:
    """Yield each name asked for, and whether a zone answered."""
    for flags, name in _ANSWER.findall(scenario):
        yield name.removesuffix("."), "AA" in flags.split()


@pytest.mark.parametrize("name", ASKED)
def test_a_name_is_blocked_where_a_zone_answers(name: str, shared_data: Path) -> None:
    scenario = (shared_data / f"vectors/unbound-rpz/{name}.rpl").read_text(encoding="utf-8")
    rules, _ = rules_of(_zones(scenario))
    answers = list(_answers(scenario))
    assert len(answers) == ASKED[name]
    misses = {(name, host) for host, by_zone in answers if bool(rules.match(host)) is not by_zone}
    assert misses == {key for key in OURS if key[0] == name}
