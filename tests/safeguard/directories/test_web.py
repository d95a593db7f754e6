"""Questions to a directory of the web: patient, bounded, never led away."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from safeguard.directories import web as asking
from safeguard.directories.port import DirectoryError
from safeguard.directories.web import Asker, GoneError, opened, rows, secure, text
from tests.safeguard.directories.web_server import Answer, WebServer


class Waits:
    """Waits for nothing, and remembers for how long it should have."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)

    def steady(self) -> float:
        return sum(self.waited)


@contextmanager
def asker(
    web: WebServer,
    waits: Waits | None = None,
    token: Callable[[], str] = lambda: "t",
    seconds: float = 5,
) -> Iterator[Asker]:
    one = waits or Waits()
    with opened(seconds, None) as client:
        yield Asker("The directory", web.address, token, client, one.wait, one.steady)


def test_an_answer_is_an_object_and_the_token_goes_along(web: WebServer) -> None:
    web.says("/users", {"value": [{"id": "1"}, "noise"]})
    with asker(web) as one:
        assert rows(one.ask(f"{web.address}/users", {"a": "b c"}), "value") == [{"id": "1"}]
    assert (web.asked[0].path, web.asked[0].token) == ("/users?a=b+c", "t")


def test_throttling_is_waited_for_as_long_as_it_says(web: WebServer) -> None:
    waits = Waits()
    web.says(
        "/users",
        Answer({}, 429, {"Retry-After": "17"}),
        Answer({}, 503),
        Answer(b"<html>busy", 502),
        {"value": []},
    )
    with asker(web, waits) as one:
        assert one.ask(f"{web.address}/users") == {"value": []}
    assert waits.waited == [17, 2, 4]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_who_stays_busy_is_left_for_later(web: WebServer, status: int) -> None:
    web.says("/users", Answer({}, status))
    with asker(web) as one, pytest.raises(DirectoryError, match="busy: it is asked again later"):
        one.ask(f"{web.address}/users")
    assert len(web.asked) == asking.TRIES


def test_patience_has_an_end(web: WebServer) -> None:
    web.says("/users", Answer({}, 429, {"Retry-After": "86400"}))
    with asker(web) as one, pytest.raises(DirectoryError, match="asks for patience"):
        one.ask(f"{web.address}/users")
    waits = Waits()
    web.says("/users", Answer({}, 429, {"Retry-After": "60"}), {})
    with asker(web, waits) as one:
        waits.waited.append(asking.LONGEST - 10)
        with pytest.raises(DirectoryError, match="asks for patience"):
            one.ask(f"{web.address}/users")
        waits.waited.append(100)
        with pytest.raises(DirectoryError, match="longer than 15 minutes"):
            one.ask(f"{web.address}/users")


def test_a_token_that_ran_out_is_asked_for_anew_once(web: WebServer) -> None:
    tokens = iter(["old", "new", "newest"])
    web.says("/users", Answer({}, 401), {"value": []})
    with asker(web, token=lambda: next(tokens)) as one:
        one.ask(f"{web.address}/users")
        assert [asked.token for asked in web.asked] == ["old", "new"]
        web.says("/users", Answer({}, 401))
        with pytest.raises(DirectoryError, match="account or its secret"):
            one.ask(f"{web.address}/users")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer({}, 403), "may not read users"),
        (Answer({}, 400), "does not have"),
        (Answer({}, 302, {"Location": "https://other.example/"}), r"refused \(302\)"),
        (Answer(b"<html>"), "no JSON object"),
        (Answer([1]), "no JSON object"),
        (Answer(b"[" * 100_000), "no JSON object"),
        (Answer(b"\xff\xfe"), "no JSON object"),
    ],
)
def test_garbage_and_refusals_are_sentences(web: WebServer, answer: Answer, says: str) -> None:
    web.says("/users", answer)
    with asker(web) as one, pytest.raises(DirectoryError, match=says):
        one.ask(f"{web.address}/users")


def test_what_is_gone_is_told_apart(web: WebServer) -> None:
    web.says("/link", Answer({}, 410))
    with asker(web) as one:
        for path in ("/nowhere", "/link"):
            with pytest.raises(GoneError):
                one.ask(web.address + path)


def test_an_answer_without_end_is_cut(web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST_BYTES", 1 << 16)
    web.says("/users", Answer(b" " * (1 << 18)))
    with asker(web) as one, pytest.raises(DirectoryError, match="answered with more than"):
        one.ask(f"{web.address}/users")


def test_a_server_that_hangs_breaks_off_or_is_away_is_a_sentence(
    web: WebServer, free_port: int
) -> None:
    web.says("/users", Answer(waits=True))
    with asker(web, seconds=0.2) as one, pytest.raises(DirectoryError, match="in time"):
        one.ask(f"{web.address}/users")
    web.says("/users", Answer(b"{}", headers={"Content-Encoding": "gzip"}))
    with asker(web) as one, pytest.raises(DirectoryError, match="broke off"):
        one.ask(f"{web.address}/users")
    web.address = f"http://127.0.0.1:{free_port}"
    with asker(web) as one, pytest.raises(DirectoryError, match="cannot be reached"):
        one.ask(f"{web.address}/users")


def test_pages_are_followed_to_the_same_host_alone(web: WebServer) -> None:
    web.says("/users?n=1", {"v": 1, "next": f"{web.address}/users?p=2"})
    web.says("/users?p=2", {"v": 2})
    with asker(web) as one:
        found = one.pages(f"{web.address}/users", {"n": "1"}, "next")
        assert [page["v"] for page in found] == [1, 2]
        for away in ("http://127.0.0.2/users", "https://127.0.0.1/", "http://[", "/users"):
            web.says("/users", {"v": 1, "next": away})
            with pytest.raises(DirectoryError, match="led to"):
                list(one.pages(f"{web.address}/users", {}, "next"))


def test_pages_have_an_end(web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST_PAGES", 3)
    web.says("/users", {"next": f"{web.address}/users"})
    with asker(web) as one, pytest.raises(DirectoryError, match="no end"):
        list(one.pages(f"{web.address}/users", {}, "next"))


def test_secrets_go_over_https_or_stay_on_this_machine() -> None:
    assert secure("https://login.example/", "x") == "https://login.example"
    assert secure("http://127.0.0.1:8/", "x") == "http://127.0.0.1:8"
    for address in ("http://login.example", "ftp://x", "http://[", ""):
        with pytest.raises(DirectoryError, match="the address of x"):
            secure(address, "x")


def test_a_file_that_is_no_authority_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no")
    for name in ("ca.pem", "none.pem"):
        with pytest.raises(DirectoryError, match="give a PEM file"):
            opened(5, tmp_path / name)


def test_only_text_counts_as_text() -> None:
    assert (text(" a "), text(3), text(None)) == ("a", "", "")
    assert rows({"value": "no"}, "value") == []
