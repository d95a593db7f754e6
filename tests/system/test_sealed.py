"""After hits by web, TLS and DNS, nothing of a sealed entry stands anywhere: files, answers, logs."""

import sqlite3
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from dnslib import DNSRecord

from tests.system.filter import Filter, running, until
from tests.system.internet import Internet, internet

FEED = "xyzzy-whole.test\nhttps://plugh-carrier.test/frobozz/7?wumpus=1\n"
TELLING = ("xyzzy", "plugh", "frobozz", "wumpus")
SEALED = "https://plugh-carrier.test/frobozz/7?wumpus=1"


@pytest.fixture(scope="module")
def beyond(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Filter, Internet]]:
    folder = tmp_path_factory.mktemp("sealed")
    (folder / "feed.txt").write_text(FEED)
    with internet(folder) as world:
        names = f"udp://127.0.0.1:{world.dns_port}"
        made = Filter(
            folder / "data",
            more={
                "SAFEGUARD_PROXY__RESOLVER": names,
                "SAFEGUARD_PROXY__UPSTREAM_CA": str(world.authority),
                "SAFEGUARD_PROXY__ALLOW_NETWORKS": "127.0.0.0/8",
                "SAFEGUARD_DNS__UPSTREAMS": names,
                "SAFEGUARD_SEALED__REQUIRED": "iwf-urls",
            },
        )
        imported = made.command("sealed", "import", "--name", "iwf-urls", str(folder / "feed.txt"))
        assert imported.returncode == 0, imported.stderr
        with running(made):
            yield made, world


def client(made: Filter) -> httpx.Client:
    trusted = ssl.create_default_context(cafile=made.data / "ca" / "safeguard-ca.pem")
    proxy = f"http://127.0.0.1:{made.proxy_port}"
    return httpx.Client(proxy=proxy, verify=trusted, timeout=30, trust_env=False)


def asked_everywhere(made: Filter, world: Internet) -> str:
    """Meet the entries in every way there is; what came back, but for what we sent ourselves."""
    said = ""
    referer = {"Referer": SEALED}
    with client(made) as web:
        for address in (
            "http://xyzzy-whole.test/a?b=c",
            "https://www.xyzzy-whole.test/",
            SEALED,
            SEALED.replace("frobozz", "%66robozz"),
            SEALED.replace("https", "http"),
        ):
            answer = web.get(address, headers=referer)
            assert answer.status_code == 403, answer.text
            said += answer.text + str(answer.headers)
        web.get(world.url("dark.pages.test"), headers=referer)
    # The name of a carrier by itself is no hit: the access log notes it like any other.
    DNSRecord.question("xyzzy-whole.test").send("127.0.0.1", made.dns_port, timeout=10)
    for options in (("--explain",), ("--json", "--group", "guest")):
        ran = made.command("check", *options, SEALED, "xyzzy-whole.test", "plugh-carrier.test/")
        lines = (ran.stdout + ran.stderr).splitlines()
        said += "\n".join(line for line in lines if "plugh-carrier.test/" not in line)
    for command in (("sealed", "status"), ("rules", "build")):
        ran = made.command(*command)
        said += ran.stdout + ran.stderr
    return said


def stored(made: Filter) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(made.data / "safeguard.sqlite")) as database:
        return database.execute("SELECT host, channel FROM events").fetchall()


def test_nothing_of_an_entry_stands_anywhere(beyond: tuple[Filter, Internet]) -> None:
    made, world = beyond
    said = asked_everywhere(made, world)
    until(
        lambda: (
            {("withheld", "web"), ("withheld", "dns"), ("withheld", "tester")} <= {*stored(made)}
            and any(host == "dark.pages.test" for host, _ in stored(made))
        ),
        what="that every hit is in the database",
    )
    files = [path for path in made.data.rglob("*") if path.is_file()]
    assert any("spool" in str(path) for path in files)
    while_running = {str(path): _read(path) for path in files}
    made.stop()
    everywhere = {
        **while_running,
        **{f"stopped {path}": _read(path) for path in made.data.rglob("*") if path.is_file()},
        "what was answered": said.encode(),
        "the log": "\n".join(made.lines).encode(),
        "names of files": "\n".join(map(str, files)).encode(),
    }
    told = {
        (where, word)
        for where, content in everywhere.items()
        for word in TELLING
        if word.encode() in content.lower()
    }
    assert told == set()
    assert any(b"dark.pages.test" in content for content in everywhere.values())  # others are told
    assert not [seen for seen in world.seen if any(word in seen for word in TELLING)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # a database's own working file
        return b""
