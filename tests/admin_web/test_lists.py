"""The lists in force."""

from datetime import UTC, datetime
from pathlib import Path

from filter_rules.formats.format import Format
from safeguard.building import build, manifest_in_force
from safeguard.sources import import_source
from tests.admin_web.school import School, Visitor


def test_each_source_is_shown_with_its_counts(school: School, tom: Visitor) -> None:
    text = tom.text("/lists")
    for source in manifest_in_force(school.settings.data)["sources"]:
        assert f"{sum(source['counts'].values()):,} in" in text
        assert "gambling" in text


def test_lines_that_were_not_used_are_named(school: School, tom: Visitor, tmp_path: Path) -> None:
    file = tmp_path / "own.txt"
    file.write_text("good.example\n<script>alert(1)</script>\n", encoding="utf-8")
    import_source(
        school.settings.data,
        file,
        Format.DOMAINS,
        "games",
        "own",
        datetime(2026, 11, 1, tzinfo=UTC),
    )
    assert "Something has changed" in tom.text("/lists")
    build(school.settings.data, lambda *_: None)
    text = tom.text("/lists")
    assert "1 line" in text
    assert 'data-name="Line">2</td>' in text
    assert "<script>alert" not in text
