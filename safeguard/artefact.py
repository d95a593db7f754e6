"""An artefact on disk: compiled rules, with a manifest that says what they hold.

The fingerprint is the digest of the manifest, which holds the digest of every other file.
When its sources were taken in stands beside it, for that must not change the fingerprint.
"""

import hashlib
import json
import mmap
import os
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import re2

from filter_rules.detector import Detector
from filter_rules.domain_index import DomainIndex
from filter_rules.imported_phrases import PhraseSets, set_of
from filter_rules.languages import read_themes
from filter_rules.listing import Listing, ListingMap, listing_of, sets_of
from filter_rules.network_index import NetworkIndex
from filter_rules.pattern_index import PatternIndex
from filter_rules.ruleset import RuleSet
from filter_rules.theme_changes import ThemeChange, changed
from filter_rules.types import Category
from filter_rules.url_index import Expression, UrlIndex
from safeguard.opinion_file import opinion_or_none, shipped
from safeguard.problems import UnusableError
from safeguard.reading import INDEXES

LAYOUT = 6  # raise it when what an artefact holds, or what a list means, changes
MANIFEST = "manifest.json"
RULES = "rules.json"
DATES = "dates.json"

# What the parts raise where a file holds something else; RuntimeError is the trie's.
_BROKEN = (OSError, ValueError, KeyError, TypeError, IndexError, RuntimeError, re2.error)


def open_artefact(data: Path, fingerprint: str) -> RuleSet:
    manifest = manifest_of(data, fingerprint)
    folder = data / "rules" / fingerprint
    try:
        for name, made in manifest["files"].items():
            _check(folder / name, made)
        return _opened(folder, fingerprint, manifest)
    except _BROKEN as error:
        raise _broken(folder, error) from error


def manifest_of(data: Path, fingerprint: str) -> dict[str, Any]:
    if not fingerprint:
        raise UnusableError(f"No rules are built in {data}: run `safeguard rules build`.")
    folder = data / "rules" / fingerprint
    try:
        text = (folder / MANIFEST).read_bytes()
        if digest_of(text) != fingerprint:
            raise _broken(folder, "its manifest is not the one that was built")
        found: dict[str, Any] = json.loads(text)
    except (OSError, ValueError) as error:
        raise _broken(folder, error) from error
    return found


def is_ours(data: Path, fingerprint: str) -> bool:
    """Whether an artefact is there, of the layout that this version reads."""
    try:
        return bool(manifest_of(data, fingerprint)["layout"] == LAYOUT)
    except UnusableError:
        return False


def dates_of(folder: Path) -> dict[str, str]:
    """When sources were taken in. Nothing is decided by it, so what is lost is left empty."""
    try:
        found: dict[str, str] = json.loads((folder / DATES).read_bytes())
    except (OSError, ValueError):
        return {}
    return found


def _check(file: Path, made: Mapping[str, Any]) -> None:
    """The small files whole, the large ones by their size: to read them takes too long."""
    if file.suffix == ".json" and digest_of(file.read_bytes()) != made["digest"]:
        raise ValueError(f"{file.name} is not the one that was built")
    if file.stat().st_size != made["bytes"]:
        raise ValueError(f"{file.name} is incomplete")


def _opened(folder: Path, fingerprint: str, manifest: Mapping[str, Any]) -> RuleSet:
    rules = json.loads((folder / RULES).read_bytes())
    listings = [listing_of(one) for one in rules["listings"]]
    hosts, urls, networks, patterns = (
        _mapped(folder, index, rules[index], listings) for index in INDEXES
    )
    expressions = [Expression(pattern, listings[one]) for pattern, one in rules["expressions"]]
    return RuleSet(
        fingerprint,
        {one["name"]: Category(**one) for one in manifest["categories"]},
        DomainIndex(hosts),
        UrlIndex(urls, expressions, PatternIndex(patterns)),
        partial(_detector, tuple(rules["themes"].items()), tuple(rules["languages"].items())),
        NetworkIndex(networks),
        partial(_phrase_sets, tuple(rules["phrases"])),
    )


type _Texts = tuple[tuple[str, str], ...]


def detector_with(
    data: Path, fingerprint: str, changes: Sequence[ThemeChange]
) -> Callable[[], Detector]:
    """Return what makes the detector of an artefact with the school's changes to its themes."""
    rules = json.loads((data / "rules" / fingerprint / RULES).read_bytes())
    texts = tuple(rules["themes"].items()), tuple(rules["languages"].items())
    return partial(_detector, *texts, tuple(changes))


@lru_cache(maxsize=1)
def _detector(themes: _Texts, languages: _Texts, changes: tuple[ThemeChange, ...] = ()) -> Detector:
    """The same themes make the same detector, so the next artefact has the one that was made.

    To make it takes a while, and the lists change every day but the themes with a release.
    """
    known, _ = read_themes(dict(themes), dict(languages))
    return Detector(changed(known, changes), opinion_or_none(shipped()))


@lru_cache(maxsize=1)
def _phrase_sets(sets: tuple[str, ...]) -> PhraseSets:
    return PhraseSets([set_of(json.loads(one)) for one in sets])


def _mapped(
    folder: Path, index: str, sets: Sequence[Sequence[int]], listings: Sequence[Listing]
) -> ListingMap:
    with (folder / f"{index}.sets").open("rb") as file:
        empty = os.fstat(file.fileno()).st_size == 0
        numbers = b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    trie = str(folder / f"{index}.trie")
    return ListingMap.mapped(trie, memoryview(numbers), sets_of(sets, listings))


def _broken(folder: Path, error: object) -> UnusableError:
    return UnusableError(
        f"The rules in {folder} are broken ({error}): run `safeguard rules build`."
    )


def digest_of(text: bytes) -> str:
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()
