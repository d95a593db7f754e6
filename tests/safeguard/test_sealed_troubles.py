"""The alarm of a failed update stays until one succeeds."""

from pathlib import Path

from safeguard.sealed_troubles import clear_trouble, note_trouble, trouble_of
from tests.safeguard.sealed_samples import NOW


def test_an_alarm_says_what_and_when_until_it_is_cleared(tmp_path: Path) -> None:
    assert trouble_of(tmp_path, "one") == ""
    note_trouble(tmp_path, "one", "its loader failed.", NOW)
    assert trouble_of(tmp_path, "one") == "its loader failed. (2026-03-04T10:30)"
    assert trouble_of(tmp_path, "two") == ""
    clear_trouble(tmp_path, "one")
    clear_trouble(tmp_path, "one")
    assert trouble_of(tmp_path, "one") == ""


def test_an_alarm_that_cannot_be_read_is_an_alarm(tmp_path: Path) -> None:
    (tmp_path / "sealed").mkdir()
    for content in (b"", b"{}", b"[]", b"\xff"):
        (tmp_path / "sealed/one.trouble").write_bytes(content)
        assert trouble_of(tmp_path, "one") == "the note of what failed cannot be read"
