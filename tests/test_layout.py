"""The shape of the code, as tests: small modules, each with its own test, each saying its purpose."""

import ast
from pathlib import Path

import pytest

PACKAGES = ("filter_rules", "safeguard", "proxy_addons", "dns_filter", "admin_web")
MODULES = [
    path
    for name in PACKAGES
    for path in sorted(Path(name).rglob("*.py"))
    if "migrations" not in path.parts
]
MOST_LINES = 300
TOP_LEVEL = {
    ".ci", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "NOTICE", "README.md", "admin_web", "bench",
    "deploy", "dns_filter", "docs", "filter_rules", "proxy_addons", "pyproject.toml",
    "requirements-dev.txt", "requirements.txt", "safeguard", "script", "tests", ".gitignore",
}  # fmt: skip


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_fits_in_the_head(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", [p for p in MODULES if p.name == "__init__.py"], ids=str)
def test_a_package_file_holds_no_logic(path: Path) -> None:
    assert len(ast.parse(path.read_text(encoding="utf-8")).body) == 1


@pytest.mark.parametrize(
    "path", [p for p in MODULES if p.name not in {"__init__.py", "__main__.py"}], ids=str
)
def test_a_module_has_a_test_file_of_its_name(path: Path) -> None:
    assert Path("tests", *path.parts[:-1], f"test_{path.name}").is_file()


def test_a_test_file_has_a_module_of_its_name() -> None:
    homeless = [
        str(path)
        for name in PACKAGES
        for path in Path("tests", name).rglob("test_*.py")
        if not Path(*path.parts[1:-1], path.name.removeprefix("test_")).is_file()
        and "migrations" not in path.name
    ]
    assert homeless == []


def test_the_top_level_holds_what_the_architecture_names() -> None:
    import subprocess

    listed = subprocess.run(
        ["git", "ls-files"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert {line.split("/")[0] for line in listed} <= TOP_LEVEL


def test_the_scripts_can_be_run() -> None:
    for script in [*Path("script").iterdir(), Path(".ci/run")]:
        assert script.stat().st_mode & 0o111, script
        assert script.read_text(encoding="utf-8").startswith("#!")


def test_pinned_requirements_hold_hashes_and_no_index_address() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = Path(name).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "--index-url" not in text
