"""The documents are true: generated pages are fresh, links lead somewhere, nothing is left out."""

import re
import tomllib
from pathlib import Path

import pytest

from safeguard.cli.reference import FOLDER, pages

DOCUMENTS = [Path("README.md"), Path("CONTRIBUTING.md"), *sorted(Path("docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize(("name", "text"), pages().items(), ids=list(pages()))
def test_a_generated_page_is_fresh(name: str, text: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == text, (
        "run: python -m safeguard.cli.reference"
    )


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_links_inside_the_project_lead_somewhere(path: Path) -> None:
    targets = LINK.findall(path.read_text(encoding="utf-8"))
    dead = [
        one for one in targets if "://" not in one and not (path.parent / one).resolve().exists()
    ]
    assert dead == []


def test_every_dependency_says_why_it_is_here() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [one for group in project["optional-dependencies"].values() for one in group]
    names = [re.split(r"[^A-Za-z0-9_-]", one)[0] for one in (*project["dependencies"], *extras)]
    text = Path("docs/explanation/dependencies.md").read_text(encoding="utf-8").lower()
    missing = [
        name
        for name in names
        if f"| {name.lower()} " not in text and f"`{name.lower()}`" not in text
    ]
    assert missing == []


def test_the_readme_names_the_two_commands() -> None:
    text = Path("README.md").read_text(encoding="utf-8")
    assert "./script/run" in text
    assert "./script/test" in text


def test_nothing_names_a_path_of_the_machine_it_was_written_on() -> None:
    home = str(Path.home())
    suspects = [
        path
        for path in [*DOCUMENTS, *Path("script").iterdir(), Path(".ci/run")]
        if home in path.read_text(encoding="utf-8")
    ]
    assert suspects == []
