"""The files of sealed lists: whole or not at all, under a seal, and numbered."""

from datetime import timedelta
from pathlib import Path

import pytest

from safeguard.problems import UnusableError
from safeguard.sealed_files import (
    KEY_FILE,
    NEWEST_FILE,
    Content,
    Fault,
    file_of,
    key_is_open,
    list_of,
    marks,
    next_serial,
    read_key,
    read_list,
    read_newest,
    write,
)
from safeguard.sealed_imports import import_sealed
from tests.safeguard.sealed_samples import FEED, NOW


@pytest.fixture
def data(tmp_path: Path) -> Path:
    import_sealed(tmp_path, "test-list", FEED, NOW)
    return tmp_path


def test_what_was_written_is_read_again_under_its_key_alone(data: Path) -> None:
    key = read_key(data)
    content = read_list(file_of(data, "test-list"), key)
    assert isinstance(content, Content)
    assert (content.count, content.category, content.broad) == (3, "illegal", False)
    assert list_of(content, key).name == "test-list"
    assert read_list(file_of(data, "test-list"), b"k" * 32) is Fault.ALTERED
    assert read_list(file_of(data, "absent"), key) is Fault.UNREADABLE
    assert read_newest(data, key) == {"test-list": content.serial}
    assert read_newest(data, b"k" * 32) is None


def test_a_serial_number_grows_though_the_clock_is_set_back(data: Path) -> None:
    key = read_key(data)
    first = next_serial(data, key, "new", NOW)
    assert first == int(NOW.timestamp() * 1000)
    before = next_serial(data, key, "test-list", NOW - timedelta(days=900))
    assert before == first + 1
    (data / NEWEST_FILE).unlink()
    assert next_serial(data, key, "test-list", NOW - timedelta(days=900)) == before


def test_a_full_disk_leaves_what_was_there_and_no_half_file(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safeguard.sealed_files.os.fsync", full)
    before = marks(data)
    with pytest.raises(UnusableError, match="No space left on device"):
        write(file_of(data, "test-list"), b"new")
    assert marks(data) == before
    assert not list(data.rglob("*.part"))


def test_a_key_is_open_where_others_may_touch_it(data: Path) -> None:
    assert not key_is_open(data)
    (data / KEY_FILE).chmod(0o640)
    assert key_is_open(data)
    (data / KEY_FILE).unlink()
    assert not key_is_open(data)
    assert read_key(data) == b""
