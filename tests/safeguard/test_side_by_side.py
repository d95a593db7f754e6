"""A list's effect on a group's visits to a host: judged without the list, and with it."""

from dataclasses import replace
from pathlib import Path

import pytest

from filter_rules.formats.format import Format
from filter_rules.ruleset import PRIVATE
from filter_rules.types import Kind
from filter_rules.urls import split
from safeguard.building import compile_alone, open_rules
from safeguard.loading import load_snapshot
from safeguard.previewing import source_of
from safeguard.sealed_imports import import_sealed
from safeguard.settings import load
from safeguard.side_by_side import Changed, Effect, Judges, Spoken
from safeguard.sources import SHIPPED
from safeguard.store.session import open_store
from tests.safeguard.sealed_samples import FEED, NOW


def spoken_by(tmp_path: Path, text: str, category: str = "games") -> Spoken:
    (tmp_path / "list.txt").write_text(text)
    work = tmp_path / "work"
    work.mkdir()
    source = source_of(work, tmp_path / "list.txt", Format.ADBLOCK, category, NOW)
    return Spoken(source, compile_alone(source, work, lambda *_: None), lambda *_: None)


@pytest.mark.parametrize(
    ("host", "how"),
    [
        ("chess.example", "whole"),
        ("www.chess.example", "whole"),
        ("rivers.example", "in part"),
        ("www.rivers.example", "in part"),
        ("maps.rivers.example", "in part"),
        ("lifted.example", ""),
        ("example", ""),
        ("other.example", ""),
        ("127.0.0.1", ""),
    ],
)
def test_a_list_speaks_of_hosts_as_a_whole_or_in_part(tmp_path: Path, host: str, how: str) -> None:
    text = "||chess.example^\n||www.rivers.example/games^\n@@||lifted.example/x^\n/ads/*/banner.\n"
    spoken = spoken_by(tmp_path, text)
    assert (spoken.names(host), spoken.names_part_of(host)) == (how == "whole", how == "in part")
    assert spoken.patterns == 1


def test_a_missing_sealed_list_that_stops_everything_hides_nothing_here(
    school: Path, tmp_path: Path
) -> None:
    settings = load(school)
    store = open_store(settings)
    snapshot = load_snapshot(settings, store)
    store.close()
    stopped = replace(snapshot, policy=replace(snapshot.policy, sealed_missing=True))
    judges = Judges(settings, stopped, spoken_by(tmp_path, "||chess.example^\n"))
    assert judges.effect("primary", "chess.example") is Effect.BLOCKED


def test_nobody_learns_what_is_on_a_sealed_list(school: Path, tmp_path: Path) -> None:
    import_sealed(school, "test-list", FEED, NOW)
    settings = load(school)
    store = open_store(settings)
    snapshot = load_snapshot(settings, store)
    store.close()
    assert snapshot.sealing.lists.carries("whole-host-entry.test")
    judges = Judges(settings, snapshot, spoken_by(tmp_path, "||whole-host-entry.test^\n"))
    assert judges.effect("primary", "whole-host-entry.test") is Effect.BLOCKED
    assert judges.effect("staff", "whole-host-entry.test") is Effect.NO_RULE


def test_rules_can_be_taken_with_another_list_or_without_one(school: Path, tmp_path: Path) -> None:
    rules = open_rules(school)
    spoken = spoken_by(tmp_path, "||bet365.com^\n||tiktok.com^\n")
    url = split("https://bet365.com/")
    with_it = Changed(rules, frozenset(), spoken.alone)
    assert [hit.category for hit in with_it.match("bet365.com", url)] == ["gambling", "games"]
    without = Changed(rules, frozenset({f"{SHIPPED}/gambling"}), None)
    assert without.match("bet365.com", url) == ()
    assert [hit.category for hit in with_it.match("127.0.0.1")] == [PRIVATE]
    assert with_it.match_address("10.0.0.1") == rules.match_address("10.0.0.1")
    text = "how to bypass the school filter"
    assert with_it.detect(text, Kind.SEARCH) == rules.detect(text, Kind.SEARCH)
    assert with_it.fingerprint == rules.fingerprint
