"""What the school changed of the themes: recorded, counted as a change, and never of what is urgent."""

from datetime import UTC, datetime

import pytest

from filter_rules.theme_changes import ThemeChange, Way
from filter_rules.theme_files import parse_theme
from safeguard.core.audit import Actor
from safeguard.problems import UnusableError
from safeguard.store import generation, theme_changes
from safeguard.store.session import Store

ACTOR = Actor("staff:1", datetime(2026, 11, 23, 9, tzinfo=UTC))
THEME, _ = parse_theme(
    'name = "t"\ntitle = "T"\nfamily = "f"\nfour_cs = "conduct"\n'
    '[[phrase]]\nsays = "s"\nany = ["bad"]\nweight = 5\n'
    '[[phrase]]\nsays = "s"\nany = ["dire"]\nweight = 10\n',
    "t.toml",
)
ADDED = ThemeChange(Way.ADD, "t", "rude word", 4)


def test_a_change_is_in_force_until_it_is_taken_back_and_workers_are_told(
    any_store: Store,
) -> None:
    before = generation.current(any_store)
    number = theme_changes.make(any_store, [THEME], ADDED, " heard often ", ACTOR)
    (made,) = theme_changes.in_force(any_store)
    assert (made.id, made.change, made.reason, made.by) == (
        number,
        ADDED,
        "heard often",
        "staff:1",
    )
    assert generation.current(any_store) == before + 1
    assert theme_changes.take_back(any_store, number, "gone again", ACTOR)
    assert theme_changes.in_force(any_store) == []
    assert generation.current(any_store) == before + 2
    assert not theme_changes.take_back(any_store, number, "gone again", ACTOR)


def test_nothing_is_changed_without_a_reason_or_where_it_must_not_be(any_store: Store) -> None:
    weakened = ThemeChange(Way.WEAKEN, "t", "dire", 1)
    with pytest.raises(UnusableError, match="say why"):
        theme_changes.make(any_store, [THEME], ADDED, " ", ACTOR)
    with pytest.raises(UnusableError, match="say why"):
        theme_changes.take_back(any_store, 1, "", ACTOR)
    with pytest.raises(UnusableError, match="never weakened"):
        theme_changes.make(any_store, [THEME], weakened, "too many", ACTOR)
    assert theme_changes.in_force(any_store) == []


def test_there_are_only_so_many(any_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme_changes, "MOST", 1)
    theme_changes.make(any_store, [THEME], ADDED, "one", ACTOR)
    with pytest.raises(UnusableError, match="1 changes are in force"):
        theme_changes.make(any_store, [THEME], ADDED, "two", ACTOR)
