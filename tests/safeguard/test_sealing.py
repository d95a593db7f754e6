"""Which sealed lists are in force: every way of tampering is a fault, at start and while running."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from filter_rules.sealed import TERRORISM
from filter_rules.urls import split
from safeguard import sealed_files
from safeguard.list_settings import Sealed
from safeguard.sealed_feeds.ctiru import FEED as TERRORIST_CONTENT
from safeguard.sealed_files import Fault, marks
from safeguard.sealed_imports import import_sealed, remove_sealed
from safeguard.sealed_troubles import note_trouble
from safeguard.sealing import FUTURE, Sealing, State, load_sealing, oldest_hours
from tests.safeguard.sealed_samples import FEED, NOW

SETTINGS = Sealed()
LATER = NOW + timedelta(hours=12)
LIST = Path("sealed/test-list.sealed")
KEY = Path("keys/sealed.key")
NEWEST = Path("keys/sealed.newest")


def names(sealing: Sealing, text: str) -> tuple[str, ...]:
    url = split(text)
    assert url is not None
    return tuple(hit.list for hit in sealing.lists.match(url.host, url))


def faults(data: Path, *required: str) -> dict[str, Fault | None]:
    return {one.name: one.fault for one in load_sealing(data, required).states}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with a list, and what its files were before it was brought up to date."""
    import_sealed(tmp_path, "test-list", ["old-entry.test", "*.wild-entry.test"], NOW)
    for file in (LIST, NEWEST):
        (tmp_path / file.name).write_bytes((tmp_path / file).read_bytes())
    import_sealed(tmp_path, "test-list", FEED, LATER)
    return tmp_path


def test_what_was_imported_is_in_force(data: Path) -> None:
    sealing = load_sealing(data, ["test-list"])
    serial = int(LATER.timestamp() * 1000)
    assert sealing.states == (State("test-list", True, 3, LATER, serial=serial),)
    assert sealing.faults == ()
    assert names(sealing, "www.whole-host-entry.test") == ("test-list",)
    assert names(sealing, "wild-entry.test") == ("test-list",)
    assert names(sealing, "http://carrier.example/forbidden-album/7?x=1") == ("test-list",)
    assert names(sealing, "http://carrier.example/forbidden-album/8") == ()


def test_lists_of_terrorist_content_are_a_category_of_their_own(data: Path) -> None:
    import_sealed(data, "ctiru", ["hxxps://carrier[.]example/"], NOW, feed=TERRORIST_CONTENT)
    hits = load_sealing(data, ()).lists.match("carrier.example")
    assert [(hit.list, hit.category, hit.entry) for hit in hits] == [
        ("ctiru", TERRORISM, "withheld")
    ]


def altered(data: Path) -> None:
    flip(data / LIST, -1)


