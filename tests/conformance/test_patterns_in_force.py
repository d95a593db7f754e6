"""Adblock lists from their file to a verdict: imported, built, opened and asked."""

from datetime import UTC, datetime
from pathlib import Path

from filter_rules.formats.format import Format
from filter_rules.ruleset import RuleSet
from filter_rules.types import Hit, Part
from filter_rules.urls import split
from safeguard.building import build, manifest_in_force, open_rules, rules_in_force
from safeguard.importing import import_source

NOW = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)
LIST = [
    "/banner/*/img^",
    "||ad*.example^",
    "||site.example^*/advert.",
    "@@||site.example^*/advert.js",
    "/withdrawn/*.gif",
    "/withdrawn/*.gif$badfilter",
    r"/^ads?[0-9]+\.example\.net$/",
    "/only/*$script",
]


def put_in_force(data: Path, lines: list[str]) -> RuleSet:
    file = data.parent / "adverts.txt"
    file.write_text("\n".join(lines), encoding="utf-8")
    import_source(data, file, Format.ADBLOCK, "adverts", "adverts", NOW)
    build(data, lambda _step, _done, _total: None)
    return open_rules(data)


def hits(rules: RuleSet, text: str) -> set[str]:
    url = split(text)
    assert url
    found = rules.match(url.host, url)
    assert all(hit == Hit("adverts", "adverts", hit.entry, Part.PATTERN) for hit in found)
    return {hit.entry for hit in found}


def test_a_list_of_patterns_is_in_force(tmp_path: Path) -> None:
    rules = put_in_force(tmp_path / "data", LIST)
    assert hits(rules, "https://any.example.org/banner/a/img?x") == {"/banner/*/img^"}
    assert hits(rules, "https://ads.example/") == {"||ad*.example^"}
    assert {hit.entry for hit in rules.match("ads.example")} == {"||ad*.example^"}
    assert hits(rules, "https://www.site.example/x/advert.gif") == {"||site.example^*/advert."}
    assert hits(rules, "https://www.site.example/x/advert.js") == set()
    assert hits(rules, "https://any.example.org/withdrawn/a.gif") == set()
    assert hits(rules, "https://any.example.org/only/a") == set()
    assert {hit.entry for hit in rules.match("ad7.example.net")} == {LIST[6]}
    (source,) = [one for one in manifest_in_force(tmp_path / "data")["sources"] if one["problems"]]
    assert source["problem_count"] == 1
    assert "kinds of requests" in source["problems"][0]["says"]


def test_a_list_as_large_as_they_come_is_opened_without_being_read(tmp_path: Path) -> None:
    lines = [f"/banner{number}/*/img^" for number in range(30_000)]
    rules = put_in_force(tmp_path / "data", lines)
    patterns = rules._urls._patterns
    assert len(patterns) == 30_000
    assert patterns._filed_under.cache_info().currsize == 0
    assert hits(rules, "https://any.example/banner29999/x/img") == {"/banner29999/*/img^"}
    assert patterns._filed_under.cache_info().currsize < 10


def test_the_same_patterns_make_the_same_artefact(tmp_path: Path) -> None:
    made = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        put_in_force(tmp_path / name / "data", LIST)
        made.add(rules_in_force(tmp_path / name / "data"))
    assert len(made) == 1
