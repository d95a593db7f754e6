"""An artefact on disk: whole, or refused with the mend."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import re2

from filter_rules.formats.format import Format
from safeguard.artefact import dates_of, is_ours, manifest_of, open_artefact
from safeguard.building import build
from safeguard.importing import import_source
from safeguard.problems import UnusableError

NOW = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "mine.txt").write_text("games.example\n", encoding="utf-8")
    import_source(tmp_path, tmp_path / "mine.txt", Format.DOMAINS, "games", "mine", NOW)
    return tmp_path


def test_an_artefact_is_opened_by_its_fingerprint(data: Path) -> None:
    made = build(data, lambda *_: None).fingerprint
    assert is_ours(data, made)
    assert open_artefact(data, made).match("games.example")
    assert manifest_of(data, made)["counts"]["games"] >= 1
    assert dates_of(data / "rules" / made)["mine"] == "2026-09-01T08:30:00+00:00"


def test_an_index_that_holds_something_else_is_said_with_the_mend(data: Path) -> None:
    made = build(data, lambda *_: None).fingerprint
    trie = data / "rules" / made / "hosts.trie"
    trie.write_bytes(bytes(trie.stat().st_size))  # as a power cut may leave it
    with pytest.raises(UnusableError, match="rules build"):
        open_artefact(data, made)


def test_an_expression_that_this_re2_refuses_is_said_with_the_mend(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data / "more").mkdir()
    (data / "more" / "expressions").write_text("bad[a-z]game\n", encoding="utf-8")
    import_source(data, data / "more" / "expressions", Format.UT1, "games", "more", NOW)
    made = build(data, lambda *_: None).fingerprint

    def refusing(pattern: str) -> None:
        raise re2.error(pattern.encode())

    monkeypatch.setattr("filter_rules.formats.expressions.compiled", refusing)
    with pytest.raises(UnusableError, match="rules build"):
        open_artefact(data, made)


@pytest.mark.parametrize("fingerprint", ["", "0" * 32, "../sources"])
def test_what_is_no_artefact_is_said_with_the_mend(data: Path, fingerprint: str) -> None:
    assert not is_ours(data, fingerprint)
    with pytest.raises(UnusableError, match="rules build"):
        open_artefact(data, fingerprint)
