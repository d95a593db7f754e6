"""html5lib's pages and real ones: what their trees show is what we read, and so fast."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from filter_rules.charsets import codec_of, declared, decoded
from filter_rules.page_text import html_text, page_text

NOT_SHOWN = "script style noscript template iframe noframes noembed svg math select"
UNSEEN = frozenset(NOT_SHOWN.split())
TEXT = re.compile(r'^\| ( *)"(.*)"$', re.DOTALL)


def _cases(path: Path) -> Iterator[dict[str, str]]:
    for block in re.split(r"(?:^|\n)#data\n", path.read_bytes().decode("utf-8", "replace"))[1:]:
        parts = re.split(r"(?:^|\n)#([a-z-]+)\n?", "data\n" + block)
        case = {"data": block.split("\n#errors")[0].split("\n#encoding")[0]}
        case |= dict(zip(parts[1::2], parts[2::2], strict=False))
        yield case


def _words(tree: str) -> list[str]:
    """The words of the text nodes of an expected tree that a reader sees."""
    words: list[str] = []
    hidden_at: int | None = None
    for line in re.split(r"\n(?=\| )", tree.strip("\n")):
        depth = len(line) - len(line[2:].lstrip(" ")) - 2 if line.startswith("| ") else 0
        if hidden_at is not None and depth > hidden_at:
            continue
        hidden_at = None
        if text := TEXT.match(line):
            words += text[2].split()
        elif (tag := re.match(r"\| *<([a-z]+)", line)) and tag[1] in UNSEEN:
            hidden_at = depth
    return words


@pytest.fixture(scope="module")
def vectors(shared_data: Path) -> Path:
    return shared_data / "vectors"


def test_what_the_trees_of_html5lib_show_is_read(vectors: Path) -> None:
    """All but a few: text that a table puts elsewhere, <plaintext>, noncharacters, fragments."""
    cases = [
        case
        for file in sorted((vectors / "html5lib/tree-construction").glob("*.dat"))
        for case in _cases(file)
        if "document-fragment" not in case and "script-off" not in case
    ]
    missed = [
        case["data"]
        for case in cases
        if not all(
            word in "".join(html_text(case["data"]).text.split())
            for word in _words(case.get("document", ""))
        )
    ]
    assert len(cases) > 1500
    assert len(missed) <= 26, missed


def test_the_charsets_of_html5lib_are_found(vectors: Path) -> None:
    cases = wrong = 0
    for file in sorted((vectors / "html5lib/encoding").glob("*.dat")):
        for block in file.read_bytes().split(b"#data\n")[1:]:
            body, _, expected = block.partition(b"\n#encoding\n")
            cases += 1
            found = declared(body, "") or "cp1252"  # what browsers in the west take
            wrong += found != codec_of(expected.split(b"\n")[0].decode())
    assert cases > 50
    # A BOM, which `declared` leaves to others; late metas and those in scripts; an unended tag.
    assert wrong <= 9


@pytest.mark.parametrize("place", range(30))
def test_a_real_page_reads_as_its_tree_shows(vectors: Path, place: int) -> None:
    body = gzip.decompress(sorted((vectors / "pages").glob("*.gz"))[place].read_bytes())
    page = page_text(body, "text/html")
    read = "".join(page.text.split())
    tree = LexborHTMLParser(decoded(body, "text/html"))
    tree.strip_tags(["script", "style", "noscript", "template", "svg", "iframe"])
    for hidden in tree.css("[hidden], [style*='display: none'], [style*='display:none']"):
        hidden.decompose()
    words = [word for node in tree.css("p") for word in node.text().split() if len(word) > 3]
    missed = [word for word in words if word not in read]
    assert len(missed) * 100 <= len(words), missed
    assert page.strong
