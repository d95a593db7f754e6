"""The public suffix list's own tests, held against the table by which we know a whole suffix.

We ask one thing of it, whether a name is a suffix of a registry; its tests ask for the
registrable name. So each test is asked of the library that we use, and each of ours follows.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from publicsuffixlist import PublicSuffixList

from filter_rules.formats.format import Format
from filter_rules.formats.parsing import parse
from filter_rules.formats.suffixes import is_public_suffix
from filter_rules.hosts import canonical_host
from filter_rules.types import Entry, Problem

# These are suffixes that a company lets names below; the test's other suffixes are registries'.
LET_BY_COMPANIES = {"uk.com"}
GIVEN_UP = {"juniper"}  # the test data is older than the library, which knows that it is gone


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "vectors" / "publicsuffix"


def _cases(folder: Path) -> Iterator[tuple[str, str | None]]:
    for line in (folder / "tests" / "tests.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("//"):
            name, registrable = line.split()
            yield name, None if registrable == "null" else registrable


def _rules(folder: Path) -> dict[str, list[str]]:
    """The rules of the list by section."""
    text = (folder / "public_suffix_list.dat").read_text(encoding="utf-8")
    icann, private = text.split("===BEGIN PRIVATE DOMAINS===")
    sections = {"icann": icann, "private": private}
    return {
        name: [line for line in text.splitlines() if line and not line.startswith("//")]
        for name, text in sections.items()
    }


def test_the_library_answers_the_lists_own_tests(folder: Path) -> None:
    cases = [case for case in _cases(folder) if case[0] != "null"]
    library = PublicSuffixList()
    assert len(cases) == 77
    assert {name: library.privatesuffix(name.lower()) for name, _ in cases} == dict(cases)


def test_a_name_that_nobody_can_register_is_a_suffix_and_no_other_is(folder: Path) -> None:
    listed = PublicSuffixList(accept_unknown=False)
    expected = {
        name: registrable is None
        for name, registrable in _cases(folder)
        if name != "null" and not name.startswith(".") and listed.publicsuffix(name.lower())
    }
    found = {name: is_public_suffix(canonical_host(name) or "") for name in expected}
    assert list(expected.values()).count(True) == 20
    misses = {name for name in expected if found[name] is not expected[name]}
    assert misses == LET_BY_COMPANIES


def test_every_rule_of_the_registries_is_a_suffix_and_none_of_the_companies_alone(
    folder: Path,
) -> None:
    rules = _rules(folder)
    exceptions = {rule.removeprefix("!") for rule in rules["icann"] if rule.startswith("!")}
    suffixes = {rule.replace("*", "any") for rule in rules["icann"]} - {f"!{e}" for e in exceptions}
    companies = {rule.replace("*", "any").removeprefix("!") for rule in rules["private"]}
    assert len(suffixes) > 6000
    unknown = {name for name in suffixes if not is_public_suffix(canonical_host(name) or "")}
    assert unknown <= GIVEN_UP
    assert {name for name in exceptions if is_public_suffix(name)} == set()
    both = {name for name in companies if is_public_suffix(canonical_host(name) or "")}
    assert both <= suffixes


def test_a_list_of_all_suffixes_blocks_nothing_as_plain_names_and_all_where_it_is_meant(
    folder: Path,
) -> None:
    names = [rule for rule in _rules(folder)["icann"] if rule[0] not in "*!"]
    for fmt in (Format.DOMAINS, Format.WILDCARD, Format.UT1, Format.E2GUARDIAN, Format.URLS):
        assert all(isinstance(said, Problem) for said in parse(fmt, names, "list.txt"))
    meant = {
        Format.DOMAINS: "*.{}",
        Format.WILDCARD: ".{}",
        Format.ADBLOCK: "||{}^",
        Format.DNSMASQ: "address=/{}/",
        Format.UNBOUND: 'local-zone: "{}" refuse',
        Format.RPZ: "*.{} CNAME .",
        Format.E2GUARDIAN: ".{}",
    }
    for fmt, shape in meant.items():
        said = list(parse(fmt, [shape.format(name) for name in names], "list.txt"))
        assert len(said) == len(names)
        assert all(isinstance(one, Entry) for one in said)
