"""Fixtures of the staff site's tests: a school with built rules and its cast."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from safeguard.building import build
from tests.admin_web.school import PRIYA, TOM, School, Visitor, hire, open_school


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with rules built and the cast hired, to be copied: both take a while."""
    data = tmp_path_factory.mktemp("built") / "data"
    data.mkdir()
    build(data, lambda *_: None)
    school = open_school(data)
    hire(school)
    school.engine.close()
    school.store.close()
    return data


@pytest.fixture
def school(built: Path, tmp_path: Path) -> Iterator[School]:
    data = tmp_path / "data"
    shutil.copytree(built, data)
    school = open_school(data)
    yield school
    school.engine.close()
    school.store.close()


@pytest.fixture
def priya(school: School) -> Visitor:
    return school.as_(PRIYA)


@pytest.fixture
def tom(school: School) -> Visitor:
    return school.as_(TOM)
