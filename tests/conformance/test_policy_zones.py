"""unbound's scenarios for response policy zones, as far as they speak of what a list says.

We act on a question where a list names what is asked, an alias that it leads to, or an address
at the end. Where we differ from unbound, it is on purpose, and a table says why. Scenarios that
speak of who asks, of name servers, or of how unbound is set up are listed, with the reason.
"""

from pathlib import Path

import pytest

from filter_rules.formats.format import Format
from filter_rules.formats.parsing import parse
from filter_rules.types import Problem
from tests.conformance.answers import File, rules_of
from tests.conformance.unbound_scenarios import Asked, asked, zones

ASKED = {
    "rpz_cached_cname": 3,
    "rpz_cname_handle": 22,
    "rpz_cname_wild": 2,
    "rpz_passthru": 3,
    "rpz_qname": 14,
    "rpz_qname_override": 6,
    "rpz_qname_tcponly": 3,
    "rpz_qtype_cname": 2,
    "rpz_respip": 18,
    "rpz_respip_override": 6,
    "rpz_respip_tcponly": 6,
    "rpz_rootwc": 2,
    "rpz_signal_nxdomain_ra": 5,
    "rpz_val_block": 7,
    "serve_expired_rpz_drop": 2,
    "serve_expired_rpz_nx": 3,
}

BEYOND_THE_WILDCARD = "blocked: to us a wildcard covers all below it, to DNS not below names it has"
FIRST_ZONE = "blocked: to us a list's exceptions speak of that list, not of all lists after it"
TCP_ONLY = "to ask again by TCP keeps nobody from a site: what else is said of it holds"
BY_SERVER = "not blocked: triggers of name servers are reported, not read"
BY_CLIENT = "not blocked: triggers of clients are reported, not read"
ALL_NAMES = "not blocked: a list that blocks every name is refused"
SETTINGS = "blocked: unbound is told to pass what the zone blocks; a list cannot say so"
OURS = {
    ("rpz_qname", "x.b.a", "txt"): BEYOND_THE_WILDCARD,
    ("rpz_qname", "c.g", "txt"): FIRST_ZONE,
    ("rpz_qname", "tcp", "txt"): TCP_ONLY,
    ("rpz_qname_tcponly", "b.a", "txt"): TCP_ONLY,
    ("rpz_qname_override", "d", "txt"): SETTINGS,
    ("rpz_qtype_cname", "www.gotham2.a", "cname"): BY_SERVER,
    ("rpz_rootwc", "x", "txt"): ALL_NAMES,
    ("rpz_rootwc", "y.tld", "txt"): ALL_NAMES,
    ("rpz_cname_wild", "www.gotham2.a", "a"): BY_SERVER,
    **{("rpz_cname_handle", f"www.gotham{n}.a", "a"): BY_SERVER for n in (8, 9, 10, 16, 17)},
    ("rpz_passthru", "c.a", "txt"): FIRST_ZONE,
    ("rpz_passthru", "d.a", "a"): SETTINGS,
    ("rpz_passthru", "e.a", "a"): FIRST_ZONE,
    ("rpz_respip", "f", "a"): FIRST_ZONE,
    ("rpz_respip", "f", "aaaa"): FIRST_ZONE,
    ("rpz_respip_override", "d", "a"): SETTINGS,
    ("rpz_respip_tcponly", "y", "a"): TCP_ONLY,
    ("rpz_signal_nxdomain_ra", "d.d.a", "txt"): BY_SERVER,
    ("rpz_signal_nxdomain_ra", "e.e.a", "txt"): BY_SERVER,
    ("rpz_signal_nxdomain_ra", "f.a", "txt"): BY_CLIENT,
}

CLIENTS = "who asks decides in the policy, by group, not in a list"
SERVERS = "which server answers for a name is not known to a filter"
BY_TRIGGER = {
    "rpz_clientip": CLIENTS,
    "rpz_clientip_override": CLIENTS,
    "rpz_nsdname": SERVERS,
    "rpz_nsdname_override": SERVERS,
    "rpz_nsip": SERVERS,
    "rpz_nsip_override": SERVERS,
}
NOT_ABOUT_LISTS = BY_TRIGGER | {
    "rpz_clientip_passthru_cache": CLIENTS,
    "rpz_clientip_passthru_dns64": CLIENTS,
    "rpz_passthru_clientip": CLIENTS,
    "rpz_cname_tag": "unbound is told for which clients the zone counts",
    "rpz_axfr": "how unbound fetches a zone; the zone's text changes on the way",
    "rpz_ixfr": "how unbound fetches a zone; the zone's text changes on the way",
}


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "vectors" / "unbound-rpz"


def read(folder: Path, name: str) -> str:
    return (folder / f"{name}.rpl").read_text(encoding="utf-8")


def test_every_scenario_is_asked_or_there_is_a_reason(folder: Path) -> None:
    assert {path.stem for path in folder.iterdir()} == ASKED.keys() | NOT_ABOUT_LISTS.keys()
    assert not ASKED.keys() & NOT_ABOUT_LISTS.keys()


@pytest.mark.parametrize("name", ASKED)
def test_we_act_where_unbound_does(name: str, folder: Path) -> None:
    scenario = read(folder, name)
    lists = {zone: [File(Format.RPZ, lines, zone)] for zone, lines in zones(scenario).items()}
    rules, _ = rules_of(lists)

    def listed(one: Asked) -> bool:
        hits = (hit for host in (one.name, *one.leads_to) for hit in rules.match(host))
        return any(hit.list in lists for hit in hits)  # and not because it is a private address

    questions = asked(scenario)
    assert len(questions) == ASKED[name]
    misses = {(name, one.name, one.type) for one in questions if listed(one) is not one.acted}
    assert misses == {key for key in OURS if key[0] == name}


@pytest.mark.parametrize("name", BY_TRIGGER)
def test_triggers_that_no_list_decides_are_reported_and_make_no_entry(
    name: str, folder: Path
) -> None:
    for zone, lines in zones(read(folder, name)).items():
        triggers = [line.split()[0] for line in lines if line and "rpz-" in line.split()[0]]
        said = list(parse(Format.RPZ, lines, zone))
        assert len(said) == len(triggers) > 0
        for one, trigger in zip(said, triggers, strict=True):
            assert isinstance(one, Problem)
            assert trigger in one.says
