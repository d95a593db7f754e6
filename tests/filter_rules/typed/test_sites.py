"""Which site of the table a host is of, and what its paths cover."""

import pytest

from filter_rules.typed.sites import SITES, compiled, site_of


def test_no_domain_stands_in_two_rows() -> None:
    domains = [domain for site in SITES for domain in site.domains]
    assert len(domains) == len(set(domains))


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("google.com", "google.*"),
        ("www.google.co.uk", "google.*"),
        ("gemini.google.com", "gemini.google.com"),
        ("docs.google.com", "chat.google.com"),
        ("school.slack.com", "slack.com"),
        ("music.youtube.com", "youtube.com"),
        ("google.example.com", ""),
        ("notgoogle.com", ""),
        ("192.0.2.1", ""),
        ("com", ""),
    ],
)
def test_a_host_is_of_the_longest_name(host: str, name: str) -> None:
    known = site_of(host)
    assert (known.site.name if known else "") == name


@pytest.mark.parametrize(
    ("path", "asked", "covers"),
    [
        ("/", "/", True),
        ("/", "/a", False),
        ("/a", "/a/b", True),
        ("/a", "/a;x", True),
        ("/a", "/ab", False),
        ("/*/b", "/a/b", True),
        ("/*/b", "/a/c/b", False),
        ("/t/{words}", "/t/red%20boat/x", True),
        ("/t/{words}", "/t/", False),
    ],
)
def test_a_path_covers_what_lies_below(path: str, asked: str, covers: bool) -> None:  # noqa: FBT001  a column of the table
    assert (compiled(path).fullmatch(asked) is not None) is covers
