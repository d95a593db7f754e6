"""Taking sealed lists in: hashes alone, and a delivery that fails changes nothing."""

import json
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path

import pytest

from filter_rules.sealed import CATEGORY
from safeguard import sealed_imports
from safeguard.problems import UnusableError
from safeguard.sealed_feeds.ctiru import FEED as TERRORIST_CONTENT
from safeguard.sealed_feeds.feed import Entry
from safeguard.sealed_files import Fault
from safeguard.sealed_imports import MOST_REFUSED, import_sealed, remove_sealed
from safeguard.sealing import load_sealing
from tests.safeguard.sealed_samples import FEED, NOW, TELLING, files_below, synthetic_feed

LIST = Path("sealed/test-list.sealed")
KEY = Path("keys/sealed.key")


class Loader:
    """Somebody's loader, which gives what it is told to and then fails, if it is told to."""

    category = CATEGORY

    def __init__(self, *addresses: str, fails: Exception | None = None) -> None:
        self._addresses = addresses
        self._fails = fails

    def entries(self, lines: Iterable[str]) -> Iterator[Entry]:
        del lines  # it fetches by itself
        yield from (Entry(number, one) for number, one in enumerate(self._addresses, 1))
        if self._fails:
            raise self._fails


def faults(data: Path, *required: str) -> dict[str, Fault | None]:
    return {one.name: one.fault for one in load_sealing(data, required).states}


def entries(data: Path) -> dict[str, int]:
    return {one.name: len(one.entries) for one in load_sealing(data, ()).lists.lists}


def trouble(data: Path) -> str:
    return load_sealing(data, ()).states[0].trouble


@pytest.fixture
def data(tmp_path: Path) -> Path:
    import_sealed(tmp_path, "test-list", FEED, NOW)
    return tmp_path


def test_no_entry_is_written_and_nobody_else_may_read_the_files(data: Path) -> None:
    with pytest.raises(UnusableError):
        import_sealed(data, "test-list", FEED[:3], NOW)
    files = files_below(data)
    assert {path.suffix for path in files} == {".sealed", ".key", ".newest", ".trouble"}
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    written = b"".join(path.read_bytes() + str(path).encode() for path in files).lower()
    for word in TELLING:
        assert word not in written


def test_the_same_entry_has_another_hash_elsewhere(data: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    import_sealed(other, "test-list", FEED, NOW)
    mine, theirs = (load_sealing(one, ()).lists.lists[0] for one in (data, other))
    assert mine.sites.packed != theirs.sites.packed
    assert mine.hosts.packed != theirs.hosts.packed
    assert mine.entries.packed != theirs.entries.packed


def test_lines_that_are_no_address_are_told_by_number_alone(data: Path) -> None:
    done = import_sealed(data, "test-list", FEED, NOW)
    assert (done.entries, done.refused, done.refused_count) == (3, (6,), 1)
    feed = [*(f"fine{number}.test" for number in range(300)), *["not a host"] * 300]
    many = import_sealed(data, "many", feed, NOW)
    assert (len(many.refused), many.refused_count) == (MOST_REFUSED, 300)


def test_many_spellings_of_one_address_are_one_entry(data: Path) -> None:
    spellings = [
        "https://Pages.Example/a/%7Eb/",
        "http://pages.example:80/a/./~b",
        "pages.example//a/x/../~b#top",
        "https://user:word@pages.example./a/~b",
    ]
    assert import_sealed(data, "spelt", spellings, NOW).entries == 1


@pytest.mark.parametrize(
    "slip", ["com", "localhost", "co.uk", "*.org.uk", "https://com.au/", "https://*.gov.uk"]
)
def test_a_name_that_sites_are_registered_below_is_no_entry(data: Path, slip: str) -> None:
    done = import_sealed(data, "slips", ["fine.test", slip], NOW)
    assert (done.entries, done.refused) == (1, (2,))


@pytest.mark.parametrize("feed", [[], ["<html>", "not a host"], ["com", "localhost", "Error"], ["one.test", "two.test", "<p>", "not a host", "<br>"]])  # fmt: skip
def test_what_is_hardly_a_list_changes_nothing_and_raises_an_alarm(
    data: Path, feed: list[str]
) -> None:
    before = (data / LIST).read_bytes()
    with pytest.raises(UnusableError, match="nothing has changed"):
        import_sealed(data, "test-list", feed, NOW)
    assert (data / LIST).read_bytes() == before
    assert "hardly a list" in trouble(data)
    import_sealed(data, "test-list", FEED, NOW)
    assert trouble(data) == ""


def test_a_list_that_lost_much_takes_the_place_of_another_only_if_that_is_meant(
    data: Path,
) -> None:
    import_sealed(data, "test-list", synthetic_feed(1000), NOW)
    whole = entries(data)["test-list"]
    with pytest.raises(UnusableError, match=r"it has [67]\d\d entries and the list in force has"):
        import_sealed(data, "test-list", synthetic_feed(699), NOW)
    assert entries(data) == {"test-list": whole}
    assert "If it is whole all the same" in trouble(data)
    import_sealed(data, "test-list", synthetic_feed(700), NOW)
    import_sealed(data, "test-list", synthetic_feed(640), NOW, most_lost=10)
    assert import_sealed(data, "test-list", ["one.test"], NOW, may_shrink=True).entries == 1
    (data / LIST).write_bytes(b"nothing")
    assert import_sealed(data, "test-list", ["192.0.2.1", "[2001:db8::1]"], NOW).entries == 2


@pytest.mark.parametrize(
    ("loader", "says"),
    [
        (Loader(), "0 entries are a URL or a host"),
        (Loader(fails=OSError("plugh.example/frobozz")), "its loader failed (OSError)"),
        (Loader("one.test", fails=ValueError("plugh.example/frobozz")), "failed (ValueError)"),
        (Loader("one.test", fails=UnusableError("plugh.example")), "failed (UnusableError)"),
        (Loader("one.test"), "it has 1 entries and the list in force has 3"),
    ],
)
def test_a_loader_that_fails_keeps_the_last_good_copy_and_says_nothing_of_an_entry(
    data: Path, loader: Loader, says: str
) -> None:
    with pytest.raises(UnusableError) as refused:
        import_sealed(data, "test-list", (), NOW, feed=loader)
    assert says in str(refused.value)
    assert says in trouble(data)
    assert "plugh" not in str(refused.value) + trouble(data)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
    assert entries(data) == {"test-list": 3}


def test_a_file_that_ends_early_is_no_delivery(data: Path) -> None:
    def broken() -> Iterator[str]:
        yield from FEED
        raise UnusableError("The file list.txt cannot be read. Check its name.")

    with pytest.raises(UnusableError, match=r"The file list\.txt cannot be read"):
        import_sealed(data, "test-list", broken(), NOW)
    assert "cannot be read" in trouble(data)


def test_a_list_without_an_end_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed_imports, "MOST_ENTRIES", 50)
    with pytest.raises(UnusableError, match="more than 50 entries"):
        import_sealed(data, "test-list", repeat("the-same.test"), NOW)
    assert entries(data) == {"test-list": 3}


