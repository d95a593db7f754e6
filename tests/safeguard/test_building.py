"""Artefacts: the same from the same, swapped in one step, and never half in force."""

import json
import shutil
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from filter_rules.formats.format import Format
from filter_rules.types import Hit, Kind, Part
from filter_rules.urls import split
from safeguard import artefact, reading
from safeguard.building import (
    build,
    is_rolled_back,
    is_stale,
    manifest_in_force,
    open_rules,
    roll_back,
    rules_in_force,
)
from safeguard.importing import import_source
from safeguard.problems import UnusableError
from safeguard.sources import remove_source, shipped_source

NOW = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)


def quiet(_step: str, _done: int, _total: int) -> None:
    """Nobody watches a test build."""


def bring(data: Path, text: str, name: str = "mine", fmt: Format = Format.ADBLOCK) -> None:
    file = data.parent / f"{name}.txt"
    file.write_text(text, encoding="utf-8")
    import_source(data, file, fmt, "games", name, NOW)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    bring(folder, "||games.example^\n||dup.example^\n||dup.example^\n@@||good.games.example^\n")
    return folder


def in_child(data: Path, lines: str) -> subprocess.CompletedProcess[str]:
    """Run a build in a process of its own, after `lines`."""
    program = f"""
        import os, resource, signal, sys
        from pathlib import Path
        from safeguard.building import build
        from safeguard.problems import UnusableError
        def progress(step, done, total):
            pass
        {lines}
        try:
            build(Path({str(data)!r}), progress)
        except UnusableError as error:
            sys.exit(str(error))
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_what_was_imported_is_in_force_after_a_build(data: Path) -> None:
    built = build(data, quiet)
    rules = open_rules(data)
    assert rules.fingerprint == built.fingerprint == rules_in_force(data)
    assert rules.match("www.games.example") == (Hit("games", "mine", "games.example"),)
    assert rules.match("good.games.example") == ()
    assert rules.detect("", Kind.SEARCH) == ()
    assert built.sources == 2
    assert built.counts["games"] >= 4
    assert built.seconds > 0


def test_shipped_lists_are_in_force_without_any_import(tmp_path: Path) -> None:
    build(tmp_path / "new", quiet)
    rules = open_rules(tmp_path / "new")
    for file in shipped_source().files:
        assert file.category in rules.categories


def test_addresses_and_expressions_are_in_force(data: Path) -> None:
    tree = data.parent / "tree" / "sect"
    tree.mkdir(parents=True)
    (tree / "urls").write_text("example.org/sect\n", encoding="utf-8")
    (tree / "expressions").write_text("/sect[0-9]\n", encoding="utf-8")
    import_source(data, tree.parent, Format.UT1, "", "ut1", NOW)
    build(data, quiet)
    rules = open_rules(data)
    for text, part in (("example.org/sect/a", Part.URL), ("example.net/sect1", Part.EXPRESSION)):
        url = split(text)
        assert url
        assert [(hit.category, hit.part) for hit in rules.match(url.host, url)] == [
            ("ut1-sect", part)
        ]
    assert rules.categories["ut1-sect"].title == "ut1-sect"


def test_the_same_sources_make_the_same_artefact_anywhere(data: Path) -> None:
    other = data.parent / "elsewhere"
    shutil.copytree(data, other)
    assert build(data, quiet).fingerprint == build(other, quiet).fingerprint
    first, second = (folder / "rules" / rules_in_force(data) for folder in (data, other))
    assert contents(first) == contents(second)


NAMES = st.sampled_from(["one", "two", "three"])
TEXTS = st.lists(
    st.sampled_from([
        "||a.example^", "@@||a.example^", "||b.example^$important", "b.example", "bad..example",
        "||a.example^$badfilter", "/banner[0-9]/", "-advert-", "||a.example/path",
    ]),
    max_size=6,
).map("\n".join)  # fmt: skip
CHANGES = st.lists(st.tuples(NAMES, st.none() | TEXTS, st.booleans()), max_size=4)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example([("two", "||b.example^", True), ("one", "||a.example^", True)])
@example([("one", "||a.example^", True), ("two", "||a.example^", True), ("one", None, True)])
@given(CHANGES)
def test_an_artefact_does_not_tell_how_its_sources_came_about(
    changes: list[tuple[str, str | None, bool]],
) -> None:
    """Built at once, or a bit before each change: nothing but the sources may matter."""
    with TemporaryDirectory() as folder:
        data, fresh = Path(folder, "data"), Path(folder, "fresh")
        build_first = False
        for name, text, then_build in changes:
            if build_first:
                build(data, quiet)
            if text is None:
                remove_source(data, name)
            else:
                bring(data, text, name)
            build_first = then_build
        made = build(data, quiet).fingerprint
        if (data / "sources").exists():
            shutil.copytree(data / "sources", fresh / "sources")
        assert build(fresh, quiet).fingerprint == made
        assert contents(data / "rules" / made) == contents(fresh / "rules" / made)
        kept = {one.name for one in (data / "rules-read").iterdir()}
        assert kept == {one.name for one in (fresh / "rules-read").iterdir()}


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("held", [1, 3, 100_000])
def test_what_is_found_does_not_depend_on_the_length_of_runs(
    data: Path, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_MOST_HELD", held)
    bring(data, "||games.example^\nchess.example\n", "other")
    build(data, quiet)
    rules = open_rules(data)
    assert {hit.list for hit in rules.match("a.games.example")} == {"mine", "other"}
    assert rules.match("good.games.example") == (Hit("games", "other", "games.example"),)
    assert rules.match("chess.example") == (Hit("games", "other", "chess.example"),)


def test_another_source_makes_another_artefact(data: Path) -> None:
    before = build(data, quiet).fingerprint
    bring(data, "||other.example^\n")
    assert build(data, quiet).fingerprint != before


def test_rules_are_stale_until_what_was_imported_is_built(data: Path) -> None:
    assert is_stale(data)
    build(data, quiet)
    assert not is_stale(data)
    bring(data, "||other.example^\n", "other")
    assert is_stale(data)
    build(data, quiet)
    assert not is_stale(data)


def test_rules_of_another_layout_are_stale(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(data, quiet)
    monkeypatch.setattr(artefact, "LAYOUT", artefact.LAYOUT + 1)
    assert is_stale(data)


def test_the_data_folder_holds_nothing_but_what_is_said(data: Path) -> None:
    build(data, quiet)
    assert {path.name for path in data.iterdir()} == {
        "rules",
        "rules-in-force",
        "rules-lock",
        "rules-read",
        "sources",
    }
    assert len(list((data / "rules-read").iterdir())) == 2  # what is shipped, and the one import
    assert [path.name for path in (data / "rules").iterdir()] == [rules_in_force(data)]


def test_the_last_three_artefacts_are_kept(data: Path) -> None:
    made = []
    for number in range(5):
        bring(data, f"||site{number}.example^\n")
        made.append(build(data, quiet).fingerprint)
    assert {path.name for path in (data / "rules").iterdir()} == set(made[-3:])
    bring(data, "||site2.example^\n")
    assert build(data, quiet).fingerprint == made[2]  # the one of before is in force again
    bring(data, "||site9.example^\n")
    last = build(data, quiet).fingerprint
    assert {path.name for path in (data / "rules").iterdir()} == {made[2], made[4], last}


def test_the_manifest_tells_of_each_source(data: Path) -> None:
    bring(data, "! License: MIT\n||one.example^\nbad..example\n", "other")
    build(data, quiet)
    manifest = manifest_in_force(data)
    assert [source["name"] for source in manifest["sources"]] == ["safeguard", "mine", "other"]
    other = manifest["sources"][-1]
    assert other["licence"] == "MIT"
    assert other["imported"] == "2026-09-01T08:30:00+00:00"
    assert other["counts"] == {"games": 1}
    assert other["problem_count"] == 1
    assert other["problems"][0]["line"] == 3
    assert len(other["sha256"]) == 64


def test_networks_and_what_rules_say_of_each_other_are_kept(tmp_path: Path) -> None:
    data = tmp_path / "data"
    bring(data, "192.0.2.0/24\n", "servers", Format.NETWORKS)
    bring(
        data, "bad.good.example CNAME .\n*.good.example CNAME rpz-passthru.\n", "zone", Format.RPZ
    )
    bring(data, "||a.example^$important\n@@||a.example^\n||b.example^\n||b.example^$badfilter\n")
    build(data, quiet)
    rules = open_rules(data)
    hit = Hit("games", "servers", "192.0.2.0/24", Part.NETWORK)
    assert rules.match_address("192.0.2.7") == (hit,)
    assert rules.match("bad.good.example") == (Hit("games", "zone", "bad.good.example"),)
    assert rules.match("a.example") == (Hit("games", "mine", "a.example"),)
    assert rules.match("b.example") == ()


def test_progress_is_told_from_reading_to_compiling(data: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    build(data, lambda *step: steps.append(step))
    told = list(dict.fromkeys(step[0] for step in steps))
    assert told[-6:] == [
        "Reading mine",
        "Compiling hosts",
        "Compiling urls",
        "Compiling networks",
        "Compiling patterns",
        "Compiled",
    ]
    assert all(done <= total for _, done, total in steps)


def test_progress_moves_while_much_is_read_and_compiled(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_MOST_HELD", 100)
    bring(data, "".join(f"||site{number}.example^\n" for number in range(1000)), "other")
    steps: list[tuple[str, int, int]] = []
    build(data, lambda *step: steps.append(step))
    assert "Reading other: 500 entries" in {what for what, _, _ in steps}
    compiled = [done for what, done, _ in steps if what == "Compiling hosts"]
    assert compiled == sorted(compiled)
    assert len(set(compiled)) > 20
    assert compiled[-1] == steps[-1][1]  # nothing but hosts was brought


def test_without_a_build_there_are_no_rules(tmp_path: Path) -> None:
    assert rules_in_force(tmp_path) == ""
    with pytest.raises(UnusableError, match="rules build"):
        open_rules(tmp_path)


@pytest.mark.parametrize("damage", ["", "nonsense", "\xff", "../../etc"])
def test_a_pointer_to_nothing_is_said_with_its_mend(data: Path, damage: str) -> None:
    build(data, quiet)
    (data / "rules-in-force").write_bytes(damage.encode("latin-1"))
    with pytest.raises(UnusableError, match="rules build"):
        open_rules(data)
    assert is_stale(data)


FILES = ["manifest.json", "rules.json", "hosts.trie", "hosts.sets", "urls.trie"]


@pytest.mark.parametrize("name", [*FILES, "urls.sets"])
def test_a_missing_file_is_said_with_its_mend(data: Path, name: str) -> None:
    build(data, quiet)
    (data / "rules" / rules_in_force(data) / name).unlink()
    with pytest.raises(UnusableError, match="rules build"):
        open_rules(data)


@pytest.mark.parametrize("name", FILES)
def test_half_a_file_is_said_with_its_mend(data: Path, name: str) -> None:
    build(data, quiet)
    file = data / "rules" / rules_in_force(data) / name
    file.write_bytes(file.read_bytes()[:-2])
    with pytest.raises(UnusableError, match="rules build"):
        open_rules(data)


@pytest.mark.parametrize("name", ["manifest.json", "rules.json"])
def test_a_changed_file_is_said_with_its_mend(data: Path, name: str) -> None:
    build(data, quiet)
    file = data / "rules" / rules_in_force(data) / name
    file.write_bytes(file.read_bytes().replace(b"games", b"chess"))
    with pytest.raises(UnusableError, match="not the one that was built"):
        open_rules(data)


def test_a_build_mends_what_was_damaged(data: Path) -> None:
    fingerprint = build(data, quiet).fingerprint
    (data / "rules" / fingerprint / "rules.json").write_bytes(b"{}")
    (data / "rules" / fingerprint / "hosts.sets").unlink()
    assert build(data, quiet).fingerprint == fingerprint
    assert open_rules(data).match("games.example")


@pytest.mark.parametrize("damage", ["cut", "a bit", "no gzip behind its first bytes"])
def test_a_copy_that_is_damaged_is_named_with_its_mend(data: Path, damage: str) -> None:
    before = build(data, quiet).fingerprint
    shutil.rmtree(data / "rules-read")
    (copy,) = (data / "sources" / "mine").rglob("*.gz")
    whole = copy.read_bytes()
    flipped = whole[:-6] + bytes([whole[-6] ^ 1]) + whole[-5:]
    copy.write_bytes({"cut": whole[:-9], "a bit": flipped}.get(damage, whole[:2] + b"no gzip"))
    with pytest.raises(UnusableError, match=r"mine\.txt\.gz is damaged .*import “mine” again"):
        build(data, quiet)
    assert rules_in_force(data) == before
    bring(data, "||games.example^\n||dup.example^\n||dup.example^\n@@||good.games.example^\n")
    assert build(data, quiet).fingerprint == before


def test_rules_that_are_open_stay_whole_while_others_come_into_force(data: Path) -> None:
    build(data, quiet)
    before = open_rules(data)
    for number in range(4):
        bring(data, f"||site{number}.example^\n")
        build(data, quiet)
    assert not (data / "rules" / before.fingerprint).exists()
    assert before.match("games.example")


@pytest.mark.parametrize("step", ["Reading mine", "Compiling hosts", "Compiling urls", "Compiled"])
def test_a_killed_build_leaves_the_rules_of_before(data: Path, step: str) -> None:
    before = build(data, quiet).fingerprint
    bring(data, "||other.example^\n")
    kill = f"progress = lambda at, *_: at == {step!r} and os.kill(os.getpid(), signal.SIGKILL)"
    assert in_child(data, kill).returncode == -9
    assert rules_in_force(data) == before
    assert open_rules(data).match("games.example")
    after = build(data, quiet).fingerprint
    assert after != before
    assert open_rules(data).match("other.example")
    assert not (data / "rules-building").exists()


def test_a_full_disk_leaves_the_rules_of_before(data: Path) -> None:
    before = build(data, quiet).fingerprint
    bring(data, "".join(f"||site{number}.example^\n" for number in range(20_000)))
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, {}))"
    # The limit is lifted again at the end: what measures coverage writes there too.
    lift = (
        "import atexit; atexit.register(lambda: " + limit.format(-1).replace("100_000", "-1") + ")"
    )
    done = in_child(data, f"{limit.format(-1)}; {lift}")
    assert done.returncode == 1
    assert "The rules of before stay in force" in done.stderr
    assert "Traceback" not in done.stderr
    assert rules_in_force(data) == before
    assert open_rules(data).match("games.example")


def test_a_source_that_lost_its_copy_leaves_the_rules_of_before(data: Path) -> None:
    before = build(data, quiet).fingerprint
    bring(data, "||other.example^\n", "other")
    for copy in (data / "sources" / "other").glob("*/*.gz"):
        copy.write_bytes(copy.read_bytes()[:-9])
    with pytest.raises(UnusableError, match="The rules of before stay in force"):
        build(data, quiet)
    assert rules_in_force(data) == before


def test_builds_at_the_same_time_wait_for_one_another(data: Path) -> None:
    program = (
        "from pathlib import Path; from safeguard.building import build;"
        f"print(build(Path({str(data)!r}), lambda *_: None).fingerprint)"
    )
    command = [sys.executable, "-c", program]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = {one.communicate(timeout=90)[0].strip() for one in running}
    assert said == {rules_in_force(data)}
    assert open_rules(data).match("games.example")


def test_an_artefact_is_json_that_people_can_read(data: Path) -> None:
    build(data, quiet)
    text = (data / "rules" / rules_in_force(data) / "manifest.json").read_text(encoding="utf-8")
    assert json.loads(text)["counts"] == manifest_in_force(data)["counts"]


def test_the_fingerprint_does_not_tell_when_a_list_was_taken_in(data: Path) -> None:
    before = build(data, quiet).fingerprint
    folder = data / "rules" / before
    made = folder.stat().st_ino
    file = data.parent / "mine.txt"
    import_source(data, file, Format.ADBLOCK, "games", "mine", NOW.replace(year=2027))
    assert not is_stale(data)
    assert build(data, quiet).fingerprint == before
    assert folder.stat().st_ino == made  # what is in force has stayed where it is
    assert manifest_in_force(data)["sources"][1]["imported"] == "2027-09-01T08:30:00+00:00"


@pytest.mark.parametrize("damage", [None, b"{"])
def test_lost_dates_break_nothing(data: Path, damage: bytes | None) -> None:
    dates = data / "rules" / build(data, quiet).fingerprint / "dates.json"
    dates.unlink() if damage is None else dates.write_bytes(damage)
    assert open_rules(data).match("games.example")
    assert manifest_in_force(data)["sources"][1]["imported"] == ""


def builds(data: Path, *names: str) -> list[str]:
    made = []
    for name in names:
        bring(data, f"||{name}.example^\n")
        made.append(build(data, quiet).fingerprint)
    return made


def test_a_rollback_puts_the_rules_of_before_back_in_force(data: Path) -> None:
    first, second, _third = builds(data, "first", "second", "third")
    done = roll_back(data)
    assert done is not None
    assert done.manifest["fingerprint"] == rules_in_force(data) == second
    assert done.gone[1]["name"] == "mine"
    assert open_rules(data).match("second.example")
    assert roll_back(data)
    assert rules_in_force(data) == first
    assert roll_back(data) is None
    assert rules_in_force(data) == first


def test_a_rollback_stands_until_a_source_changes(data: Path) -> None:
    builds(data, "first", "second")
    assert not is_rolled_back(data)
    roll_back(data)
    assert is_rolled_back(data)
    assert not is_stale(data)
    bring(data, "||third.example^\n")
    assert is_stale(data)


def test_a_build_goes_forward_again_after_a_rollback(data: Path) -> None:
    first, second = builds(data, "first", "second")
    roll_back(data)
    assert build(data, quiet).fingerprint == second
    assert not is_rolled_back(data)
    roll_back(data)
    assert rules_in_force(data) == first


def test_after_a_rollback_and_a_build_what_was_in_force_last_is_still_kept(data: Path) -> None:
    first, _second, _third = builds(data, "first", "second", "third")
    roll_back(data)
    roll_back(data)
    (fourth,) = builds(data, "fourth")
    assert rules_in_force(data) == fourth
    roll_back(data)
    assert rules_in_force(data) == first


def test_a_rollback_passes_over_rules_of_another_layout(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds(data, "first", "second")
    monkeypatch.setattr(artefact, "LAYOUT", artefact.LAYOUT + 1)
    assert roll_back(data) is None


def test_a_rollback_out_of_broken_rules_works_and_into_them_does_not(data: Path) -> None:
    first, second, third = builds(data, "first", "second", "third")
    (data / "rules" / third / "manifest.json").write_bytes(b"{}")
    assert roll_back(data)
    assert rules_in_force(data) == second
    (data / "rules" / first / "hosts.trie").unlink()
    with pytest.raises(UnusableError, match="broken"):
        roll_back(data)
    assert rules_in_force(data) == second


def test_a_rollback_that_cannot_be_written_says_so(data: Path) -> None:
    builds(data, "first", "second")
    (data / "rules-lock").unlink()
    (data / "rules-lock").mkdir()
    with pytest.raises(UnusableError, match="who may read and write"):
        roll_back(data)


def test_without_a_build_there_is_nothing_to_roll_back_to(tmp_path: Path) -> None:
    assert roll_back(tmp_path) is None
