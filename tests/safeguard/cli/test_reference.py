"""The generated reference: complete, and not stale."""

from pathlib import Path

import pytest

from safeguard.cli import reference
from safeguard.cli.reference import main, pages
from safeguard.core.types import Reason


def test_every_setting_command_reason_category_and_case_is_there() -> None:
    made = pages()
    assert "SAFEGUARD_PROXY__UPSTREAM_CA" in made["settings.md"]
    for command in ("safeguard run", "safeguard rules import", "safeguard ca export"):
        assert f"## `{command}`" in made["commands.md"]
    for reason in Reason:
        assert reason.value in made["reasons.md"]
    assert "| `gambling` |" in made["categories.md"]
    assert "nothing lifts unlawful content" in made["precedence.md"]


def test_a_stale_page_fails_the_check_and_is_then_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reference, "FOLDER", tmp_path)
    assert main(["--check"]) == 1
    assert "settings.md" in capsys.readouterr().err
    assert main([]) == 0
    assert main(["--check"]) == 0
    (tmp_path / "reasons.md").write_text("old")
    assert main(["--check"]) == 1
