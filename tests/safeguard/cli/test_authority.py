"""`safeguard ca`: which authority it is, and its public certificate."""

import re
from collections.abc import Callable
from pathlib import Path

from tests.safeguard.cli.conftest import Ran


def test_show_names_the_authority_and_where_its_certificate_is(
    safeguard: Callable[..., Ran],
) -> None:
    first, second = safeguard("ca", "show"), safeguard("ca", "show")
    assert first.status == 0
    assert first.out == second.out
    assert re.search(r"fingerprint +[0-9A-F:]{95}", first.out, re.IGNORECASE)
    assert "safeguard-ca.pem" in first.out


def test_export_writes_the_certificate_and_never_the_key(
    safeguard: Callable[..., Ran], tmp_path: Path
) -> None:
    to = tmp_path / "school.pem"
    assert safeguard("ca", "export", str(to)).status == 0
    text = to.read_text()
    assert "BEGIN CERTIFICATE" in text
    assert "PRIVATE KEY" not in text


def test_a_place_that_cannot_be_written_is_a_sentence(
    safeguard: Callable[..., Ran], tmp_path: Path
) -> None:
    ran = safeguard("ca", "export", str(tmp_path / "no" / "such" / "folder.pem"))
    assert ran.status == 2
    assert "cannot be written" in ran.err
