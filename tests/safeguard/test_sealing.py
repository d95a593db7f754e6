"""Sealed lists on disk: only hashes, one key, and every way of tampering is a fault."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from filter_rules.urls import split
from safeguard.problems import UnusableError
from safeguard.sealing import (
    MOST_REFUSED,
    Fault,
    Sealing,
    State,
    import_sealed,
    load_sealing,
    marks,
    remove_sealed,
)

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
FEED = (
    "\ufeff# a synthetic feed",
    "",
    "whole-host-entry.test",
    "https://carrier.example/forbidden-album/7?x=1",
    "*.wild-entry.test",
    "not a host",
)


def names(sealing: Sealing, text: str) -> tuple[str, ...]:
    url = split(text)
    assert url is not None
    return tuple(hit.list for hit in sealing.lists.match(url.host, url))


def faults(data: Path, *required: str) -> dict[str, Fault | None]:
    return {one.name: one.fault for one in load_sealing(data, required).states}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    import_sealed(tmp_path, "test-list", FEED, NOW)
    return tmp_path


def test_what_was_imported_is_in_force(data: Path) -> None:
    sealing = load_sealing(data, ["test-list"])
    assert sealing.states == (State("test-list", True, 3, NOW),)
    assert sealing.faults == ()
    assert names(sealing, "www.whole-host-entry.test") == ("test-list",)
    assert names(sealing, "wild-entry.test") == ("test-list",)
    assert names(sealing, "http://carrier.example/forbidden-album/7?x=1") == ("test-list",)
    assert names(sealing, "http://carrier.example/forbidden-album/8") == ()


def test_no_entry_is_written_and_nobody_else_may_read_the_files(data: Path) -> None:
    files = [path for path in data.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    written = b"".join(path.read_bytes() + str(path).encode() for path in files).lower()
    for word in (b"whole-host", b"carrier", b"forbidden", b"album", b"wild-entry", b"synthetic"):
        assert word not in written


def test_the_same_entry_has_another_hash_elsewhere(data: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    import_sealed(other, "test-list", FEED, NOW)
    mine, theirs = (load_sealing(one, ()).lists.lists[0] for one in (data, other))
    assert not mine.hosts & theirs.hosts
    assert not mine.entries & theirs.entries


def test_lines_that_are_no_address_are_told_by_number_alone(data: Path) -> None:
    done = import_sealed(data, "test-list", FEED, NOW)
    assert (done.entries, done.refused, done.refused_count) == (3, (6,), 1)
    feed = [*(f"fine{number}.test" for number in range(300)), *["not a host"] * 300]
    many = import_sealed(data, "many", feed, NOW)
    assert (len(many.refused), many.refused_count) == (MOST_REFUSED, 300)


@pytest.mark.parametrize(
    "feed",
    [
        [],
        ["<html>", "not a host"],
        ["com", "localhost", "Error"],
        ["one.test", "two.test", "<p>", "not a host", "<br>"],
    ],
)
def test_what_is_hardly_a_list_changes_nothing(data: Path, feed: list[str]) -> None:
    before = marks(data)
    with pytest.raises(UnusableError, match="nothing has changed"):
        import_sealed(data, "test-list", feed, NOW)
    assert marks(data) == before


def test_half_a_list_takes_the_place_of_a_whole_one_only_if_that_is_meant(data: Path) -> None:
    before = marks(data)
    with pytest.raises(UnusableError, match=r"1 entries and the list in force has 3"):
        import_sealed(data, "test-list", ["one.test"], NOW)
    assert marks(data) == before
    assert import_sealed(data, "test-list", ["one.test"], NOW, may_shrink=True).entries == 1
    altered(data)
    assert import_sealed(data, "test-list", ["192.0.2.1", "[2001:db8::1]"], NOW).entries == 2


@pytest.mark.parametrize("name", ["", "../up", "Big", "a/b", "a.b", "x" * 64])
def test_a_name_that_could_lead_elsewhere_is_refused(data: Path, name: str) -> None:
    with pytest.raises(UnusableError, match="cannot be the name"):
        import_sealed(data, name, FEED, NOW)


def altered(data: Path) -> None:
    file = data / "sealed/test-list.sealed"
    raw = bytearray(file.read_bytes())
    raw[-1] ^= 1
    file.write_bytes(raw)


def cut_short(data: Path) -> None:
    file = data / "sealed/test-list.sealed"
    file.write_bytes(file.read_bytes()[:-20])


def emptied(data: Path) -> None:
    (data / "sealed/test-list.sealed").write_bytes(b"")


def forged(data: Path) -> None:
    seal = msgspec.msgpack.encode({"seal": b"s" * 32, "content": b"c"})
    (data / "sealed/test-list.sealed").write_bytes(seal)


def renamed(data: Path) -> None:
    import_sealed(data, "short", ["one.test"], NOW)
    (data / "sealed/short.sealed").replace(data / "sealed/test-list.sealed")


def without_key(data: Path) -> None:
    (data / "keys/sealed.key").unlink()


def with_another_key(data: Path) -> None:
    (data / "keys/sealed.key").write_bytes(b"k" * 32)


def with_half_a_key(data: Path) -> None:
    (data / "keys/sealed.key").write_bytes(b"k" * 16)


def removed(data: Path) -> None:
    (data / "sealed/test-list.sealed").unlink()


def unreadable(data: Path) -> None:
    removed(data)
    (data / "sealed/test-list.sealed").mkdir()


def of_a_later_version(data: Path) -> None:
    removed(data)
    from safeguard import sealing

    content = sealing._Content(2, "test-list", NOW, 0, b"", b"")
    key = (data / "keys/sealed.key").read_bytes()
    (data / "sealed/test-list.sealed").write_bytes(sealing._under_seal(key, content))


TAMPERED = [
    (altered, Fault.ALTERED),
    (cut_short, Fault.ALTERED),
    (emptied, Fault.ALTERED),
    (forged, Fault.ALTERED),
    (renamed, Fault.ALTERED),
    (without_key, Fault.ALTERED),
    (with_another_key, Fault.ALTERED),
    (with_half_a_key, Fault.ALTERED),
    (unreadable, Fault.UNREADABLE),
    (of_a_later_version, Fault.UNREADABLE),
    (removed, Fault.MISSING),
]


@pytest.mark.parametrize(("tamper", "fault"), TAMPERED, ids=[t.__name__ for t, _ in TAMPERED])
def test_tampering_is_a_fault_seen_at_once_and_the_last_good_copy_stays_in_force(
    data: Path, tamper: Callable[[Path], None], fault: Fault
) -> None:
    before, last = marks(data), load_sealing(data, ["test-list"])
    tamper(data)
    assert marks(data) != before
    assert faults(data, "test-list") == {"test-list": fault}
    assert names(load_sealing(data, ["test-list"]), "whole-host-entry.test") == ()
    after = load_sealing(data, ["test-list"], last)
    assert names(after, "whole-host-entry.test") == ("test-list",)
    assert after.faults == (State("test-list", True, 3, None, fault),)


def test_a_list_that_nobody_requires_is_at_fault_if_altered_but_not_if_removed(data: Path) -> None:
    last = load_sealing(data, ())
    altered(data)
    assert faults(data) == {"test-list": Fault.ALTERED}
    removed(data)
    after = load_sealing(data, (), last)
    assert (after.states, names(after, "whole-host-entry.test")) == ((), ())


def test_a_required_list_is_missing_before_anything_was_imported(tmp_path: Path) -> None:
    assert faults(tmp_path, "iwf-urls") == {"iwf-urls": Fault.MISSING}
    assert faults(tmp_path) == {}


def test_a_lost_key_is_not_made_anew_while_other_lists_need_it(data: Path) -> None:
    import_sealed(data, "second", ["second.test"], NOW)
    without_key(data)
    with pytest.raises(UnusableError, match="put it back from your backup"):
        import_sealed(data, "second", ["second.test"], NOW)
    with_half_a_key(data)
    with pytest.raises(UnusableError, match="damaged"):
        import_sealed(data, "second", ["second.test"], NOW)


def test_a_lost_key_is_made_anew_for_the_one_list_there_is(data: Path) -> None:
    without_key(data)
    import_sealed(data, "test-list", FEED, NOW)
    assert faults(data) == {"test-list": None}


def test_a_required_list_cannot_be_removed(data: Path) -> None:
    with pytest.raises(UnusableError, match="required by the settings"):
        remove_sealed(data, "test-list", ["test-list"], "why not", NOW)
    assert faults(data) == {"test-list": None}


def test_a_list_that_is_removed_leaves_when_and_why(data: Path) -> None:
    remove_sealed(data, "test-list", (), "replaced by another", NOW)
    assert faults(data) == {}
    kept = json.loads((data / "sealed/removed.jsonl").read_text(encoding="utf-8"))
    assert kept == {
        "removed": "test-list",
        "at": NOW.isoformat(),
        "reason": "replaced by another",
    }


@pytest.mark.parametrize("name", ["absent", "../keys/sealed"])
def test_what_is_not_there_cannot_be_removed(data: Path, name: str) -> None:
    with pytest.raises(UnusableError, match="There is no sealed list"):
        remove_sealed(data, name, (), "why", NOW)


@pytest.mark.parametrize(
    ("state", "hours", "complaint"),
    [
        (State("x", True, 1, NOW), 72, ""),
        (State("x", True, 1, NOW), 73, "it is older than 72 hours"),
        (State("x", True, 1, NOW), -5, ""),
        (State("x", True, fault=Fault.MISSING), 0, "it is missing"),
    ],
)
def test_an_old_list_is_complained_of(state: State, hours: int, complaint: str) -> None:
    assert state.complaint(NOW + timedelta(hours=hours), 72) == complaint
