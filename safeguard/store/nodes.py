"""The nodes that share this database: each says that it runs, and people see which do."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select

from safeguard.problems import UnusableError
from safeguard.store.session import Store
from safeguard.store.tables.nodes import NodeRow

FILE = "node-id"
LOST_AFTER = timedelta(minutes=1)
FORGOTTEN_AFTER = timedelta(days=30)

COPIED = (
    "another machine runs with a copy of its data folder, and events of both may be passed over. "
    "Stop that one and give it a folder of its own: see docs/how-to/postgresql.md."
)

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Node:
    """A machine that filters, as it last said. `run` is drawn anew at each start."""

    id: str
    name: str
    run: str
    artefact: str
    leads: bool
    seen_at: datetime
    trouble: str = ""
    content_key: str = ""


def node_id(data: Path, randomness: Callable[[int], bytes] = os.urandom) -> str:
    """Return the id of the node that a data folder belongs to; the first call draws it."""
    file = data / FILE
    draft = data / f".{FILE}.{randomness(4).hex()}"
    try:
        if not file.exists():
            draft.write_text(f"{randomness(16).hex()}\n")
            try:
                os.link(draft, file)  # of two at once, the first one's stands
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        found = file.read_text().strip()
    except OSError as error:
        raise UnusableError(
            f"{file} cannot be read or made ({error.strerror}): "
            "let the account that runs Safeguard read and write that folder."
        ) from error
    if not _ID.fullmatch(found):
        raise UnusableError(f"{file} is damaged: remove it, and this node gets a new id.")
    return found


class Presence:
    """Says that this node runs, every few seconds, for as long as its jobs run."""

    def __init__(self, store: Store, node: str, name: str, run: str) -> None:
        self._store = store
        self._node, self._name, self._run = node, name, run
        self._has_said = False

    def say(self, now: datetime, artefact: str, *, leads: bool, trouble: str = "") -> str:
        """Say so once; return the trouble that was said, a copied data folder's first."""
        with self._store.writing() as session:
            row = session.get(NodeRow, self._node)
            if self._has_said and row is not None and row.run != self._run:
                trouble = COPIED
            said = NodeRow(
                id=self._node,
                name=self._name,
                run=self._run,
                artefact=artefact,
                content_key=self._store.vault.key_id.hex(),
                leads=leads,
                seen_at=now,
                trouble=trouble,
            )
            session.merge(said)
            session.execute(delete(NodeRow).where(NodeRow.seen_at < now - FORGOTTEN_AFTER))
        self._has_said = True
        return trouble


def everyone(store: Store) -> tuple[Node, ...]:
    """Return the nodes of the last month, by name."""
    with store.reading() as session:
        rows = session.scalars(select(NodeRow).order_by(NodeRow.name, NodeRow.id))
        return tuple(
            Node(
                row.id,
                row.name,
                row.run,
                row.artefact,
                row.leads,
                row.seen_at,
                row.trouble,
                row.content_key,
            )
            for row in rows
        )


def problems(nodes: Sequence[Node], now: datetime) -> tuple[str, ...]:
    """Return a sentence for each node that a person should look into: for Health."""
    live = [one for one in nodes if now - one.seen_at <= LOST_AFTER]
    said = [
        f"The node {one.name} has not been heard of since {one.seen_at:%d %B %Y, %H:%M} UTC: is it "
        "switched on, and can it reach the database? Its events wait on its own disk."
        for one in nodes
        if one not in live
    ]
    said += [f"The node {one.name}: {one.trouble}" for one in live if one.trouble]
    leader = next((one for one in live if one.leads), None)
    if leader is not None:
        return (*said, *_unlike(leader, live))
    if live:
        said.append("No node leads: no concern is built and nobody is told. Is `jobs` running?")
    return tuple(said)


def _unlike(leader: Node, live: Sequence[Node]) -> Iterator[str]:
    for one in live:
        if one.artefact != leader.artefact:
            yield f"The node {one.name} filters by other rules than {leader.name}, which leads."
        if one.content_key != leader.content_key:
            yield (
                f"The node {one.name} seals what was typed with another key than {leader.name}: "
                f"nobody there can read it. Copy the folder keys of {leader.name} to it."
            )
