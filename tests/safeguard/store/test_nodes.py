"""Each node says that it runs, and people see which do, and which do not agree."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from safeguard.problems import UnusableError
from safeguard.store.nodes import (
    COPIED,
    FORGOTTEN_AFTER,
    LOST_AFTER,
    Node,
    Presence,
    everyone,
    node_id,
    problems,
)
from safeguard.store.session import Store

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)
HALL = Node("a" * 32, "hall", "r1", "f" * 32, leads=True, seen_at=NOW)
LIBRARY = Node("b" * 32, "library", "r2", "f" * 32, leads=False, seen_at=NOW)


def presence(store: Store, node: Node) -> Presence:
    return Presence(store, node.id, node.name, node.run)


def test_an_id_is_drawn_once_and_kept(tmp_path: Path) -> None:
    drawn = node_id(tmp_path)
    assert len(drawn) == 32
    assert node_id(tmp_path) == drawn
    assert [path.name for path in tmp_path.iterdir()] == ["node-id"]


def test_of_two_that_draw_at_once_the_first_stands(tmp_path: Path) -> None:
    def other_first(count: int) -> bytes:
        (tmp_path / "node-id").write_text("c" * 32)
        return bytes(count)

    assert node_id(tmp_path, other_first) == "c" * 32


def test_a_damaged_id_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "node-id").write_text("hall")
    with pytest.raises(UnusableError, match="is damaged: remove it"):
        node_id(tmp_path)


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="cannot be read or made"):
        node_id(tmp_path / "absent")


def test_nodes_are_seen_by_all(any_store: Store) -> None:
    for one in (LIBRARY, HALL):
        presence(any_store, one).say(NOW, one.artefact, leads=one.leads)
    key = any_store.vault.key_id.hex()
    assert everyone(any_store) == tuple(replace(one, content_key=key) for one in (HALL, LIBRARY))
    assert problems(everyone(any_store), NOW) == ()


def test_a_restart_is_no_copy_but_two_that_alternate_are(any_store: Store) -> None:
    first, again = presence(any_store, HALL), Presence(any_store, HALL.id, "hall-copy", "r9")
    assert first.say(NOW, "", leads=True) == ""
    assert again.say(NOW, "", leads=False) == ""
    assert first.say(NOW, "", leads=True) == COPIED
    assert again.say(NOW, "", leads=False) == COPIED
    assert "copy of its data folder" in " ".join(problems(everyone(any_store), NOW))


def test_a_node_of_long_ago_is_forgotten(any_store: Store) -> None:
    presence(any_store, LIBRARY).say(NOW, "", leads=False)
    later = NOW + FORGOTTEN_AFTER + timedelta(seconds=1)
    presence(any_store, HALL).say(later, "", leads=True)
    assert [one.name for one in everyone(any_store)] == ["hall"]


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ((), []),
        ((HALL, LIBRARY), []),
        (
            (HALL, Node("b" * 32, "library", "r2", "", leads=False, seen_at=NOW - LOST_AFTER * 2)),
            ["The node library has not been heard of since 04 March 2026, 09:58 UTC"],
        ),
        ((LIBRARY,), ["No node leads"]),
        (
            (HALL, Node("b" * 32, "library", "r2", "0" * 32, leads=False, seen_at=NOW)),
            ["The node library filters by other rules than hall, which leads."],
        ),
        (
            (HALL, Node("b" * 32, "library", "r2", "f" * 32, False, NOW, "It is upset.")),
            ["The node library: It is upset."],
        ),
        (
            (HALL, replace(LIBRARY, content_key="0badf00d")),
            ["The node library seals what was typed with another key than hall"],
        ),
    ],
    ids=["none", "well", "silent", "leaderless", "other rules", "trouble", "key"],
)
def test_what_a_person_should_look_into_is_a_sentence(
    nodes: tuple[Node, ...], said: list[str]
) -> None:
    found = problems(nodes, NOW)
    assert len(found) == len(said)
    assert all(sentence.startswith(begin) for sentence, begin in zip(found, said, strict=True))
