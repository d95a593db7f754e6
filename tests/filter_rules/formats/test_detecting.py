"""Which format a list is in."""

from pathlib import Path

import pytest

from filter_rules.formats.detecting import detect, refusal
from filter_rules.formats.format import Format


@pytest.mark.parametrize(
    ("lines", "fmt"),
    [
        (["example.com", "example.org"], Format.DOMAINS),
        (["*.example.com", ".example.org"], Format.WILDCARD),
        (["0.0.0.0 example.com", "::1 example.org"], Format.HOSTS),
        (["[Adblock Plus 2.0]", "||example.com^", "@@||example.org^$important"], Format.ADBLOCK),
        (["address=/example.com/#", "local=/example.org/"], Format.DNSMASQ),
        (["server:", 'local-zone: "example.com" refuse'], Format.UNBOUND),
        (["$TTL 30", "example.com CNAME .", "*.example.com IN CNAME ."], Format.RPZ),
        (["example.com/games", "https://example.org/x"], Format.URLS),
        ([".Include<games>", ".Include<chat>"], Format.E2GUARDIAN),
        (["domain;category", "example.com;games"], Format.CSV),
    ],
)
def test_a_format_is_known_by_its_lines(lines: list[str], fmt: Format) -> None:
    assert detect(["# a comment", "", *lines])[0] is fmt


def test_the_reason_is_told() -> None:
    lines = ["# a comment", "0.0.0.0 a.example", "0.0.0.0 b.example", "b.example"]
    assert detect(lines)[1] == "2 of the first 3 lines look like 0.0.0.0 name"


def test_the_columns_of_a_table_are_told() -> None:
    why = detect(["Domain,Category,Note", "a.example,games,"])[1]
    assert why == "its first row names columns: “domain”, “category”, “note”"


def test_lines_of_no_known_shape_are_read_as_domains() -> None:
    fmt, why = detect(["<<>>"])
    assert fmt is Format.DOMAINS
    assert "no line has the shape" in why


def test_a_list_of_comments_is_one_of_nothing() -> None:
    assert detect(["# nothing", ""])[1] == "no line says anything: read as plain domains"


def test_expressions_of_names_are_told_with_what_to_give_instead() -> None:
    why = detect([r"\.agency$", r"(\.|^)autos$", r"^ad[sv]?[0-9]*\.example$"])[1]
    assert "regular expressions" in why
    assert "*.example" in why


@pytest.mark.parametrize(
    ("path", "fmt"),
    [
        ("games/expressions", Format.UT1),
        ("expressions.gz", Format.UT1),
        ("lists/bannedsitelist", Format.E2GUARDIAN),
        ("weightedphraselist", Format.E2GUARDIAN),  # to be refused with what to give instead
        ("games/domains", Format.HOSTS),
        ("list.txt", Format.HOSTS),
    ],
)
def test_the_name_of_a_file_tells_where_it_is_one_of_a_few(path: str, fmt: Format) -> None:
    assert detect(["0.0.0.0 example.com"], path)[0] is fmt


@pytest.mark.parametrize("line", [":" * 400_000, "0:" * 200_000, "a." * 200_000, "1" * 400_000])
def test_a_hostile_line_is_judged_by_its_beginning(line: str) -> None:
    assert detect([line] * 50)[0] in Format  # a slow shape would run into the time limit


def test_every_real_list_is_proposed_as_what_its_folder_says(shared_data: Path) -> None:
    formats = shared_data / "lists" / "formats"
    found = {}
    for path in sorted(formats.glob("*/*/*")):
        if path.is_file() and path.parent.name in {*Format, "adguard", "dnsmasq-version"}:
            found[path] = detect(path.read_text(encoding="utf-8").splitlines()[:1000])[0]
    of_folder = {str(fmt): fmt for fmt in Format}
    of_folder |= {"adguard": Format.ADBLOCK, "dnsmasq-version": Format.DNSMASQ}
    wrong = {
        path.name: fmt
        for path, fmt in found.items()
        if fmt is not of_folder[path.parent.name] and "onlydomains" not in path.name
    }
    assert len(found) > 25
    assert wrong == {}


@pytest.mark.parametrize(
    "lines",
    [
        ["<!doctype html>"],
        ["\ufeff", "  ", "<HTML lang=en>"],
        ["\ufeff<html>"],
        ["<?xml version='1.0'?>"],
    ],
)
def test_a_web_page_is_no_list(lines: list[str]) -> None:
    assert "web page" in refusal(lines)


def test_a_binary_file_is_no_list() -> None:
    assert "binary" in refusal(["PK\x03\x04\x00"])


def test_a_list_is_a_list() -> None:
    assert refusal(["# <html>", "example.com"]) == ""
    assert refusal([]) == ""
