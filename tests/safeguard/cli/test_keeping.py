"""`safeguard db purge`, `backup` and `restore`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from safeguard.settings import load
from safeguard.store import schema
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.store.keeping_samples import event


def test_a_dry_run_counts_what_a_run_removes(school: Path, safeguard: Callable[..., Ran]) -> None:
    store = schema.prepare(load(school))
    event(store, 1, 200)
    store.close()
    for dry in (["--dry-run"], []):
        ran = safeguard("db", "purge", *dry)
        assert ran.status == 0
        (line,) = [
            one for one in ran.out.splitlines() if one.startswith("events: not reviewed, low")
        ]
        assert line.split()[4] == "1"
        assert ("over their time" if dry else "removed") in line
    assert " 1 " not in safeguard("db", "purge", "--dry-run").out


def test_a_backup_is_made_and_put_back_by_command(
    safeguard: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = safeguard("db", "backup")
    assert refused.status == 2
    assert "safeguard keys new-backup-key" in refused.err
    made = safeguard("keys", "new-backup-key", str(tmp_path / "key.txt"))
    assert "[backup]" in made.out
    public = made.out.split('"')[1]
    monkeypatch.setenv("SAFEGUARD_BACKUP__RECIPIENTS", public)
    monkeypatch.setenv("SAFEGUARD_BACKUP__FOLDER", str(tmp_path / "kept"))
    ran = safeguard("db", "backup")
    assert (ran.status, ran.err) == (0, "")
    (file,) = (tmp_path / "kept").iterdir()
    there = str(tmp_path / "new")
    asked = ("db", "restore", str(file), "--identity", str(tmp_path / "key.txt"), "--data", there)
    back = safeguard(*asked)
    assert (back.status, back.err) == (0, "")
    assert "erase them again" in back.out
    assert "whole" in safeguard("db", "verify", "--data", there).out
    again = safeguard(*asked)
    assert again.status == 2
    assert "has data already" in again.err
    assert safeguard(*asked, "--force").status == 0
