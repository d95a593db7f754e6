"""Where the audit chain ended, written down outside the database, and the daily look at it.

Rows removed from the end leave a chain that fits: only an end that was written down elsewhere
tells. This file is the nearest such place; the digest's mail to the lead is one out of reach.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from safeguard import logs
from safeguard.core.audit import Actor, Broken, Head, Verified, head_of
from safeguard.problems import UnusableError
from safeguard.store import audit
from safeguard.store.audit_verify import verify
from safeguard.store.session import Store

FILE = Path("audit-heads.txt")
KEPT = 1000
SAFEGUARD = "safeguard"

log = logs.logger("safeguard.audit_watch")


def keep_head(store: Store, data: Path, now: datetime) -> None:
    """Write down where the chain ends, beside the last thousand ends; jobs do so every hour."""
    end = audit.head(store)
    lines = _lines(data)
    if end is None or (lines and lines[-1].partition(" ")[2] == end.text):
        return
    lines = [*lines, f"{now.isoformat(timespec='seconds')} {end.text}"][-KEPT:]
    draft = data / FILE.with_suffix(".new")
    draft.write_text("".join(f"{line}\n" for line in lines), "ascii")
    draft.chmod(0o600)
    draft.replace(data / FILE)  # whole or not at all


def kept_heads(data: Path) -> list[Head]:
    """Return what was written down; UnusableError where the file holds anything else."""
    try:
        return [head_of(line.partition(" ")[2]) for line in _lines(data)]
    except ValueError as error:
        raise UnusableError(
            f"{data / FILE} does not hold what Safeguard wrote there ({error}): put it back from "
            "your backup, or move it away and give the hash of a mail with --expect."
        ) from error


def verify_kept(
    store: Store,
    data: Path,
    also: tuple[Head, ...] = (),
    report: Callable[[int, int], None] = lambda _done, _of: None,
) -> Verified | Broken:
    """Follow the chain, and hold it against all that was written down."""
    return verify(store, [*kept_heads(data), *also], report)


def look(store: Store, data: Path, now: datetime) -> Verified | Broken:
    """Verify, and record what came of it in the chain, for the Audit page; jobs do so daily."""
    try:
        found = verify_kept(store, data)
    except UnusableError:
        found = Broken(0, f"cannot be held against {FILE}: somebody altered that file")
    actor = Actor(SAFEGUARD, now)
    match found:
        case Verified():
            log.info("audit chain verified", rows=found.rows)
            audit.note(store, actor, audit.VERIFIED, "audit", "", {"rows": found.rows})
        case Broken():
            log.error("audit chain broken", row=found.row, what=found.what)
            audit.note(store, actor, audit.BROKEN, "audit", str(found.row), {"what": found.what})
    return found


def _lines(data: Path) -> list[str]:
    try:
        return (data / FILE).read_text("ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return []
