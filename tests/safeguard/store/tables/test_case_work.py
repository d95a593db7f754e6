"""What hangs on a case goes with it."""

from sqlalchemy import delete, func, select

from safeguard.store import case_actions, case_papers, case_readers
from safeguard.store.case_actions import Task
from safeguard.store.case_papers import NewPaper
from safeguard.store.session import Store
from safeguard.store.tables.case_work import CaseActionRow, CaseFileRow, CaseReaderRow
from safeguard.store.tables.cases import AssignmentRow, CaseRow, NoteRow
from tests.safeguard.case_samples import CASE, act, small_case
from tests.safeguard.samples import NOW


def test_what_hangs_on_a_case_goes_with_it(any_store: Store) -> None:
    by = small_case(any_store)
    case_actions.add(any_store, CASE, Task("Ring", by, NOW), by, NOW)
    case_papers.put(any_store, CASE, NewPaper("a", "text/plain", b"a"), by, NOW)
    case_readers.restrict(any_store, act(any_store, by), [])
    with any_store.writing() as session:
        session.execute(delete(NoteRow))
        session.execute(delete(AssignmentRow))
        session.execute(delete(CaseRow))
    with any_store.reading() as session:
        for row in (CaseActionRow, CaseFileRow, CaseReaderRow):
            assert session.scalar(select(func.count()).select_from(row)) == 0
