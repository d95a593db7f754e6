"""How long a large case takes to export, and how much memory: python -m bench.case_files [EVENTS].

A case of so many events, as many visits and one note of 10 MB (more than anyone can write: what
an older version or another program may have left). Each part is timed by itself.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import insert

from safeguard.case_files.exporting import Wish, export
from safeguard.case_files.pages import pdf_of
from safeguard.case_files.verifying import verify
from safeguard.settings import Settings
from safeguard.store import schema
from safeguard.store.session import Store
from safeguard.store.tables.cases import NoteRow
from safeguard.store.tables.concerns import EvidenceRow
from tests.safeguard.case_samples import (
    CASE,
    FIRST,
    LONDON,
    THIRD,
    act,
    put_concern,
    put_events,
    search,
    small_case,
)
from tests.safeguard.samples import at


def made(store: Store, events: int) -> int:
    from safeguard.store import cases  # noqa: PLC0415  beside what it fills

    by = small_case(store)
    many = [
        search(number, "some words that were typed " * 4) for number in range(100, 100 + events)
    ]
    put_events(store, many, 2)
    put_concern(store, THIRD, many)
    cases.put_in(store, act(store, by), [THIRD])
    visit = store.vault.seal(b"\x81\xa4host\xacnews.example")
    rows = [
        {
            "school_id": 1, "concern_id": FIRST, "at": at(number), "sealed": visit,
            "digest": number.to_bytes(16),
        }
        for number in range(100, 100 + events)
    ]  # fmt: skip
    with store.writing() as session:
        session.execute(insert(EvidenceRow), rows)
        long = store.vault.seal(b"a long note, " * 800_000)
        own = {"school_id": 1, "case_id": CASE, "at": at(5000), "staff_id": by}
        session.add(NoteRow(kind="note", sealed=long, **own))
    return by


def timed[Result](what: str, work: Callable[[], Result]) -> Result:
    began = time.perf_counter()
    result = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what:34}{time.perf_counter() - began:7.2f} s   peak memory so far {peak:5} MiB")
    return result


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    data = Path(tempfile.mkdtemp(prefix="safeguard-bench-"))
    store = schema.prepare(Settings(data=data))
    by = timed(f"a case of {events} events made", lambda: made(store, events))
    wish = Wish(CASE, by, "Lee Lead", "to measure", "bench", at(9000))
    plain = timed("exported without the PDF", lambda: export(store, data, wish, LONDON, None))
    whole = timed("exported with the PDF", lambda: export(store, data, wish, LONDON, pdf_of))
    assert plain is not None  # noqa: S101  the case was made above
    assert whole is not None  # noqa: S101  likewise
    path = data / whole.name
    path.write_bytes(whole.content)
    found = timed("verified", lambda: verify(path))
    print(f"{found.records} records, {len(whole.content) / 1e6:.1f} MB, wrong: {list(found.wrong)}")
    store.close()


if __name__ == "__main__":
    main()
