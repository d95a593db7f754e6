"""The database as commands open it; a change that one makes is told in the audit chain, or not made."""

from collections.abc import Iterator
from contextlib import contextmanager

from safeguard.cli.options import myself
from safeguard.settings import Settings
from safeguard.store import audit, schema
from safeguard.store.session import Store
from safeguard.supervisor import make_folder


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """Open the database for a command, brought up to date first."""
    make_folder(settings.data)
    store = schema.prepare(settings)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def on_record(
    settings: Settings, what: str, about_kind: str, about: str = ""
) -> Iterator[dict[str, object]]:
    """Record what is done inside, with what it tells; nothing where it ends in an error.

    The database is opened first: where it cannot be, the change is not made.
    """
    told: dict[str, object] = {}
    with opened(settings) as store:
        yield told
        audit.note(store, myself(), what, about_kind, about, told)
