"""Files put into one signed zip."""

import io
import json
import zipfile

from safeguard.case_files.packing import packed, sums_of
from safeguard.case_files.signing import Signer, is_signed, public_key_of
from tests.safeguard.samples import NOW

SIGNER = Signer(bytes(range(32)))
FILES = {"a.txt": b"words", "b.json": b"{}"}


def test_the_same_files_make_the_same_zip() -> None:
    assert packed(FILES, {"format": "x"}, SIGNER, NOW) == packed(
        FILES, {"format": "x"}, SIGNER, NOW
    )


def test_the_manifest_tells_of_each_file_and_is_signed() -> None:
    zipped, manifest = packed(FILES, {"format": "x"}, SIGNER, NOW)
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == [
            "SHA256SUMS", "a.txt", "b.json", "manifest.json", "manifest.sig", "public-key.pem",
        ]  # fmt: skip
        assert archive.read("manifest.json") == manifest
        key = public_key_of(archive.read("public-key.pem"))
        assert key is not None
        assert is_signed(key, archive.read("manifest.sig"), manifest)
        assert archive.read("SHA256SUMS") == sums_of(json.loads(manifest)["files"])
        assert {one.date_time[:3] for one in archive.infolist()} == {(2026, 3, 4)}
        assert {one.external_attr >> 16 for one in archive.infolist()} == {0o600}
    told = json.loads(manifest)
    assert [(one["name"], one["bytes"]) for one in told["files"]] == [("a.txt", 5), ("b.json", 2)]
    assert told["key"]["fingerprint"] == SIGNER.fingerprint
