"""Loaders that others install are found by their entry points; ours cannot be replaced."""

from pathlib import Path

import pytest

from filter_rules.sealed import TERRORISM
from safeguard.problems import UnusableError
from safeguard.sealed_feeds import loaders
from safeguard.sealed_feeds.iwf import FEED

CODE = """
class Private:
    category = {category!r}
    def entries(self, lines):
        yield 1, "one.test"
FEED = Private()
"""


def install(site: Path, package: str, points: str, code: str) -> None:
    """Put a distribution where Python finds it, as an installer would."""
    (site / f"{package}.py").write_text(code)
    about = site / f"{package}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[safeguard.sealed_feeds]\n{points}\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_a_private_loader_is_found_by_its_name(site: Path) -> None:
    code = CODE.format(category=TERRORISM)
    install(site, "private_loader_a", "my-provider = private_loader_a:FEED", code)
    assert loaders.loader_names() == ("iwf", "ctiru", "my-provider")
    assert loaders.loader_for("my-provider-2") == "my-provider"
    feed = loaders.find_feed("my-provider")
    assert feed.category == TERRORISM
    assert list(feed.entries(())) == [(1, "one.test")]


def test_nothing_takes_the_name_of_a_shipped_loader(site: Path) -> None:
    install(site, "private_loader_b", "iwf = private_loader_b:FEED", CODE.format(category="x"))
    assert loaders.loader_names() == ("iwf", "ctiru")
    assert loaders.find_feed("iwf") is FEED


@pytest.mark.parametrize(
    ("package", "code", "says"),
    [
        ("broken_a", "raise ValueError('plugh')", r"cannot be loaded \(ValueError\)"),
        ("broken_b", "FEED = None", r"cannot be loaded \(AttributeError\)"),
        ("broken_c", CODE.format(category="gambling"), "gives no category"),
    ],
)
def test_a_loader_that_is_none_is_said(site: Path, package: str, code: str, says: str) -> None:
    install(site, package, f"broken = {package}:FEED", code)
    with pytest.raises(UnusableError, match=says) as refused:
        loaders.find_feed("broken")
    assert "plugh" not in str(refused.value)


def test_an_unknown_name_is_said_with_the_known() -> None:
    with pytest.raises(UnusableError, match=r"no loader 'what'.*Known: iwf, ctiru"):
        loaders.find_feed("what")


@pytest.mark.parametrize(
    ("name", "loader"), [("iwf-urls", "iwf"), ("ctiru", "ctiru"), ("our-own", "iwf")]
)
def test_a_list_is_read_as_its_name_begins(name: str, loader: str) -> None:
    assert loaders.loader_for(name) == loader
