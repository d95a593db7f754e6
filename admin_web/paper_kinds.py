"""What a file is, by its content: never by its name, nor by what a browser says of it.

What can carry a program (macros, scripts, other files) is refused. This is no virus scan: what is
kept is handed out only as a download, and never shown by the site.
"""

import io
import zipfile
from typing import Final

OFFICE: Final = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BEGINNINGS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
ENDINGS: Final = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "text/plain": ".txt",
    OFFICE["word/document.xml"]: ".docx",
    OFFICE["xl/workbook.xml"]: ".xlsx",
}
RUNS = ("vbaproject", "activex", "embeddings/", "oleobject")
PDF_RUNS = (b"/JavaScript", b"/JS ", b"/JS(", b"/Launch", b"/EmbeddedFile")
MOST_PARTS = 5_000
MOST_UNPACKED = 100_000_000
ACCEPTED = "PDF, Word (.docx), Excel (.xlsx), PNG, JPEG or plain text"


def kind_of(content: bytes) -> str:
    """Return the media type; empty where the file is none that is taken."""
    for begins, kind in BEGINNINGS:
        if content.startswith(begins):
            return kind
    if content.startswith(b"%PDF-"):
        return "" if any(one in content for one in PDF_RUNS) else "application/pdf"
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return "text/plain" if _is_text(content) else ""


def called(name: str, kind: str) -> str:
    """Return a name to hand a file out by: the last part of what it was called, with its own end."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(one if one.isalnum() or one in " -_." else "-" for one in last).strip(" .")
    stem = plain.rpartition(".")[0] or plain or "paper"
    return f"{stem[:80]}{ENDINGS.get(kind, '.bin')}"


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return not any(one < " " and one not in "\t\r\n\f" for one in text) and not (
        text.lstrip("\ufeff \r\n\t").startswith(("<", "{\\rtf"))
    )


def _office(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return ""
    names = [one.filename.casefold() for one in parts]
    if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
        return ""
    if any(program in name for name in names for program in RUNS):
        return ""
    if "[content_types].xml" not in names:
        return ""
    return next((kind for part, kind in OFFICE.items() if part in names), "")
