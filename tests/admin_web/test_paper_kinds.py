"""What a file is, by its content."""

import io
import zipfile

import pytest

from admin_web.paper_kinds import OFFICE, called, kind_of


def office(*names: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return kept.getvalue()


WORD = office("[Content_Types].xml", "word/document.xml")
SHEET = office("[Content_Types].xml", "xl/workbook.xml")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0...", "image/jpeg"),
        (b"%PDF-1.7\n1 0 obj", "application/pdf"),
        (b"%PDF-1.7 /JavaScript (app.alert)", ""),
        (b"%PDF-1.7 /EmbeddedFile", ""),
        ("Dear Mr Müller,\r\nall is well".encode(), "text/plain"),
        (b"<html><script>", ""),
        ("\ufeff <svg>".encode(), ""),
        (b"{\\rtf1 x", ""),
        (b"nul \0 here", ""),
        (b"\xe4 latin", ""),
        (b"MZ\x90\0", ""),
        (WORD, OFFICE["word/document.xml"]),
        (SHEET, OFFICE["xl/workbook.xml"]),
        (office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), ""),
        (office("[Content_Types].xml", "word/document.xml", "word/embeddings/a.bin"), ""),
        (office("word/document.xml"), ""),
        (office("[Content_Types].xml", "other"), ""),
        (b"PK\x03\x04 broken", ""),
        (office("[Content_Types].xml", *(f"{n}" for n in range(5001))), ""),
    ],
)
def test_the_content_says_what_it_is(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind


@pytest.mark.parametrize(
    ("name", "kind", "kept"),
    [
        ("Letter.pdf", "application/pdf", "Letter.pdf"),
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("C:\\a\\b.exe", "image/png", "b.png"),
        ('a"\r\nX: y.pdf', "application/pdf", "a---X- y.pdf"),
        ("...", "text/plain", "paper.txt"),
        ("x" * 300, "", "x" * 80 + ".bin"),
    ],
)
def test_a_name_is_made_harmless(name: str, kind: str, kept: str) -> None:
    assert called(name, kind) == kept
