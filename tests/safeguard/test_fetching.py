"""What one node built is in force on the others: checked, whole, and with its sources."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from filter_rules.formats.format import Format
from safeguard import fetching
from safeguard.building import build, is_stale, open_rules, roll_back, rules_in_force
from safeguard.fetching import share, synced
from safeguard.importing import import_source
from safeguard.settings import Database, load
from safeguard.store.session import AwayError, Store, open_store
from safeguard.store.shared_rules import latest
from safeguard.store.tables.nodes import SharedRulesPartRow, SharedRulesRow
from tests.postgres import PostgresServer

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)


@dataclass
class Node:
    """A data folder of its own, and the way to the database that it shares."""

    name: str
    data: Path
    store: Store

    def share(self) -> str:
        return share(self.data, self.store, self.name * 32, NOW)

    def imports(self, name: str, *hosts: str) -> None:
        given = self.data.parent / f"{name}.txt"
        given.write_text("\n".join(hosts))
        import_source(self.data, given, Format.DOMAINS, "gambling", name, NOW)
        build(self.data, lambda *_: None)

    def blocks(self, host: str) -> bool:
        return any(hit.category == "gambling" for hit in open_rules(self.data).match(host))


type Nodes = Callable[[str], Node]


@pytest.fixture
def nodes(built: Path, tmp_path: Path, postgres_server: PostgresServer) -> Iterator[Nodes]:
    url = postgres_server.ready_database(tmp_path / "first")
    opened: list[Node] = []

    def node(name: str) -> Node:
        data = tmp_path / name / "data"
        shutil.copytree(built, data)
        settings = load(data).model_copy(update={"database": Database(url=url)})
        opened.append(Node(name, data, open_store(settings)))
        return opened[-1]

    yield node
    for one in opened:
        one.store.close()


def test_a_list_that_one_node_took_in_is_in_force_on_the_other(nodes: Nodes) -> None:
    near, far = nodes("a"), nodes("b")
    near.imports("casinos", "casino.example")
    assert not far.blocks("casino.example")
    assert (near.share(), far.share()) == ("", "")
    assert rules_in_force(far.data) == rules_in_force(near.data)
    assert far.blocks("casino.example")
    assert not is_stale(far.data), "or its next start would build weaker rules"


def test_any_node_can_go_on_where_another_ended(nodes: Nodes) -> None:
    near, far = nodes("a"), nodes("b")
    near.imports("casinos", "casino.example")
    near.share()
    far.share()
    far.imports("poker", "poker.example")
    far.share()
    near.share()
    assert near.blocks("casino.example")
    assert near.blocks("poker.example")
    assert latest(near.store).node == far.name * 32


def test_a_node_that_was_away_takes_before_it_shares(nodes: Nodes) -> None:
    near, late = nodes("a"), nodes("b")
    near.imports("casinos", "casino.example")
    near.share()
    late.imports("old", "old.example")
    late.share()
    assert late.blocks("casino.example")
    assert latest(near.store).number == 1
    kept = late.data / "sources-before" / "old"
    assert kept.is_dir(), "what was taken in there alone can be taken in again"


def test_a_rollback_is_shared_and_stays_rolled_back(nodes: Nodes) -> None:
    near, far = nodes("a"), nodes("b")
    near.imports("casinos", "casino.example")
    near.share()
    far.share()
    roll_back(near.data)
    near.share()
    far.share()
    assert not far.blocks("casino.example")
    assert not is_stale(far.data)


def test_where_nothing_changed_nothing_is_done(nodes: Nodes) -> None:
    near = nodes("a")
    for _ in range(3):
        near.share()
    assert latest(near.store).number == 1
    assert synced(near.data).number == 1


def test_what_is_not_done_yet_stays_where_it_is(nodes: Nodes) -> None:
    near, far = nodes("a"), nodes("b")
    near.imports("casinos", "casino.example")
    unfinished = ["subscriptions/incoming/half", "sources/casinos/incoming-x/files/half.gz"]
    for path in [*unfinished, "subscriptions/lock", "subscriptions/.casinos.toml.new"]:
        (near.data / path).parent.mkdir(parents=True, exist_ok=True)
        (near.data / path).write_text("half a list")
    (near.data / "subscriptions" / "ut1.toml").write_text("a subscription")
    assert (near.share(), far.share()) == ("", "")
    assert far.blocks("casino.example")
    assert [one.name for one in (far.data / "subscriptions").iterdir()] == ["ut1.toml"]
    kept = {one.name for one in (far.data / "sources" / "casinos").iterdir()}
    assert kept == {one.name for one in (near.data / "sources" / "casinos").iterdir()} - {
        "incoming-x"
    }


def test_the_same_rules_on_both_are_not_sent(nodes: Nodes) -> None:
    near, far = nodes("a"), nodes("b")
    near.share()
    changed = (far.data / "rules-in-force").stat().st_mtime_ns
    far.share()
    assert (far.data / "rules-in-force").stat().st_mtime_ns == changed
    assert synced(far.data) == synced(near.data)


def test_of_two_that_share_at_once_the_first_stands_and_both_agree(nodes: Nodes) -> None:
    near, far = nodes("a"), nodes("b")
    near.share()
    far.share()
    near.imports("casinos", "casino.example")
    far.imports("poker", "poker.example")
    near.share()
    assert (far.share(), near.share()) == ("", "")
    assert rules_in_force(far.data) == rules_in_force(near.data)
    assert far.blocks("casino.example")


def test_an_older_database_gets_what_the_nodes_have(nodes: Nodes) -> None:
    near = nodes("a")
    near.imports("casinos", "casino.example")
    near.share()
    with near.store.writing() as session:
        session.query(SharedRulesRow).delete()
    near.share()
    near.share()
    assert latest(near.store).fingerprint == rules_in_force(near.data)


def spoilt(node: Node, change: Callable[[bytes], bytes], *, digest: bool = False) -> None:
    """Change the first part of what is shared; `digest`: and what it should come to."""
    shared = latest(node.store)
    with node.store.writing() as session:
        part = session.get_one(SharedRulesPartRow, (shared.number, 0))
        part.content = change(part.content)
        if digest:
            import hashlib

            whole = session.get_one(SharedRulesRow, shared.number)
            assert whole.parts == 1
            whole.digest = hashlib.sha256(part.content).hexdigest()


def repacked(tmp_path: Path, change: Callable[[Path], object]) -> Callable[[bytes], bytes]:
    """Unpack what is shared, change a file in it, and pack it again."""

    def altered(content: bytes) -> bytes:
        archive, folder = tmp_path / "one", tmp_path / "altered"
        archive.write_bytes(content)
        fetching._unpack(archive, folder)
        (made,) = (folder / "rules").iterdir()
        change(made)
        fetching._pack(folder, made.name, archive)
        return archive.read_bytes()

    return altered


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


BAD = {
    "cut": (lambda _: lambda content: content[:-100], False, "did not arrive whole"),
    "no archive": (lambda _: lambda _content: b"no archive" * 9, True, "cannot be read"),
    "cut, digest and all": (lambda _: lambda content: content[:5000], True, "cannot be read"),
    "a bit of an index": (
        lambda path: repacked(path, lambda made: flip(made / "hosts.trie")),
        True,
        "hosts.trie is not the one that was built",
    ),
    "a bit of the manifest": (
        lambda path: repacked(path, lambda made: flip(made / "manifest.json")),
        True,
        "its manifest is not the one that was built",
    ),
    "a file is missing": (
        lambda path: repacked(path, lambda made: (made / "urls.trie").unlink()),
        True,
        "No such file",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_what_was_built_is_never_put_in_force(
    nodes: Nodes, tmp_path: Path, name: str
) -> None:
    change, digest, says = BAD[name]
    near, far = nodes("a"), nodes("b")
    before = rules_in_force(far.data)
    near.imports("casinos", "casino.example")
    near.share()
    spoilt(near, change(tmp_path), digest=digest)
    assert says in far.share()
    assert rules_in_force(far.data) == before
    assert not (far.data / "sources-before").exists()
    near.imports("poker", "poker.example")  # what comes next is taken
    near.share()
    assert far.share() == ""
    assert far.blocks("casino.example")


def test_rules_of_another_version_are_left_and_said(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    near, far = nodes("a"), nodes("b")
    near.imports("casinos", "casino.example")
    near.share()
    before = rules_in_force(far.data)
    monkeypatch.setattr("safeguard.fetching.LAYOUT", 99)
    assert "Bring all nodes to the same version" in far.share()
    assert rules_in_force(far.data) == before


def test_an_archive_without_end_is_left(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    near, far = nodes("a"), nodes("b")
    near.imports("casinos", "casino.example")
    near.share()
    monkeypatch.setattr("safeguard.fetching.MOST_BYTES", 1000)
    assert "larger than rules ever are" in far.share()


def test_a_folder_that_cannot_be_written_is_said(nodes: Nodes) -> None:
    near, far = nodes("a"), nodes("b")
    near.imports("casinos", "casino.example")
    near.share()
    (far.data / "rules-lock").unlink()
    (far.data / "rules-lock").mkdir()
    assert "cannot share rules with the other nodes: Is a directory" in far.share()


def test_a_take_that_was_cut_off_is_taken_again(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    near, far = nodes("a"), nodes("b")
    near.imports("casinos", "casino.example")
    near.share()

    class KilledError(Exception):
        pass

    def killed(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as at:
        at.setattr("safeguard.fetching.put_in_force", killed)
        with pytest.raises(KilledError):
            far.share()
    assert far.share() == ""
    assert far.blocks("casino.example")
    assert not is_stale(far.data)


def test_a_database_that_is_away_is_for_the_caller(
    nodes: Nodes, postgres_server: PostgresServer
) -> None:
    near = nodes("a")
    postgres_server.stop()
    try:
        with pytest.raises(AwayError):
            near.share()
    finally:
        postgres_server.start()


def test_a_node_that_has_its_database_to_itself_shares_nothing(school: Path) -> None:
    store = open_store(load(school))
    assert share(school, store, "a" * 32, NOW) == ""
    assert latest(store).number == 0
    store.close()
