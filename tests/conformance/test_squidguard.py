"""squidGuard's own suite: 1,005 requests of a proxy, answered by our readers and our index.

The configuration says which clients are which group, and which lists a group may not reach.
As much of its language is read here as the suite uses.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, ip_address
from pathlib import Path

import pytest

from filter_rules.formats.format import Format
from filter_rules.ruleset import RuleSet
from filter_rules.urls import split
from tests.conformance.answers import File, rules_of

_BLOCK_OR_WORD = re.compile(r"[{}]|[^\s{}]+")
_ANYBODY = "default"


@dataclass(slots=True)
class Source:
    """Who a group is: its addresses, and the people at them where it names any."""

    networks: list[IPv4Network] = field(default_factory=list)
    people: set[str] = field(default_factory=set)

    def holds(self, client: str, person: str) -> bool:
        return any(ip_address(client) in network for network in self.networks) and (
            not self.people or person in self.people
        )


@dataclass(slots=True)
class Configuration:
    """The groups in their order, the files of each list, and what each group may reach."""

    sources: dict[str, Source] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    passes: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> "Configuration":
        made = cls()
        for statement in _statements(text):
            match statement:
                case ["src", group, "ip", *networks]:
                    source = made.sources.setdefault(group, Source())
                    source.networks += [IPv4Network(network) for network in networks]
                case ["src", group, "user", *people]:
                    made.sources.setdefault(group, Source()).people |= set(people)
                case ["dest", name, "domainlist" | "urllist", file]:
                    made.lists.setdefault(name, []).append(file)
                case ["acl", group, "pass", *targets]:
                    made.passes[group] = targets
                case _:  # where the log is, and where blocked people are sent
                    pass
        return made

    def group_of(self, client: str, person: str) -> str:
        groups = (name for name, source in self.sources.items() if source.holds(client, person))
        return next(groups, _ANYBODY)

    def refusal(self, group: str, hits: set[str]) -> str | None:
        """Return the list for which a group is refused, "none" if for none; None if it is not."""
        for target in self.passes[group]:
            if target in {"all", "none"}:
                return None if target == "all" else "none"
            if target.removeprefix("!") in hits:
                return target[1:] if target.startswith("!") else None
        return "none"


def _statements(text: str) -> Iterator[list[str]]:
    """Yield the words of each line, after those of the blocks that it stands in."""
    blocks: list[list[str]] = []
    for line in text.splitlines():
        match _BLOCK_OR_WORD.findall(line.partition("#")[0]):
            case [*opened, "{"]:
                blocks.append(opened)
            case ["}"]:
                blocks.pop()
            case words:
                yield [word for block in [*blocks, words] for word in block]


@pytest.fixture(scope="module")
def suite(shared_data: Path) -> Path:
    return shared_data / "vectors" / "squidguard"


@pytest.fixture(scope="module")
def configuration(suite: Path) -> Configuration:
    return Configuration.of((suite / "test1.conf.in").read_text(encoding="latin-1"))


@pytest.fixture(scope="module")
def rules(suite: Path, configuration: Configuration) -> RuleSet:
    lists = {
        name: [File(Format.UT1, _lines(suite / file), file) for file in files]
        for name, files in configuration.lists.items()
    }
    made, problems = rules_of(lists)
    # Two lines of the list of domains are single words, which are no names on the internet.
    assert len(problems) == 2
    return made


def _lines(file: Path) -> Sequence[str]:
    return file.read_text(encoding="latin-1").split("\n")[:-1]


def _answer(request: str, configuration: Configuration, rules: RuleSet) -> str:
    """Return what squidGuard would say to a request: where to send it instead, or nothing."""
    address, client, person, _ = request.split()
    client, person = client.partition("/")[0], person.removeprefix("-")
    url = split(address)
    assert url, address
    group = configuration.group_of(client, person)
    refused_for = configuration.refusal(group, {hit.list for hit in rules.match(url.host, url)})
    if refused_for is None:
        return ""
    return (
        f"http://info.foo.bar/cgi/blocked?clientaddr={client}&clientname=&clientuser={person}"
        f"&clientgroup={group}&targetgroup={refused_for}&url={address} "
        f"{' '.join(request.split()[1:])}"
    )


def test_every_request_is_answered_as_squidguard_answers_it(
    suite: Path, configuration: Configuration, rules: RuleSet
) -> None:
    requests, expected = _lines(suite / "requests"), _lines(suite / "test1.expected")
    assert len(requests) == len(expected) == 1005
    assert sum(1 for answer in expected if answer) == 137
    answers = [_answer(request, configuration, rules) for request in requests]
    misses = [pair for pair in zip(answers, expected, strict=True) if pair[0] != pair[1]]
    assert misses == []
