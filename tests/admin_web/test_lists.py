"""The lists in force."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from filter_rules.formats.format import Format
from safeguard.building import build, manifest_in_force, roll_back
from safeguard.importing import import_source
from safeguard.subscriptions import Subscription, subscribe, write_subscription
from tests.admin_web.school import NOW, School, Visitor


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


def test_lists_that_are_downloaded_are_shown_with_how_they_are(
    school: School, tom: Visitor
) -> None:
    data = school.settings.data
    assert "Downloaded each day" not in tom.text("/lists")
    one = subscribe(data, Subscription("stevenblack-gambling"))
    assert "it has not been downloaded yet" in tom.text("/lists")
    write_subscription(data, replace(one, last_good=NOW, last_tried=NOW))
    text = tom.text("/lists")
    assert "Not well:" not in text
    assert "Well" in text
    assert "Lists" in tom.text("/health")
    assert "All that are subscribed to are up to date (1)." in tom.text("/health")
    bad = replace(one, last_good=NOW, last_tried=NOW, problem="it fell from <b>9</b> entries to 1")
    write_subscription(data, bad)
    assert "it fell from &lt;b&gt;9&lt;/b&gt; entries to 1." in tom.text("/lists")
    health = tom.text("/health")
    assert "stevenblack-gambling: it fell from" in health
    assert "safeguard rules update" in health


def test_rules_that_were_put_back_in_force_are_told(
    school: School, tom: Visitor, tmp_path: Path
) -> None:
    assert "put back in force" not in tom.text("/lists")
    file = tmp_path / "own.txt"
    file.write_text("good.example\n", encoding="utf-8")
    import_source(school.settings.data, file, Format.DOMAINS, "games", "own", NOW)
    build(school.settings.data, lambda *_: None)
    roll_back(school.settings.data)
    assert "put back in force" in tom.text("/lists")
