"""The rooms' arrows are kept: each break below is refused by the contracts or by the linter.

Each case adds one line, or one file, to a copy of the packages, and asks the tool that must
refuse it. The contracts are those of pyproject.toml, unchanged.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
PACKAGES = ("filter_rules", "safeguard", "proxy_addons", "dns_filter", "admin_web")
# file to change, the line added, the contract that refuses it
IMPORT_BREAKS = [
    ("filter_rules/hosts.py", "import safeguard.core.types", "Edges -> safeguard"),
    ("filter_rules/text.py", "import filter_rules.ruleset", "filter_rules: the rule set"),
    (
        "filter_rules/newthing.py",
        '"""A module that nobody placed."""',
        "filter_rules: the rule set",
    ),
    ("filter_rules/urls.py", "import os", "The core does no I/O"),
    ("safeguard/core/decide.py", "import time", "The core does no I/O"),
    ("safeguard/core/events.py", "import logging", "The core does no I/O"),
    ("safeguard/core/policy.py", "import sqlalchemy", "The core does no I/O"),
    ("safeguard/core/types.py", "import safeguard.core.policy", "core: decide on top"),
    ("safeguard/core/policy.py", "import safeguard.settings", "safeguard: commands over"),
    ("safeguard/helpers.py", '"""A module that nobody placed."""', "safeguard: commands over"),
    ("safeguard/settings.py", "import safeguard.engine", "safeguard: commands over"),
    ("safeguard/store/people.py", "import safeguard.identity", "safeguard: commands over"),
    ("safeguard/engine.py", "import sqlalchemy", "SQLAlchemy lives in"),
    ("safeguard/recorder.py", "import safeguard.core.decide", "decide() is called by"),
    ("safeguard/engine.py", "import mitmproxy.http", "each have one home"),
    ("safeguard/jobs.py", "import ahocorasick", "pyahocorasick and marisa-trie"),
    ("proxy_addons/chain.py", "import dns_filter.chain", "Edges -> safeguard"),
    ("proxy_addons/chain.py", "import safeguard.store.people", "only through the engine"),
    ("dns_filter/chain.py", "import safeguard.vault", "only through the engine"),
    ("dns_filter/chain.py", "import flask", "neither mitmproxy nor flask"),
    ("admin_web/app.py", "import safeguard.recorder", "never records"),
    ("admin_web/app.py", "import sqlalchemy", "SQLAlchemy lives in"),
]
# what imports cannot show: the linter's code that refuses it
LINT_BREAKS = [
    ("safeguard/core/decide.py", "import datetime\nT = datetime.datetime.now()", "TID251"),
    ("safeguard/core/decide.py", "F = open('x')", "PTH123"),
    ("safeguard/core/decide.py", "print('x')", "T201"),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in PACKAGES:
        shutil.copytree(name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "data"))
    shutil.copy("pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(BIN / "lint-imports"), "--no-cache", "--no-logo"]
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "", "PYTHONPATH": str(folder)},
    )


def test_as_it_stands_every_arrow_is_kept(copy: Path) -> None:
    result = lint_imports(copy)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"), IMPORT_BREAKS, ids=[f"{f}: {one}" for f, one, _ in IMPORT_BREAKS]
)
def test_a_break_is_refused(copy: Path, file: str, line: str, contract: str) -> None:
    path = copy / file
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{before}\n{line}\n", encoding="utf-8")

    result = lint_imports(copy)

    assert result.returncode == 1, result.stdout
    broken = [one for one in result.stdout.splitlines() if "BROKEN" in one]
    assert any(contract in one for one in broken), result.stdout


@pytest.mark.parametrize(("file", "line", "code"), LINT_BREAKS, ids=[c for *_, c in LINT_BREAKS])
def test_a_break_that_imports_cannot_show_is_refused(
    copy: Path, file: str, line: str, code: str
) -> None:
    path = copy / file
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    command = [
        str(BIN / "ruff"),
        "check",
        "--no-cache",
        "--output-format=concise",
        file,
    ]
    result = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert f" {code} " in result.stdout, result.stdout
