"""`safeguard keys`."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import update

from safeguard.settings import load
from safeguard.store import events, schema
from safeguard.store.tables.events import EventRow
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.samples import stored_event
from tests.safeguard.store.keeping_samples import event


def test_a_new_key_seals_all_anew_and_the_old_one_waits(
    school: Path, safeguard: Callable[..., Ran]
) -> None:
    store = schema.prepare(load(school))
    event(store, 1, 0)
    store.close()
    ran = safeguard("keys", "rotate")
    assert ran.status == 0
    assert "seals from now on" in ran.out
    told = safeguard("keys", "status")
    assert told.status == 0
    now, old = told.out.splitlines()
    assert "in use" in now
    assert "0 rows, not needed any more" in old
    store = schema.prepare(load(school))
    found = events.event(store, stored_event(1).id)
    store.close()
    assert found is not None
    assert found.event.private.words == "so sad today"


def test_a_key_that_is_missing_is_told(school: Path, safeguard: Callable[..., Ran]) -> None:
    store = schema.prepare(load(school))
    event(store, 1, 0)
    with store.writing() as session:
        session.execute(update(EventRow).values(sealed=b"gonewhatever"))
    store.close()
    ran = safeguard("keys", "status")
    assert ran.status == 1
    assert "MISSING" in ran.out


def test_the_index_of_words_is_made_again(school: Path, safeguard: Callable[..., Ran]) -> None:
    store = schema.prepare(load(school))
    event(store, 1, 0)
    store.close()
    assert safeguard("keys", "reindex").out == "1 events were indexed.\n"


def test_a_backup_key_is_never_overwritten(tmp_path: Path, safeguard: Callable[..., Ran]) -> None:
    (tmp_path / "key.txt").write_text("mine")
    ran = safeguard("keys", "new-backup-key", str(tmp_path / "key.txt"))
    assert (ran.status, (tmp_path / "key.txt").read_text()) == (2, "mine")
