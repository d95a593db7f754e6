"""What went wrong with a download, said with its mend."""

from pathlib import Path

import httpx
import pytest

from safeguard.download_problems import is_page, no_list, refusal, sentence

ADDRESS = "https://lists.example/games"


@pytest.mark.parametrize(
    ("held", "page"),
    [
        (b"\xef\xbb\xbf \n<HTML>", True),
        (b"<?xml version", True),
        (b"! <html>", False),
        (b"<br>.example", False),
        (b"", False),
    ],
)
def test_a_web_page_is_known_by_its_start(tmp_path: Path, held: bytes, page: bool) -> None:  # noqa: FBT001  a column of the table
    (tmp_path / "list").write_bytes(held)
    assert is_page(tmp_path / "list") is page


@pytest.mark.parametrize(
    ("held", "says"),
    [
        (b"games.example\n", ""),
        ("caf\xe9.example\n".encode("latin-1"), ""),
        ("\ufeffgames.example\n".encode(), ""),
        (b"", "an empty file came"),
        ("games.example\n".encode("utf-16"), "UTF-16"),
        ("games.example\n".encode("utf-16-be"), "no text"),
        (b"games.example\0", "no text"),
        (b"<html>", "web page"),
    ],
)
def test_what_cannot_be_a_list_is_said(tmp_path: Path, held: bytes, says: str) -> None:
    (tmp_path / "list").write_bytes(held)
    said = no_list(tmp_path / "list")
    assert (says in said, bool(says)) == (True, bool(said))


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (404, "lists.example answered 404: the list may have moved"),
        (500, "lists.example answered 500: it is tried again by itself"),
        (302, "lists.example answered 302: open https://lists.example/games in a browser"),
        (304, "what caches are on the way"),
    ],
)
def test_a_refusal_names_the_server_and_the_mend(status: int, says: str) -> None:
    assert says in refusal(httpx.Response(status, request=httpx.Request("GET", ADDRESS)))


def test_an_error_without_a_word_is_named() -> None:
    assert "(ReadError)" in sentence(ADDRESS, httpx.ReadError(""))
    assert "did not answer in time" in sentence(ADDRESS, httpx.ConnectTimeout(""))
