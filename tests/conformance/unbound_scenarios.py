"""A small reader of unbound's scenarios: the zones, what servers say, and what is asked.

A question is followed as our DNS edge follows it: the name, the aliases that it leads to, and
the addresses at the end. Unbound acted where its answer is a zone's own (`AA`), is cut short
(`TC`), does not come, or differs from what the servers say.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

_ZONE = re.compile(r"TEMPFILE_CONTENTS (\S+)\n(.*?)TEMPFILE_END", re.DOTALL)
_SERVERS = re.compile(r"RANGE_BEGIN.*?RANGE_END", re.DOTALL)
_ENTRY = re.compile(r"ENTRY_BEGIN\n(.*?)ENTRY_END", re.DOTALL)
_STEP = re.compile(r"^STEP \d+ (?=QUERY|CHECK_ANSWER)", re.MULTILINE)
_REPLY = re.compile(r"^REPLY(.*)$", re.MULTILINE)


class Record(NamedTuple):
    owner: str
    type: str
    value: str


type Records = Mapping[tuple[str, str], Sequence[Record]]


class Asked(NamedTuple):
    """A question: what it leads to, and whether unbound acted."""

    name: str
    type: str
    leads_to: tuple[str, ...]
    acted: bool


def zones(scenario: str) -> dict[str, list[str]]:
    """The lines of each zone, in unbound's order."""
    return {name: text.splitlines() for name, text in _ZONE.findall(scenario)}


def asked(scenario: str) -> list[Asked]:
    """Every question, in order."""
    servers = _servers(scenario)
    return [_judged(name, kind, reply, servers) for name, kind, reply in _questions(scenario)]


def _questions(scenario: str) -> Iterator[tuple[str, str, str]]:
    """Yield each question with the entry that checks its answer; empty where none comes."""
    steps = _SERVERS.sub("", scenario[scenario.rindex("SCENARIO_BEGIN") :])
    waiting: tuple[str, str] | None = None
    for step in _STEP.split(steps)[1:]:
        entry = _ENTRY.search(step)
        assert entry
        name, kind, _ = _records(entry[1], "QUESTION")[0]
        if step.startswith("CHECK_ANSWER"):
            yield name, kind, entry[1]
            waiting = None
            continue
        if waiting:
            yield *waiting, ""
        waiting = name, kind
    if waiting:
        yield *waiting, ""


def _judged(name: str, kind: str, reply: str, servers: Records) -> Asked:
    found = _followed(name, kind, servers)
    shown = _REPLY.search(reply)
    flags = set(shown[1].split()) if shown else set()
    differs = set(_records(reply, "ANSWER")) != set(found)
    acted = not reply or bool(flags & {"AA", "TC"}) or differs
    leads_to = dict.fromkeys(one.value for one in found if one.type in {"cname", "a", "aaaa"})
    return Asked(name, kind, tuple(leads_to), acted)


def _servers(scenario: str) -> Records:
    found: dict[tuple[str, str], list[Record]] = {}
    for server in _SERVERS.findall(scenario):
        for entry in _ENTRY.findall(server):
            name, kind, _ = _records(entry, "QUESTION")[0]
            found.setdefault((name, kind), []).extend(_records(entry, "ANSWER"))
    return found


def _followed(name: str, kind: str, servers: Records, behind: int = 0) -> list[Record]:
    found = list(servers.get((name, kind), ()))
    owners = {one.owner for one in found}
    for one in list(found):
        if one.type == "cname" and one.value not in owners and behind < 8:
            found += _followed(one.value, kind, servers, behind + 1)
    return found


def _records(entry: str, section: str) -> list[Record]:
    read = re.search(rf"SECTION {section}\n(.*?)(?=SECTION|\Z)", entry, re.DOTALL)
    lines = (
        [line.partition(";")[0].lower().split() for line in read[1].splitlines()] if read else []
    )
    made = [_record(words) for words in lines if words]
    return [one for one in made if one.type != "rrsig"]


def _record(words: list[str]) -> Record:
    owner, *rest = words
    while rest and (rest[0] == "in" or rest[0].isdigit()):
        rest.pop(0)
    return Record(owner.removesuffix("."), rest[0], "".join(rest[1:2]).removesuffix("."))
