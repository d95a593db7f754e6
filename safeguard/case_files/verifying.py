"""The check of a case file: with the file alone, no database and no data folder.

What a file says of itself is believed only after its hashes and its signature hold. Whether the
key is the school's own, only the school can say: the fingerprint is for that.
"""

import hashlib
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safeguard.case_files.packing import MANIFEST, PUBLIC_KEY, SIGNATURE, SUMS, sums_of
from safeguard.case_files.records import FORMAT, LISTS, VERSION, digest_of
from safeguard.case_files.signing import fingerprint_of, is_signed, public_key_of
from safeguard.problems import UnusableError

MOST_FILES = 200
MOST_BYTES = 1024 * 1024 * 1024
MOST_SMALL = 1024 * 1024
OURS = (MANIFEST, SIGNATURE, PUBLIC_KEY, SUMS)
MEND = "Ask for the file again; keep this one as it is."


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found. Nothing wrong: it is as the key's holder made it."""

    wrong: tuple[str, ...]
    fingerprint: str = ""
    reference: str = ""
    made_at: str = ""
    made_by: str = ""
    school: str = ""
    records: int = 0


def verify(path: Path, expected: str = "") -> Verified:
    """Check a case file; `expected` is the fingerprint that the school has told."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _verified(archive, expected)
    except OSError as error:
        raise UnusableError(
            f"The file {path} cannot be read ({error.strerror}). Check its name."
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise UnusableError(f"The file {path} is damaged, or no zip file. {MEND}") from error


def _verified(archive: zipfile.ZipFile, expected: str) -> Verified:
    misshapen = tuple(_shape(archive))
    if misshapen:
        return Verified(misshapen)
    manifest = _manifest(archive)
    if manifest is None:
        return Verified((f"{MANIFEST} is not one that this Safeguard knows.",))
    wrong, fingerprint = _signature(archive, manifest, expected)
    wrong += list(_files(archive, manifest))
    count = 0
    if not wrong:
        found, count = _records(archive, manifest)
        wrong += found
    made = manifest["made"]
    return Verified(
        tuple(wrong),
        fingerprint,
        str(manifest["case"]["reference"]),
        str(made["at"]),
        str(made["by"]),
        str(manifest["school"]),
        count,
    )


def _shape(archive: zipfile.ZipFile) -> Iterator[str]:
    """Say what keeps the zip from being read at all: it may be made to do harm."""
    entries = archive.infolist()
    names = Counter(one.filename for one in entries)
    if len(entries) > MOST_FILES or sum(one.file_size for one in entries) > MOST_BYTES:
        yield "The zip holds more than a case file can."
        return
    for name, count in names.items():
        if count > 1:
            yield f"{name!r} is in the zip {count} times."
    for name in OURS:
        if name not in names:
            yield f"{name} is missing."
        elif archive.getinfo(name).file_size > MOST_SMALL:
            yield f"{name} is too large."


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any] | None:
    """Return the manifest where it has the shape of one."""
    try:
        manifest = json.loads(archive.read(MANIFEST))
        known = manifest["format"] == FORMAT and manifest["version"] == VERSION
        whole = [
            (str(one["name"]), int(one["bytes"]), str(one["sha256"])) for one in manifest["files"]
        ]
        there = (
            manifest["made"]["at"], manifest["made"]["by"], manifest["school"],
            manifest["case"]["reference"], manifest["key"]["fingerprint"],
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return manifest if known and whole and all(isinstance(one, str) for one in there) else None


def _signature(
    archive: zipfile.ZipFile, manifest: dict[str, Any], expected: str
) -> tuple[list[str], str]:
    key = public_key_of(archive.read(PUBLIC_KEY))
    if key is None:
        return [f"{PUBLIC_KEY} is no Ed25519 key."], ""
    fingerprint, wrong = fingerprint_of(key), []
    if not is_signed(key, archive.read(SIGNATURE), archive.read(MANIFEST)):
        wrong.append(f"{MANIFEST} was changed after it was signed.")
    if manifest["key"]["fingerprint"] != fingerprint:
        wrong.append(f"{PUBLIC_KEY} is not the key that {MANIFEST} names.")
    if expected and expected.replace(":", "").replace(" ", "").lower() != fingerprint:
        wrong.append("It was signed with another key than the one you gave: not by that school.")
    return wrong, fingerprint


def _files(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> Iterator[str]:
    listed = {one["name"]: one for one in manifest["files"]}
    there = set(archive.namelist()) - set(OURS)
    for name in sorted(set(listed) - there):
        yield f"{name} is missing."
    for name in sorted(there - set(listed)):
        yield f"{name!r} was added: the manifest does not know it."
    for name in sorted(there & set(listed)):
        if _hash(archive, name) != (listed[name]["bytes"], listed[name]["sha256"]):
            yield f"{name} was changed."
    if archive.read(SUMS) != sums_of(manifest["files"]):
        yield f"{SUMS} does not say what {MANIFEST} says."
    if archive.comment:
        yield "The zip carries a comment, which nothing vouches for."


def _hash(archive: zipfile.ZipFile, name: str) -> tuple[int, str]:
    hashed, size = hashlib.sha256(), 0
    with archive.open(name) as file:
        while piece := file.read(1 << 20):
            hashed.update(piece)
            size += len(piece)
    return size, hashed.hexdigest()


def _records(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> tuple[list[str], int]:
    """Work out every record's digest again."""
    name = f"{manifest['case']['reference']}.json"
    try:
        document = json.loads(archive.read(name))
        records = [document["case"], *(one for part in LISTS for one in document[part])]
        odd = [one["id"] for one in records if digest_of(one) != one["digest"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return [f"{name} is not as a case file's records are."], 0
    return [f"{name}: the digest of record {one} is not its own." for one in odd[:10]], len(records)
