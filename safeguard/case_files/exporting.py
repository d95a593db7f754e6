"""A case leaves as a file: made because a person asked, and recorded before it is handed out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from safeguard.case_files.packing import packed
from safeguard.case_files.pages import pdf_of
from safeguard.case_files.records import FORMAT, VERSION, Made, Record, document_of, plain, written
from safeguard.case_files.signing import Signer, open_signer
from safeguard.case_files.spreadsheets import sheets_of
from safeguard.problems import UnusableError
from safeguard.store import audit, case_papers, evidence
from safeguard.store.case_content import content
from safeguard.store.session import Store

# What a paper of a kind is called at its end.
ENDINGS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "text/plain": "txt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}

type Draw = Callable[[Record, str, ZoneInfo], bytes]


@dataclass(frozen=True, slots=True)
class Wish:
    """That a person wants a case out: who (staff), by which name, why, and by which way.

    `school` is the name that the file says; empty: as the database has it.
    """

    case_id: str
    by: int
    by_name: str
    why: str
    how: str
    at: datetime
    school: str = ""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The zip. Its name holds the case's reference and nothing else."""

    name: str
    content: bytes
    sha256: str
    fingerprint: str


def export(
    store: Store, data: Path, wish: Wish, zone: ZoneInfo, draw: Draw | None = pdf_of
) -> CaseFile | None:
    """Make the file of a case, and record that it was made; None where there is no such case.

    `draw` makes the PDF; None leaves it out.
    """
    if not wish.why.strip():
        raise UnusableError("Say what the file is for: it is recorded with who made it.")
    signer = open_signer(data)
    evidence.copy_day(store, wish.case_id)
    head = audit.head(store)
    case = content(store, wish.case_id)
    if case is None:
        return None
    row, hashed = (0, "") if head is None else (head.row, head.hash.hex())
    made = Made(wish.at, wish.by_name, wish.why.strip(), wish.how, row, hashed)
    document = document_of(case, made) | ({"school": wish.school} if wish.school else {})
    files = files_of(document, signer, zone, draw) | papers_of(store, wish.case_id, document)
    zipped, manifest = packed(files, _about(document), signer, wish.at.astimezone(zone))
    payload = {
        "why": made.why,
        "how": wish.how,
        "manifest": sha256(manifest).hexdigest(),
        "key": signer.fingerprint,
        "events": len(case.events),
        "visits": len(case.visits),
        "pdf": draw is not None,
    }
    with store.writing() as session:
        audit.record(
            session, wish.at, f"staff:{wish.by}", "exported", "case", wish.case_id, payload,
            case.case.school_id,
        )  # fmt: skip
    name = f"case-{case.case.reference}.zip"
    return CaseFile(name, zipped, sha256(zipped).hexdigest(), signer.fingerprint)


def files_of(
    document: Record, signer: Signer, zone: ZoneInfo, draw: Draw | None
) -> dict[str, bytes]:
    reference = document["case"]["reference"]
    files = {} if draw is None else {f"{reference}.pdf": draw(document, signer.fingerprint, zone)}
    files[f"{reference}.json"] = written(document)
    for name, sheet in sheets_of(document, zone).items():
        files[f"{reference}-{name}.csv"] = sheet
    files["READ-ME.txt"] = READ_ME.format(fingerprint=signer.fingerprint).encode()
    return files


def papers_of(store: Store, case_id: str, document: Record) -> dict[str, bytes]:
    """Return the papers by names of ours: what somebody called one may harm who unpacks it."""
    reference = document["case"]["reference"]
    return {
        f"{reference}-paper-{one.id}.{ENDINGS.get(one.kind, 'bin')}": content
        for one, content in case_papers.whole(store, case_id)
    }


def _about(document: Record) -> Record:
    case = document["case"]
    counts = {name: len(document[name]) for name in ("concerns", "events", "visits", "notes")}
    return {
        "format": FORMAT,
        "version": VERSION,
        "school": document["school"],
        "case": {"id": case["id"], "reference": case["reference"], "digest": case["digest"]},
        "made": plain(document["made"]),
        "holds": counts,
        "there": document["there"],
        "left_out": document["left_out"],
    }


READ_ME = """\
A safeguarding case. Confidential: keep it as you keep a child's file.

REFERENCE.pdf            the case to read and print
REFERENCE.json           all of it, for programs; every text as it stood
REFERENCE-incidents.csv  one line a concern, in the shape that incident systems take
REFERENCE-events.csv     what happened
REFERENCE-visits.csv     what was visited around it
REFERENCE-written.csv    notes, actions, papers, conclusions, who had it
REFERENCE-paper-N.*      papers that were put to the case, as they came
manifest.json            who made it, when, why; the SHA-256 of each file above
manifest.sig             the signature of manifest.json (Ed25519)
public-key.pem           the key to check it with

To check that nothing was changed:

    safeguard cases verify FILE.zip

or, with the files unpacked into one folder and nothing else in it:

    sha256sum --check SHA256SUMS
    openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in manifest.json -sigfile manifest.sig
    openssl pkey -pubin -in public-key.pem -outform DER | sha256sum

See that SHA256SUMS says what manifest.json says. The last line must print the fingerprint below,
and the school must tell you by another way (by telephone, on paper) that it is theirs:

    {fingerprint}

In a spreadsheet, a text that begins with an apostrophe had none: it keeps the program from taking
the text for a formula. [U+202E] and the like stand for characters that nobody sees.
"""
