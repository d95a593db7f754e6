"""The check of a case file, by someone who has changed it in every way they can think of."""

import hashlib
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from safeguard.case_files.exporting import CaseFile
from safeguard.case_files.packing import sums_of
from safeguard.case_files.signing import Signer
from safeguard.case_files.verifying import verify
from safeguard.problems import UnusableError
from tests.conftest import absent

NAME = "C832-2222"

type Files = dict[str, bytes]


def read(path: Path) -> Files:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: Path, files: Files, comment: bytes = b"") -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.comment = comment


def signed_again(files: Files, signer: Signer | None = None) -> Files:
    """Make hashes, and with a signer the signature too, fit what the files are now."""
    manifest = json.loads(files["manifest.json"])
    for one in manifest["files"]:
        content = files.get(one["name"], b"")
        one |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    files["SHA256SUMS"] = sums_of(manifest["files"])
    if signer is not None:
        manifest["key"]["fingerprint"] = signer.fingerprint
        files["public-key.pem"] = signer.public_pem
    files["manifest.json"] = json.dumps(manifest).encode()
    if signer is not None:
        files["manifest.sig"] = signer.sign(files["manifest.json"])
    return files


def test_a_file_as_it_was_made_is_found_whole(case_zip: Path, small_file: CaseFile) -> None:
    found = verify(case_zip)
    assert found.wrong == ()
    assert found.fingerprint == small_file.fingerprint
    assert (found.reference, found.made_by, found.made_at, found.school) == (
        NAME, "Lee Lead", "2026-03-04T13:00:00Z", "Our school",
    )  # fmt: skip
    assert found.records == 13
    grouped = ":".join(found.fingerprint[n : n + 4].upper() for n in range(0, 64, 4))
    assert verify(case_zip, grouped).wrong == ()


def change_json(files: Files) -> Files:
    return files | {f"{NAME}.json": files[f"{NAME}.json"].replace(b"some words", b"nice words")}


def change_hashes_too(files: Files) -> Files:
    return signed_again(change_json(files))


def sign_as_another(files: Files) -> Files:
    return signed_again(change_json(files), Signer(bytes(32)))


def swap_the_key(files: Files) -> Files:
    other = Signer(bytes(32))
    return files | {
        "public-key.pem": other.public_pem,
        "manifest.sig": other.sign(files["manifest.json"]),
    }


def without(name: str) -> Callable[[Files], Files]:
    return lambda files: {one: content for one, content in files.items() if one != name}


def put(name: str, content: bytes) -> Callable[[Files], Files]:
    return lambda files: files | {name: content}


def odd_records(files: Files) -> Files:
    return signed_again(files | {f"{NAME}.json": b'{"case": {}}'}, Signer(bytes(32)))


CHANGES: list[tuple[Callable[[Files], Files], str]] = [
    (change_json, f"{NAME}.json was changed"),
    (change_hashes_too, "manifest.json was changed after it was signed"),
    (sign_as_another, "the digest of record"),
    (swap_the_key, "is not the key that manifest.json names"),
    (without(f"{NAME}-events.csv"), f"{NAME}-events.csv is missing"),
    (without("manifest.sig"), "manifest.sig is missing"),
    (without("manifest.json"), "manifest.json is missing"),
    (put("more.txt", b"x"), "'more.txt' was added"),
    (put("../more.txt", b"x"), "'../more.txt' was added"),
    (put("SHA256SUMS", b""), "SHA256SUMS does not say"),
    (put("public-key.pem", b"no key"), "is no Ed25519 key"),
    (put("public-key.pem", bytes(2_000_000)), "public-key.pem is too large"),
    (put("manifest.sig", b""), "was changed after it was signed"),
    (put("manifest.json", b"[]"), "not one that this Safeguard knows"),
    (put("manifest.json", b"["), "not one that this Safeguard knows"),
    (put("manifest.json", b"[" * 100_000), "not one that this Safeguard knows"),
    (put("manifest.json", b'{"format": "safeguard case file", "version": 2}'), "not one that"),
    (odd_records, "not as a case file's records are"),
    (lambda files: files | {f"x{n}": b"" for n in range(201)}, "more than a case file can"),
]


@pytest.mark.parametrize(("change", "says"), CHANGES, ids=[says for _, says in CHANGES])
def test_a_change_is_found_and_named(
    case_zip: Path, change: Callable[[Files], Files], says: str
) -> None:
    write(case_zip, change(read(case_zip)))
    found = verify(case_zip)
    assert any(says in one for one in found.wrong), found.wrong


def test_a_file_made_anew_by_someone_else_is_told_by_its_key(
    case_zip: Path, small_file: CaseFile
) -> None:
    files = read(case_zip)
    write(case_zip, signed_again(files, Signer(bytes(32))))
    assert verify(case_zip).wrong == ()
    (said,) = verify(case_zip, small_file.fingerprint).wrong
    assert "another key than the one you gave" in said


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_found(case_zip: Path) -> None:
    with zipfile.ZipFile(case_zip, "a") as archive:
        archive.writestr(f"{NAME}.json", b"{}")
    assert any("2 times" in one for one in verify(case_zip).wrong)


def test_a_comment_is_found(case_zip: Path) -> None:
    write(case_zip, read(case_zip), b"hello")
    assert any("comment" in one for one in verify(case_zip).wrong)


def test_every_byte_counts(case_zip: Path) -> None:
    """Of 200 places all over the file, a changed byte is found or changes nothing that is read."""
    whole = case_zip.read_bytes()
    files = read(case_zip)
    for place in range(0, len(whole), max(1, len(whole) // 200)):
        broken = bytearray(whole)
        broken[place] ^= 0x21
        case_zip.write_bytes(broken)
        try:
            found = verify(case_zip)
        except UnusableError:
            continue
        assert found.wrong or read(case_zip) == files, place


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", b"words" * 1000])
def test_what_is_no_zip_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.zip"
    path.write_bytes(content)
    with pytest.raises(UnusableError, match="damaged, or no zip file"):
        verify(path)
    with pytest.raises(UnusableError, match="cannot be read"):
        verify(tmp_path / "nowhere.zip")


def test_standard_tools_find_the_same(case_zip: Path, tmp_path: Path, small_file: CaseFile) -> None:
    """The lines of READ-ME.txt, as they stand there."""
    if shutil.which("openssl") is None:
        absent("openssl is not installed")
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(case_zip) as archive:
        archive.extractall(folder)
    read_me = (folder / "READ-ME.txt").read_text(encoding="utf-8")
    lines = [
        line.strip() for line in read_me.splitlines()
        if line.startswith(("    sha256sum", "    openssl"))
    ]  # fmt: skip
    assert len(lines) == 3
    said = [
        subprocess.run(
            ["sh", "-c", line], cwd=folder, capture_output=True, text=True, check=True
        ).stdout
        for line in lines
    ]
    assert f"{NAME}.json: OK" in said[0]
    assert "Verified Successfully" in said[1]
    assert said[2].split()[0] == small_file.fingerprint
    assert small_file.fingerprint in read_me
    (folder / f"{NAME}.json").write_bytes(b"{}")
    changed = subprocess.run(lines[0].split(), cwd=folder, capture_output=True, check=False)
    assert changed.returncode == 1
