"""One list in many syntaxes: the same sites are blocked, whichever of them a school brings."""

import json
from pathlib import Path

import pytest

from filter_rules.formats.format import Format
from tests.conformance.answers import File, rules_of

FORMAT_OF_FOLDER = {
    "adguard": Format.ADBLOCK,
    "alt-version": Format.DOMAINS,
    "dnsmasq-version": Format.DNSMASQ,
    "blocklistproject-4-syntaxes": Format.HOSTS,
    **{fmt.value: fmt for fmt in Format},
}
LISTS = {
    ("tiktok-8-syntaxes", "native.tiktok"): 8,
    ("nosafesearch-6-syntaxes", "nosafesearch"): 6,
    ("blocklistproject-4-syntaxes", "piracy"): 4,
    ("blocklistproject-4-syntaxes", "vaping"): 4,
}


def _format(path: Path) -> Format:
    return Format.DOMAINS if "onlydomains" in path.name else FORMAT_OF_FOLDER[path.parent.name]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("folder", "stem"), LISTS)
def test_the_same_sites_are_blocked(folder: str, stem: str, shared_data: Path) -> None:
    root = shared_data / "lists" / "formats" / folder
    files = [path for path in sorted(root.rglob(f"{stem}*")) if path.is_file()]
    assert len(files) == LISTS[folder, stem]
    popular = json.loads((shared_data / "lists/benign/tranco10k/list.json").read_text("utf-8"))
    # The makers of one list have a name more in two of its files: the shorter is what all say.
    plain = min((path for path in files if _format(path) is Format.DOMAINS), key=_length)
    listed = [line for line in _lines(plain) if line and not line.startswith("#")]
    expected = _blocked(plain, listed + popular["list"])
    assert expected >= set(listed)
    for path in files:
        assert _blocked(path, listed + popular["list"]) == expected
        below = [f"a.b.{name}" for name in listed]
        # A hosts file speaks of each name alone.
        assert _blocked(path, below) == (set() if _format(path) is Format.HOSTS else set(below))


def _blocked(path: Path, names: list[str]) -> set[str]:
    rules, problems = rules_of({"it": [File(_format(path), _lines(path))]})
    assert not problems
    return {name for name in names if rules.match(name)}


def _length(path: Path) -> int:
    return len(_lines(path))
