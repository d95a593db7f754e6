"""Files -> one zip with a manifest of their hashes, signed."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from safeguard.case_files.signing import Signer

MANIFEST, SIGNATURE, PUBLIC_KEY, SUMS = (
    "manifest.json", "manifest.sig", "public-key.pem", "SHA256SUMS",
)  # fmt: skip


def packed(
    files: Mapping[str, bytes], about: Mapping[str, Any], signer: Signer, at: datetime
) -> tuple[bytes, bytes]:
    """Return the zip, and the manifest that is in it."""
    manifest = manifest_of(files, about, signer)
    whole = {
        **files,
        MANIFEST: manifest,
        SIGNATURE: signer.sign(manifest),
        PUBLIC_KEY: signer.public_pem,
        SUMS: sums_of(json.loads(manifest)["files"]),
    }
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in whole.items():
            entry = zipfile.ZipInfo(name, at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)
    return kept.getvalue(), manifest


def manifest_of(files: Mapping[str, bytes], about: Mapping[str, Any], signer: Signer) -> bytes:
    manifest = {
        **about,
        "files": [
            {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        ],
        "key": {"algorithm": "Ed25519", "fingerprint": signer.fingerprint},
    }
    return json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def sums_of(files: list[dict[str, Any]]) -> bytes:
    """Return the hashes as `sha256sum --check` takes them."""
    return "".join(f"{one['sha256']}  {one['name']}\n" for one in files).encode()