def altered_in_the_middle(data: Path) -> None:
    flip(data / LIST, (data / LIST).stat().st_size // 2)


def flip(file: Path, place: int) -> None:
    raw = bytearray(file.read_bytes())
    raw[place] ^= 1
    file.write_bytes(raw)


def cut_short(data: Path) -> None:
    (data / LIST).write_bytes((data / LIST).read_bytes()[:-20])


def emptied(data: Path) -> None:
    (data / LIST).write_bytes(b"")


def forged(data: Path) -> None:
    (data / LIST).write_bytes(msgspec.msgpack.encode({"seal": b"s" * 32, "content": b"c"}))


def renamed(data: Path) -> None:
    import_sealed(data, "short", ["one.test"], NOW)
    (data / "sealed/short.sealed").replace(data / LIST)


def rolled_back(data: Path) -> None:
    (data / LIST).write_bytes((data / LIST.name).read_bytes())


def without_key(data: Path) -> None:
    (data / KEY).unlink()


def with_another_key(data: Path) -> None:
    (data / KEY).write_bytes(b"k" * 32)


def with_half_a_key(data: Path) -> None:
    (data / KEY).write_bytes(b"k" * 16)


def removed(data: Path) -> None:
    (data / LIST).unlink()


def unreadable(data: Path) -> None:
    removed(data)
    (data / LIST).mkdir()


def without_record(data: Path) -> None:
    (data / NEWEST).unlink()


def with_an_altered_record(data: Path) -> None:
    flip(data / NEWEST, -1)


def of_a_later_version(data: Path) -> None:
    key = (data / KEY).read_bytes()
    content = sealed_files.read_list(data / LIST, key)
    assert isinstance(content, sealed_files.Content)
    later = msgspec.structs.replace(content, version=9)
    (data / LIST).write_bytes(sealed_files._under_seal(key, later))


def of_another_shape(data: Path) -> None:
    key = (data / KEY).read_bytes()
    (data / LIST).write_bytes(sealed_files._under_seal(key, ["something else"]))


TAMPERED = [
    (altered, Fault.ALTERED),
    (altered_in_the_middle, Fault.ALTERED),
    (cut_short, Fault.ALTERED),
    (emptied, Fault.ALTERED),
    (forged, Fault.ALTERED),
    (renamed, Fault.ALTERED),
    (rolled_back, Fault.OLDER),
    (without_key, Fault.ALTERED),
    (with_another_key, Fault.ALTERED),
    (with_half_a_key, Fault.ALTERED),
    (without_record, Fault.UNPROVEN),
    (with_an_altered_record, Fault.UNPROVEN),
    (unreadable, Fault.UNREADABLE),
    (of_a_later_version, Fault.UNREADABLE),
    (of_another_shape, Fault.ALTERED),
    (removed, Fault.MISSING),
]


@pytest.mark.parametrize(("tamper", "fault"), TAMPERED, ids=[t.__name__ for t, _ in TAMPERED])
def test_tampering_is_a_fault_seen_at_once_and_the_last_good_copy_stays_in_force(
    data: Path, tamper: Callable[[Path], None], fault: Fault
) -> None:
    before, last = marks(data), load_sealing(data, ["test-list"])
    tamper(data)
    assert marks(data) != before
    assert faults(data, "test-list")["test-list"] is fault
    assert names(load_sealing(data, ["test-list"]), "whole-host-entry.test") == ()
    after = load_sealing(data, ["test-list"], last)
    assert names(after, "whole-host-entry.test") == ("test-list",)
    kept = next(one for one in after.states if one.name == "test-list")
    assert (kept.fault, kept.entries, kept.imported) == (fault, 3, LATER)
    again = load_sealing(data, ["test-list"], after)
    assert names(again, "whole-host-entry.test") == ("test-list",)


def test_an_older_copy_with_an_older_record_deceives_a_start_until_it_is_too_old_but_no_process(
    data: Path,
) -> None:
    last = load_sealing(data, ())
    (data / LIST).write_bytes((data / LIST.name).read_bytes())
    (data / NEWEST).write_bytes((data / NEWEST.name).read_bytes())
    running = load_sealing(data, (), last)
    assert running.states[0].fault is Fault.OLDER
    assert names(running, "whole-host-entry.test") == ("test-list",)
    started = load_sealing(data, ()).states[0]
    assert started.fault is None
    assert started.complaints(NOW + timedelta(hours=49), SETTINGS)


def test_a_mended_list_is_in_force_again(data: Path) -> None:
    last = load_sealing(data, ())
    altered(data)
    at_fault = load_sealing(data, (), last)
    import_sealed(data, "test-list", ["new-entry.test"], LATER)
    mended = load_sealing(data, (), at_fault)
    assert mended.faults == ()
    assert names(mended, "new-entry.test") == ("test-list",)
    assert names(mended, "whole-host-entry.test") == ()


def test_a_list_that_was_imported_is_missed_though_nobody_requires_it(data: Path) -> None:
    last = load_sealing(data, ())
    removed(data)
    assert faults(data) == {"test-list": Fault.MISSING}
    assert names(load_sealing(data, (), last), "whole-host-entry.test") == ("test-list",)


def test_a_process_misses_a_list_that_went_with_the_record_of_it(data: Path) -> None:
    last = load_sealing(data, ())
    removed(data)
    without_record(data)
    running = load_sealing(data, (), last)
    assert [one.fault for one in running.states] == [Fault.MISSING]
    assert names(running, "whole-host-entry.test") == ("test-list",)
    still = load_sealing(data, (), running)
    assert names(still, "whole-host-entry.test") == ("test-list",)


def test_a_process_lets_go_of_a_list_that_was_removed_though_the_record_was_lost(
    data: Path,
) -> None:
    last = load_sealing(data, ())
    without_record(data)
    remove_sealed(data, "test-list", (), "no longer ours", LATER)
    assert load_sealing(data, (), last).states == ()


def test_a_first_import_that_was_killed_halfway_is_no_fault(data: Path) -> None:
    key = (data / KEY).read_bytes()
    newest = sealed_files.read_newest(data, key)
    assert newest is not None
    sealed_files.write_newest(data, key, {**newest, "second": sealed_files.NOT_YET})
    assert faults(data) == {"test-list": None}
    import_sealed(data, "second", ["second.test"], NOW)
    sealed_files.write_newest(data, key, {**newest, "second": sealed_files.NOT_YET})
    assert faults(data) == {"second": None, "test-list": None}


def test_a_required_list_is_missing_before_anything_was_imported(tmp_path: Path) -> None:
    assert faults(tmp_path, "iwf-urls") == {"iwf-urls": Fault.MISSING}
    assert faults(tmp_path) == {}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_can_read_is_an_alarm_and_no_fault(data: Path, mode: int) -> None:
    before = marks(data)
    (data / KEY).chmod(mode)
    assert marks(data) != before
    sealing = load_sealing(data, ())
    assert sealing.faults == ()
    (complaint,) = sealing.states[0].complaints(LATER, SETTINGS)
    assert complaint.says == "its key can be read by others on this machine"
    assert "chmod 600" in complaint.mend


def test_a_failed_update_is_an_alarm_and_no_fault(data: Path) -> None:
    before = marks(data)
    note_trouble(data, "test-list", "its loader failed (OSError).", LATER)
    assert marks(data) != before
    sealing = load_sealing(data, ())
    assert sealing.faults == ()
    (complaint,) = sealing.states[0].complaints(LATER, SETTINGS)
    assert "the copy of before is in force: its loader failed (OSError)." in complaint.says


@pytest.mark.parametrize(
    ("state", "hours", "says"),
    [
        (State("x", True, 1, NOW), 48, []),
        (State("x", True, 1, NOW), 49, ["it is older than 48 hours"]),
        (State("x", True, 1, NOW, category=TERRORISM), 168, []),
        (State("x", True, 1, NOW, category=TERRORISM), 169, ["it is older than 168 hours"]),
        (State("x", True, 1, NOW + FUTURE), 0, []),
        (State("x", True, 1, NOW + 2 * FUTURE), 0, ["it says that it comes from the future"]),
        (State("x", True, fault=Fault.MISSING), 0, ["it is missing"]),
        (State("x", True, 1, NOW, fault=Fault.ALTERED), 99, [Fault.ALTERED.value]),
    ],
)
def test_what_is_wrong_is_said_with_the_mend(state: State, hours: int, says: list[str]) -> None:
    found = state.complaints(NOW + timedelta(hours=hours), SETTINGS)
    assert [one.says for one in found] == says
    assert all(one.mend for one in found)


def test_each_category_may_be_as_old_as_the_settings_say() -> None:
    sealed = Sealed(oldest_hours=5, terrorism_oldest_hours=9)
    assert [oldest_hours(one, sealed) for one in ("illegal", TERRORISM)] == [5, 9]
    assert State("x", False).age_hours(NOW) == 0
