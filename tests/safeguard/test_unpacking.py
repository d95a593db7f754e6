"""Archives as they come from the internet: what they hold, and what they try."""

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from safeguard.unpacking import ArchiveError, unpack

LIST = b"games.example\n"


def tarred(path: Path, *members: tuple[tarfile.TarInfo, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]  # any mode
        for member, held in members:
            member.size = len(held)
            archive.addfile(member, io.BytesIO(held))
    return path


def named(name: str, kind: bytes = tarfile.REGTYPE, leads: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, leads
    return member


def zipped(path: Path, *members: tuple[str, bytes], kind: int = 0) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, held in members:
            member = zipfile.ZipInfo(name)
            member.external_attr, member.compress_type = kind << 16, zipfile.ZIP_DEFLATED
            archive.writestr(member, held)
        archive.comment = b"made by hand"
    return path


def out(tmp_path: Path, archive: Path, most_bytes: int = 1 << 20) -> dict[str, bytes]:
    found = unpack(archive, tmp_path / "out", most_bytes)
    if found.is_file():
        return {found.name: found.read_bytes()}
    return {
        path.relative_to(found).as_posix(): path.read_bytes()
        for path in found.rglob("*")
        if path.is_file()
    }


def test_what_is_no_archive_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(LIST)
    assert unpack(tmp_path / "list", tmp_path / "out") == tmp_path / "list"


def test_a_packed_list_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(gzip.compress(LIST))
    assert out(tmp_path, tmp_path / "list") == {"list": LIST}


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_tree_is_unpacked_without_the_folder_round_it(tmp_path: Path, mode: str) -> None:
    archive = tarred(
        tmp_path / "a",
        (named("lists/", tarfile.DIRTYPE), b""),
        (named("lists/games/domains"), LIST),
        (named("lists/usage"), b"black\n"),
        mode=mode,
    )
    assert out(tmp_path, archive) == {"games/domains": LIST, "usage": b"black\n"}


def test_a_zip_is_unpacked(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a", ("lists/one.txt", LIST), ("lists/two.txt", LIST))
    assert out(tmp_path, archive) == {"one.txt": LIST, "two.txt": LIST}


def test_a_file_alone_in_a_zip_is_that_file(tmp_path: Path) -> None:
    assert out(tmp_path, zipped(tmp_path / "a", ("hosts.txt", LIST))) == {"hosts.txt": LIST}


ESCAPES = ["../evil", "/evil", "lists/../../evil", "..\\evil", ".", "//evil", "a/../../evil"]


@pytest.mark.parametrize("name", ESCAPES)
def test_no_name_leads_out_of_a_tar(tmp_path: Path, name: str) -> None:
    archive = tarred(tmp_path / "a", (named("fine"), LIST), (named(name), LIST))
    with pytest.raises(ArchiveError):
        out(tmp_path, archive)
    assert not (tmp_path / "evil").exists()
    assert not Path("/evil").exists()


@pytest.mark.parametrize("name", ESCAPES)
def test_no_name_leads_out_of_a_zip(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArchiveError):
        out(tmp_path, zipped(tmp_path / "a", ("fine", LIST), (name, LIST)))
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize(
    ("kind", "leads"),
    [
        (tarfile.SYMTYPE, "/etc/passwd"),
        (tarfile.SYMTYPE, ".."),
        (tarfile.LNKTYPE, "fine"),
        (tarfile.LNKTYPE, "/etc/passwd"),
        (tarfile.LNKTYPE, "../../etc/passwd"),
        (tarfile.FIFOTYPE, ""),
        (tarfile.CHRTYPE, ""),
        (tarfile.BLKTYPE, ""),
        (tarfile.GNUTYPE_SPARSE, ""),
    ],
)
def test_links_and_devices_are_left_out(tmp_path: Path, kind: bytes, leads: str) -> None:
    archive = tarred(
        tmp_path / "a", (named("fine"), LIST), (named("odd", kind, leads), b""), (named("b"), LIST)
    )
    assert out(tmp_path, archive) == {"fine": LIST, "b": LIST}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_a_file_of_the_name_of_a_link_is_a_file(tmp_path: Path, kind: bytes) -> None:
    (tmp_path / "aim").write_bytes(b"untouched")
    link = named("way", kind, str(tmp_path / "aim"))
    archive = tarred(tmp_path / "a", (link, b""), (named("way"), LIST))
    assert out(tmp_path, archive) == {"way": LIST}
    assert (tmp_path / "aim").read_bytes() == b"untouched"


def test_a_name_in_a_longer_header_leads_nowhere_either(tmp_path: Path) -> None:
    long = named("fine")
    long.pax_headers = {"path": "../evil"}
    with tarfile.open(tmp_path / "a", "w:gz", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(long)
    with pytest.raises(ArchiveError, match="leads out"):
        out(tmp_path, tmp_path / "a")


@pytest.mark.parametrize(
    "name", ["li\x1b[2Jst", "two\nlines", "bell\x07", "\u202etxt.tsil", "\udce9"]
)
def test_a_name_that_cannot_be_shown_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArchiveError, match="cannot be shown"):
        out(tmp_path, tarred(tmp_path / "a", (named("fine"), LIST), (named(name), LIST)))


@pytest.mark.parametrize(
    ("first", "second"), [("list", "list"), ("list", "./list"), ("a/b", "a//b")]
)
def test_two_files_of_one_name_are_refused(tmp_path: Path, first: str, second: str) -> None:
    with pytest.raises(ArchiveError, match="one name"):
        out(tmp_path, tarred(tmp_path / "a", (named(first), LIST), (named(second), b"")))


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    archive = tarred(
        tmp_path / "a",
        (named("way", tarfile.SYMTYPE, str(tmp_path)), b""),
        (named("way/evil"), LIST),
        (named("fine"), LIST),
    )
    assert out(tmp_path, archive) == {"way/evil": LIST, "fine": LIST}
    assert not (tmp_path / "evil").exists()


def test_a_link_in_a_zip_is_left_out(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a", ("odd", b"/etc/passwd"), kind=stat.S_IFLNK)
    with pytest.raises(ArchiveError, match="no file"):
        out(tmp_path, archive)


def a_bomb(path: Path) -> Path:
    path.write_bytes(gzip.compress(bytes(4 << 20)))
    return path


def a_tar_bomb(path: Path) -> Path:
    return tarred(path, *[(named(f"{number}"), bytes(300_000)) for number in range(4)])


def a_zip_bomb(path: Path) -> Path:
    return zipped(path, *[(f"{number}", bytes(300_000)) for number in range(4)])


def a_double(path: Path) -> Path:
    path.write_bytes(gzip.compress(gzip.compress(LIST)))
    return path


def half_a_gz(path: Path) -> Path:
    path.write_bytes(gzip.compress(LIST * 1000)[:-20])
    return path


def half_a_tar(path: Path) -> Path:
    whole = tarred(path, (named("list"), LIST * 1000), mode="w").read_bytes()
    path.write_bytes(whole[:9000])
    return path


def half_a_zip(path: Path) -> Path:
    path.write_bytes(zipped(path, ("list", LIST * 1000)).read_bytes()[:-40])
    return path


def a_giant_header(path: Path) -> Path:
    long = named("x")
    long.pax_headers = {"comment": "x" * (5 << 20)}
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(long)
    return path


def a_file_and_a_folder_of_one_name(path: Path) -> Path:
    return tarred(path, (named("a"), LIST), (named("a/b"), LIST))


def an_odd_packing(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("list", LIST)
    return path


def a_bomb_in_a_bomb(path: Path) -> Path:
    inner = zipped(path.with_name("inner"), *[(f"{one}", bytes(100_000)) for one in range(9)])
    return zipped(path, *[(f"{one}.zip", inner.read_bytes()) for one in range(9)])


def a_steep_bomb(path: Path) -> Path:
    path.write_bytes(gzip.compress(bytes(64 << 20)))
    return path


def a_password(path: Path) -> Path:
    held = bytearray(zipped(path, ("list", LIST)).read_bytes())
    held[6] |= 1  # a bit of the file's header, and of the directory's
    held[held.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(held)
    return path


def one_body_for_many(path: Path) -> Path:
    """Many names for the same bytes: small to send, large to unpack."""
    held = zipped(path, ("list", bytes(100_000))).read_bytes()
    start = held.index(b"PK\x01\x02")
    end = held.index(b"PK\x05\x06")
    entry, tail = held[start:end], bytearray(held[end : end + 22])
    entries = b"".join(entry.replace(b"list", f"li{one:02}".encode()) for one in range(50))
    tail[8:10] = tail[10:12] = (50).to_bytes(2, "little")
    tail[12:16] = len(entries).to_bytes(4, "little")
    tail[20:22] = bytes(2)
    path.write_bytes(held[:start] + entries + bytes(tail))
    return path


@pytest.mark.parametrize(
    ("make", "says", "most"),
    [
        (a_steep_bomb, "too much", 1 << 30),
        (a_password, "cannot be unpacked", 1 << 20),
        (one_body_for_many, "cannot be unpacked", 1 << 30),
        (a_bomb, "too much", 1 << 20),
        (a_tar_bomb, "too much", 1 << 20),
        (a_zip_bomb, "too much", 1 << 20),
        (a_double, "packed twice", 1 << 20),
        (half_a_gz, "cannot be unpacked", 1 << 20),
        (half_a_tar, "cannot be unpacked", 1 << 20),
        (half_a_zip, "cannot be unpacked", 1 << 20),
        (a_giant_header, "headers", 1 << 30),
        (a_file_and_a_folder_of_one_name, "cannot be unpacked", 1 << 20),
        (an_odd_packing, "not read", 1 << 20),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_what_is_broken_or_made_to_do_harm_is_refused(
    tmp_path: Path, make: Callable[[Path], Path], says: str, most: int
) -> None:
    with pytest.raises(ArchiveError, match=says):
        out(tmp_path, make(tmp_path / "a"), most)


def test_an_archive_in_an_archive_is_left_out(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a", ("b.gz", gzip.compress(LIST)), ("list", LIST))
    assert out(tmp_path, archive) == {"list": LIST}


def test_archives_in_an_archive_are_not_opened(tmp_path: Path) -> None:
    found = out(tmp_path, a_bomb_in_a_bomb(tmp_path / "a"))
    assert sum(len(held) for held in found.values()) < 100_000


@pytest.mark.parametrize("pack", [tarred, zipped])
def test_a_hundred_thousand_tiny_files_are_refused_soon(
    tmp_path: Path, pack: Callable[..., Path]
) -> None:
    one = LIST if pack is zipped else b""
    many = [(f"{n}" if pack is zipped else named(f"{n}"), one) for n in range(100_000)]
    archive = pack(tmp_path / "a", *many)
    with pytest.raises(ArchiveError, match=r"more than 10,000 files|headers are|too much"):
        out(tmp_path, archive)
    assert sum(1 for _ in (tmp_path / "out").rglob("*")) <= 10_002


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.DIRTYPE])
def test_too_many_files_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: bytes
) -> None:
    monkeypatch.setattr("safeguard.unpacking.MOST_FILES", 3)
    archive = tarred(tmp_path / "a", *[(named(f"{one}", kind), b"") for one in range(5)])
    with pytest.raises(ArchiveError, match="more than"):
        out(tmp_path, archive)


def test_too_many_files_in_a_zip_are_refused(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a", *[(f"{one}", b"") for one in range(10_001)])
    with pytest.raises(ArchiveError, match="more than"):
        out(tmp_path, archive)
