"""A change that a command makes, in the audit chain: nothing is changed that cannot be told there."""

from collections.abc import Iterator
from contextlib import contextmanager

from safeguard.cli.options import myself
from safeguard.settings import Settings
from safeguard.store import audit, schema
from safeguard.supervisor import make_folder


@contextmanager
def on_record(
    settings: Settings, what: str, about_kind: str, about: str = ""
) -> Iterator[dict[str, object]]:
    """Record what is done inside, with what it tells; nothing where it ends in an error.

    The database is opened first: where it cannot be, the change is not made.
    """
    make_folder(settings.data)
    store = schema.prepare(settings)
    told: dict[str, object] = {}
    try:
        yield told
        audit.note(store, myself(), what, about_kind, about, told)
    finally:
        store.close()
