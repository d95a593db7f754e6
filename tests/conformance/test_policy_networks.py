"""unbound's scenario for policy zones that speak of the addresses in answers, at the DNS edge.

The scenario's name server is a real one on loopback; its zones are imported and compiled. A name
is blocked where unbound does not give its addresses. Where we differ the table says why.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

from dnslib import AAAA, QTYPE, RR, A

from filter_rules.formats.format import Format
from safeguard.building import build
from safeguard.engine import Engine, open_engine
from safeguard.importing import import_source
from safeguard.settings import load
from safeguard.store import schema
from tests.dns_filter.conftest import open_office
from tests.dns_filter.packets import content, run
from tests.dns_filter.test_chain import answer

_ZONE = re.compile(r"TEMPFILE_CONTENTS (\S+)\n(.*?)TEMPFILE_END", re.DOTALL)
_ANSWERED = re.compile(
    r"SECTION QUESTION\n(\w)\.\s+IN\s+(A+)\s.*?SECTION ANSWER\n(.*?)ENTRY_END", re.DOTALL
)
_RDATA = re.compile(r"IN\s+A+\s+(\S+)")
_QUERY = re.compile(r"QUERY\n.*?SECTION QUESTION\n(\w)\.\s+IN\s+(A+)\s", re.DOTALL)

NOW = datetime(2026, 3, 4, tzinfo=UTC)
OF_ITS_OWN = "blocked: to us a list's exceptions speak of that list, not of all lists after it"
OURS = {("f", "A"): OF_ITS_OWN, ("f", "AAAA"): OF_ITS_OWN}

type Asked = tuple[str, str]
type Given = dict[Asked, list[str]]


def _given(part: str) -> Given:
    found = _ANSWERED.findall(part)
    return {(name, qtype): _RDATA.findall(answer) for name, qtype, answer in found}


def _school(folder: Path, zones: list[tuple[str, str]]) -> Engine:
    """A school that has imported the zones, as lists of malware."""
    data = folder / "data"
    data.mkdir()
    for name, zone in zones:
        (folder / name).write_text(zone)
        import_source(data, folder / name, Format.RPZ, "malware", name.replace(".", "-"), NOW)
    build(data, lambda _doing, _done, _of: None)
    schema.prepare(load(data)).close()
    return open_engine(load(data))


def _records(asked: Asked, addresses: list[str]) -> list[RR]:
    name, qtype = asked
    make = A if qtype == "A" else AAAA
    return [RR(name, getattr(QTYPE, qtype), ttl=300, rdata=make(one)) for one in addresses]


def test_a_name_is_blocked_where_a_zone_names_its_addresses(
    shared_data: Path, tmp_path: Path
) -> None:
    text = (shared_data / "vectors/unbound-rpz/rpz_respip.rpl").read_text(encoding="utf-8")
    beyond, _, steps = text.partition("RANGE_END")
    served, unbound = _given(beyond), _given(steps)
    queries = dict.fromkeys(_QUERY.findall(steps))
    engine = _school(tmp_path, _ZONE.findall(beyond))
    assert len(queries) == 16

    async def walk() -> dict[Asked, bool]:
        blocked = {}
        async with open_office(engine) as office:
            for asked, addresses in served.items():
                office.resolver.zone[asked] = _records(asked, addresses)
            for name, qtype in queries:
                found = [one.split()[1] for one in content(await answer(office, name, qtype))]
                assert found in (served[name, qtype], ["0.0.0.0"], ["::"])
                blocked[name, qtype] = found != served[name, qtype]
            assert not office.desk.faults
        return blocked

    blocked = run(walk())
    theirs = {asked: unbound.get(asked) != served[asked] for asked in queries}
    assert {asked for asked in queries if blocked[asked] is not theirs[asked]} == OURS.keys()
