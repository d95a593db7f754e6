"""Papers put to a case."""

import io
import zipfile
from pathlib import Path

import pytest

from safeguard.case_files.exporting import Wish, export
from safeguard.case_files.verifying import verify
from safeguard.store import case_papers
from safeguard.store.case_changes import CaseRefusedError
from safeguard.store.case_papers import MOST_BYTES, NewPaper
from safeguard.store.session import Store
from safeguard.vault import Vault
from tests.safeguard.case_samples import CASE, LONDON, small_case
from tests.safeguard.samples import NOW, at

LETTER = NewPaper("Letter home.txt", "text/plain", b"Dear parents")


def test_a_paper_comes_back_as_it_was_put_and_goes_for_good(any_store: Store) -> None:
    by = small_case(any_store)
    number = case_papers.put(any_store, CASE, LETTER, by, NOW)
    assert case_papers.fetch(any_store, CASE, number) == LETTER
    (one,) = case_papers.of_case(any_store, CASE)
    assert (one.name, one.size, one.by, one.removed_at) == ("Letter home.txt", 12, by, None)
    case_papers.take_away(any_store, CASE, number, by, at(50))
    assert case_papers.fetch(any_store, CASE, number) is None
    (one,) = case_papers.of_case(any_store, CASE)
    assert (one.removed_at, one.removed_by) == (at(50), by)
    with pytest.raises(CaseRefusedError, match="any more"):
        case_papers.take_away(any_store, CASE, number, by, at(60))


@pytest.mark.parametrize(
    ("paper", "says"),
    [
        (NewPaper("a", "text/plain", b""), "is empty"),
        (NewPaper(" ", "text/plain", b"x"), "name is empty"),
        (NewPaper("a", "text/plain", b"x" * (MOST_BYTES + 1)), "too large: at most 1.9 MB"),
        (LETTER, "in this case already"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_a_sentence(
    any_store: Store, paper: NewPaper, says: str
) -> None:
    by = small_case(any_store)
    case_papers.put(any_store, CASE, LETTER, by, NOW)
    with pytest.raises(CaseRefusedError, match=says):
        case_papers.put(any_store, CASE, paper, by, NOW)


def test_a_paper_is_not_found_through_another_case_or_another_key(any_store: Store) -> None:
    by = small_case(any_store)
    number = case_papers.put(any_store, CASE, LETTER, by, NOW)
    assert case_papers.fetch(any_store, "00000000-0000-0000-0000-000000000000", number) is None
    any_store.vault = Vault(b"x" * 32)
    assert case_papers.fetch(any_store, CASE, number) is None


def test_the_cases_file_holds_the_papers_and_verifies(any_store: Store, tmp_path: Path) -> None:
    by = small_case(any_store)
    hostile = NewPaper("../../etc/passwd", "application/pdf", b"%PDF-1.7 x")
    number = case_papers.put(any_store, CASE, hostile, by, NOW)
    wish = Wish(CASE, by, "Lee Lead", "Strategy meeting", "the site", at(9000))
    made = export(any_store, tmp_path, wish, LONDON, None)
    assert made is not None
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        (name,) = [one for one in archive.namelist() if "-paper-" in one]
        assert name.endswith(f"-paper-{number}.pdf")
        assert archive.read(name) == hostile.content
    (tmp_path / made.name).write_bytes(made.content)
    assert verify(tmp_path / made.name).wrong == ()
