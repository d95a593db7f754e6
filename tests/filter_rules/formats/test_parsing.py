"""Every format on every oddity we know, as golden files; then laws that hold for any text.

`UPDATE_GOLDEN=1 pytest tests/filter_rules/formats` writes the golden files anew: read the
difference before it is kept.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.formats.expressions import compiled
from filter_rules.formats.format import Format
from filter_rules.formats.parsing import MOST_TRIED_ALWAYS, parse
from filter_rules.formats.patterns import expression_of
from filter_rules.hosts import canonical_host
from filter_rules.types import Entry, Part, Problem, Rank, Reach

GOLDEN = Path("tests/golden")
REACHES = {Reach.SUBTREE: "subtree", Reach.EXACT: "exact", Reach.BELOW: "below"}


def listed(name: str) -> tuple[Format, str]:
    """The format and the file name that a golden file is read as."""
    fmt, _, file = name.removeprefix("lists_").partition("_")
    return Format(fmt), file or "list.txt"


def shown(lines: list[str], fmt: Format, file: str) -> Iterator[str]:
    """What is said of each line, under the line."""
    for said in parse(fmt, lines, file):
        if isinstance(said, Problem):
            yield f"{said.line:3} refused  {said.says}"
        else:
            allow = "allow " if said.allow else ""
            rank = "" if said.rank is Rank.ORDINARY else f", {said.rank.name.lower()}"
            withdraws = ", withdraws" if said.withdraws else ""
            how = f"{REACHES[said.reach]}{rank}{withdraws}"
            about = f" about {said.category}" if said.category else ""
            yield f"    {allow}{said.part} {said.value} ({how}){about}"


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("lists_*.txt")), ids=lambda path: path.stem)
def test_every_oddity_is_read_as_the_golden_file_says(path: Path) -> None:
    fmt, file = listed(path.stem)
    lines = path.read_bytes().decode().split("\n")
    made = "\n".join(shown(lines, fmt, file)) + "\n"
    golden = path.with_suffix(".golden")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(made, encoding="utf-8")
    assert made == golden.read_text(encoding="utf-8")


def test_every_format_has_a_golden_file() -> None:
    tested = {listed(path.stem)[0] for path in GOLDEN.glob("lists_*.txt")}
    assert tested == set(Format) - {Format.AUTO}


def test_auto_reads_as_what_the_lines_look_like() -> None:
    assert list(parse(Format.AUTO, ["! ads", "||example.com^"], "x")) == [
        Entry(Part.HOST, "example.com")
    ]
    assert list(parse(Format.AUTO, ["0.0.0.0 example.com"], "x")) == [
        Entry(Part.HOST, "example.com", Reach.EXACT)
    ]


def test_a_list_longer_than_the_sample_is_read_to_its_end() -> None:
    lines = [f"host{number}.example" for number in range(2500)]
    said = list(parse(Format.AUTO, iter(lines), "x"))
    assert [one.value for one in said if isinstance(one, Entry)] == lines


@pytest.mark.parametrize("fmt", Format)
def test_a_web_page_is_refused_as_a_whole(fmt: Format) -> None:
    page = ["", "<!DOCTYPE html>", "<html>", "example.com"]
    (problem,) = parse(fmt, page, "games.txt")
    assert isinstance(problem, Problem)
    assert (problem.file, problem.line) == ("games.txt", 1)
    assert "web page" in problem.says


def test_a_line_that_is_too_long_is_refused_and_the_next_is_read() -> None:
    said = list(parse(Format.DOMAINS, ["a" * 5000, "example.com"], "x"))
    assert said == [
        Problem("x", 1, "the line is longer than 4096 characters"),
        Entry(Part.HOST, "example.com"),
    ]


# Text that is likely to get past the first check of some format.
PIECES = st.sampled_from(
    [
        "||", "@@", "^", "$", "important", "/", "address=", "server=/", "local-zone: ", '"', " ",
        "\t", "example.com", "a", ".", "*", "#", "##", ";", "!", "[", "0.0.0.0", "::1", "%", "@",
        "CNAME", " IN ", "$ORIGIN", "$TTL", "(", ")", "rpz-passthru.", ".rpz-ip", ".Include<", ">",
        "http://", "?", "é", "\ud800", "\x00", "\x07", "\u202e", "xn--", "-", "_", "=", ",", "\\",
        "domain", "category", "|", "#time: 9 0 17 0 01234", ".rpz-client-ip", "sep=;", "co.uk",
    ]
)  # fmt: skip
LINES = st.lists(st.lists(PIECES, max_size=8).map("".join) | st.text(max_size=20), max_size=6)
FILES = st.sampled_from(
    [
        "list.txt", "x/urls", "expressions", "exceptionsitelist", "exceptionregexpurllist",
        "bannedsiteiplist", "weightedphraselist",
    ]
)  # fmt: skip


@given(st.sampled_from(Format), LINES, FILES)
def test_no_text_stops_a_reader(fmt: Format, lines: list[str], file: str) -> None:
    for said in parse(fmt, ["domain,category", *lines] if fmt is Format.CSV else lines, file):
        if isinstance(said, Problem):
            assert 1 <= said.line <= len(lines) + 1
            assert said.says
        elif said.part is Part.HOST:
            assert canonical_host(said.value) == said.value
        elif said.part is Part.PATTERN:
            assert said.value.isprintable()
            assert compiled(expression_of(said.value))


def names(fmt: Format, path: Path) -> set[str]:
    """The names that a list speaks of; nothing in it may be refused."""
    with path.open(encoding="utf-8") as lines:
        said = list(parse(fmt, lines, path.name))
    assert not [one for one in said if isinstance(one, Problem)]
    return {one.value for one in said if isinstance(one, Entry)}


FORMAT_OF_FOLDER = {
    "adguard": Format.ADBLOCK,
    "alt-version": Format.DOMAINS,
    "dnsmasq-version": Format.DNSMASQ,
    "blocklistproject-4-syntaxes": Format.HOSTS,
    **{fmt.value: fmt for fmt in Format},
}
LONGER = {"domains", "hosts"}  # they list subdomains that the others leave to their parents
COUNTS = {
    ("tiktok-8-syntaxes", "native.tiktok"): (180, 181),
    ("nosafesearch-6-syntaxes", "nosafesearch"): (141, 141),
    ("hosts-and-domains-2022", "nosafesearch"): (135, 175),
    ("hosts-and-domains-2022", "doh-vpn-proxy-bypass"): (714, 1205),
    ("blocklistproject-4-syntaxes", "piracy"): (2154, 2154),
    ("blocklistproject-4-syntaxes", "vaping"): (108, 108),
}


@pytest.mark.parametrize(("folder", "stem"), COUNTS, ids="/".join)
def test_a_list_says_the_same_in_every_syntax(folder: str, stem: str, shared_data: Path) -> None:
    root = shared_data / "lists" / "formats" / folder
    found: dict[Path, set[str]] = {}
    for path in (path for path in root.rglob(f"{stem}*") if path.is_file()):
        plain = "onlydomains" in path.name
        fmt = Format.DOMAINS if plain else FORMAT_OF_FOLDER[path.parent.name]
        found[path] = names(fmt, path)
        assert names(Format.AUTO, path) == found[path]
    short, long = COUNTS[folder, stem]
    shorter = [made for path, made in found.items() if path.parent.name not in LONGER]
    longer = [made for path, made in found.items() if path.parent.name in LONGER]
    assert len(found) >= 4
    assert all(made == shorter[0] for made in shorter)
    assert len(shorter[0]) == short
    assert all(made == longer[0] and len(made) == long for made in longer)


def test_what_a_cleaner_refused_is_refused_and_counted(shared_data: Path) -> None:
    counted = {}
    for path in (shared_data / "lists/formats/malformed/ut1").glob("*/domains.invalid"):
        lines = path.read_text(encoding="utf-8").splitlines()
        said = list(parse(Format.UT1, lines, f"{path.parent.name}/domains"))
        assert all(isinstance(one, Problem) for one in said)
        counted[path.parent.name] = len(said)
    assert counted == {"adult": 690, "bank": 1, "dynamic-dns": 2}


def test_what_is_tried_on_every_address_is_bounded_and_the_rest_is_read() -> None:
    lines = [f"/x{number}y/" for number in range(MOST_TRIED_ALWAYS + 1)] + ["||example.com^"]
    said = list(parse(Format.ADBLOCK, lines, "x"))
    assert [one.part for one in said[:-2] if isinstance(one, Entry)] == (
        [Part.PATTERN] * MOST_TRIED_ALWAYS
    )
    assert isinstance(said[-2], Problem)
    assert (said[-2].line, "tried on every address" in said[-2].says) == (2001, True)
    assert said[-1] == Entry(Part.HOST, "example.com")