def test_a_list_keeps_its_kind(data: Path) -> None:
    with pytest.raises(UnusableError, match="Name its loader with --feed"):
        import_sealed(data, "test-list", FEED, NOW, feed=TERRORIST_CONTENT)
    assert entries(data) == {"test-list": 3}


@pytest.mark.parametrize("name", ["", "../up", "Big", "a/b", "a.b", "x" * 64])
def test_a_name_that_could_lead_elsewhere_is_refused(data: Path, name: str) -> None:
    with pytest.raises(UnusableError, match="cannot be the name"):
        import_sealed(data, name, FEED, NOW)


def test_a_lost_key_is_not_made_anew_while_other_lists_need_it(data: Path) -> None:
    import_sealed(data, "second", ["second.test"], NOW)
    (data / KEY).unlink()
    with pytest.raises(UnusableError, match="put it back from your backup"):
        import_sealed(data, "second", ["second.test"], NOW)
    (data / KEY).write_bytes(b"k" * 16)
    with pytest.raises(UnusableError, match="damaged"):
        import_sealed(data, "second", ["second.test"], NOW)


def test_a_lost_key_is_made_anew_for_the_one_list_there_is(data: Path) -> None:
    (data / KEY).unlink()
    import_sealed(data, "test-list", FEED, NOW)
    assert faults(data) == {"test-list": None}


def test_a_required_list_cannot_be_removed(data: Path) -> None:
    with pytest.raises(UnusableError, match="required by the settings"):
        remove_sealed(data, "test-list", ["test-list"], "why not", NOW)
    assert faults(data) == {"test-list": None}


@pytest.mark.parametrize("lost", ["nothing", "the file", "the folder", "the record"])
def test_a_list_that_is_removed_leaves_when_and_why(data: Path, lost: str) -> None:
    if lost == "the file":
        (data / LIST).unlink()
    elif lost == "the folder":
        shutil.rmtree((data / LIST).parent)
    elif lost == "the record":
        (data / "keys/sealed.newest").unlink()
    remove_sealed(data, "test-list", (), "replaced by another", NOW)
    assert faults(data) == {}
    kept = json.loads((data / "sealed/removed.jsonl").read_text(encoding="utf-8"))
    assert kept == {
        "removed": "test-list",
        "at": NOW.isoformat(),
        "reason": "replaced by another",
    }


def test_a_list_that_cannot_be_removed_is_said_and_stays(data: Path) -> None:
    (data / "sealed/removed.jsonl").mkdir()
    with pytest.raises(UnusableError, match="cannot be removed"):
        remove_sealed(data, "test-list", (), "why", NOW)
    assert faults(data) == {"test-list": None}


def test_lists_that_are_imported_at_once_are_all_in_force(tmp_path: Path) -> None:
    names = [f"list-{number}" for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda name: import_sealed(tmp_path, name, FEED, NOW), names))
    assert faults(tmp_path) == dict.fromkeys(sorted(names))


@pytest.mark.parametrize("name", ["absent", "../keys/sealed"])
def test_what_is_not_there_cannot_be_removed(data: Path, name: str) -> None:
    with pytest.raises(UnusableError, match="There is no sealed list"):
        remove_sealed(data, name, (), "why", NOW)
