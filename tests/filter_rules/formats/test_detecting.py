"""Which format a list is in."""

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
