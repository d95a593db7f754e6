"""A case and its file, made once for the tests that only read it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from safeguard.case_files.exporting import CaseFile, Wish, export
from safeguard.case_files.records import Made, Record, document_of
from safeguard.settings import Settings
from safeguard.store import schema
from safeguard.store.case_content import content
from safeguard.store.session import Store
from tests.safeguard.case_samples import CASE, LONDON, small_case
from tests.safeguard.samples import at

MADE = Made(at(9000), "Lee Lead", "Strategy meeting", "command line", 3, "ab" * 32)


def wish(by: int = 1) -> Wish:
    return Wish(CASE, by, "Lee Lead", "Strategy meeting", "command line", at(9000))


def document(store: Store) -> Record:
    found = content(store, CASE)
    assert found is not None
    return document_of(found, MADE)


@pytest.fixture(scope="session")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = schema.prepare(Settings(data=tmp_path_factory.mktemp("cases")))
    small_case(store)
    yield store
    store.close()


@pytest.fixture(scope="session")
def busy_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The small case again, where exports are made: each copies the day into it once more."""
    store = schema.prepare(Settings(data=tmp_path_factory.mktemp("cases")))
    small_case(store)
    yield store
    store.close()


@pytest.fixture(scope="session")
def small_document(small_store: Store) -> Record:
    return document(small_store)


@pytest.fixture(scope="session")
def small_file(busy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> CaseFile:
    """The file of the small case, without its PDF."""
    made = export(busy_store, tmp_path_factory.mktemp("data"), wish(), LONDON, None)
    assert made is not None
    return made


@pytest.fixture
def case_zip(small_file: CaseFile, tmp_path: Path) -> Path:
    path = tmp_path / small_file.name
    path.write_bytes(small_file.content)
    return path
