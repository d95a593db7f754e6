"""A real PostgreSQL for the tests that ask for one: started by them, gone when they end."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

import psycopg
import pytest

from safeguard.settings import Database, Settings
from safeguard.store import schema
from safeguard.store.session import Store
from tests.conftest import absent, pick_port

DEADLINE = 60.0
READY = "ready"


class PostgresServer:
    """One server in a folder of its own, on a free loopback port."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="safeguard-postgres-"))
        self.port = pick_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self._folder, "postgres", "postgres")
        self._run("initdb", "-D", str(self._cluster), "-U", "safeguard", "-A", "trust",
                  "-E", "UTF8", "--no-sync", "--no-instructions")  # fmt: skip

    @property
    def _cluster(self) -> Path:
        return self._folder / "cluster"

    def start(self) -> None:
        settings = ["listen_addresses=127.0.0.1", "fsync=off", "full_page_writes=off"]
        place = ["-D", str(self._cluster), "-k", str(self._folder), "-p", str(self.port)]
        self._process = subprocess.Popen(
            self._as_postgres("postgres", *place, *(f"-c{setting}" for setting in settings)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + DEADLINE
        while not self._answers():
            assert self._process.poll() is None, "PostgreSQL ended at its start"
            assert time.monotonic() < deadline, "PostgreSQL does not answer"
            wait_briefly(self._process)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop, ending connections too. SIGQUIT is faster, and leaves the disk untidy."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(DEADLINE)
            self._process = None

    def kill(self, processes: Sequence[int]) -> None:
        """Kill the server's processes (its own among them) as a power cut would end them."""
        for one in processes:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        deadline = time.monotonic() + DEADLINE
        while self._process and any(Path(f"/proc/{one}").exists() for one in processes):
            assert time.monotonic() < deadline, "PostgreSQL does not end"
            wait_briefly(self._process)
            self._process.poll()
        self._process = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def remove(self) -> None:
        self.stop(signal.SIGQUIT)
        # Hundreds of databases take a quarter of a minute to remove: nobody waits for that.
        behind = ["setsid", "-f", "rm", "-rf", str(self._folder)]
        subprocess.run(behind, check=True, stdin=subprocess.DEVNULL)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://safeguard@127.0.0.1:{self.port}/{database}"

    def empty_database(self) -> str:
        """Return the address of a new database without tables."""
        return self._new("template1")

    def ready_database(self, data: Path) -> str:
        """Return the address of a new database with the schema of now."""
        if not self._ask("SELECT 1 FROM pg_database WHERE datname = 'ready'"):
            self._ask(f"CREATE DATABASE {READY}")
            schema.upgrade(Settings(data=data, database=Database(url=self.url(READY))))
        return self._new(READY)

    def _new(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        self._ask(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def _ask(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self._place("postgres"), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def _answers(self) -> bool:
        try:
            self._ask("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _place(self, database: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=safeguard dbname={database} connect_timeout=2"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(self._as_postgres(program, *arguments), check=True, capture_output=True)

    def _as_postgres(self, program: str, *arguments: str) -> list[str]:
        # --pdeathsig: the server ends with the tests, however those end.
        command = ["setpriv", "--pdeathsig", "INT"]
        if os.geteuid() == 0:
            command += ["--reuid", "postgres", "--regid", "postgres", "--init-groups"]
        return [*command, str(self._programs / program), *arguments]


def wait_briefly(process: subprocess.Popen[bytes]) -> None:
    """Wait a moment, or until the process ends."""
    try:
        process.wait(0.05)
    except subprocess.TimeoutExpired:
        return


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs: Debian keeps them off PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    if found:
        folders.append(Path(found).parent)
    return next((folder for folder in folders if (folder / "postgres").exists()), None)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    folder = programs()
    if folder is None or shutil.which("setpriv") is None:
        absent("PostgreSQL (Debian: postgresql) is not installed")
    assert folder is not None
    server = PostgresServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def ready_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with the schema of now, and nothing in it. Copy it; do not write."""
    data = tmp_path_factory.mktemp("ready")
    # What the environment says of the test that asks first is not meant.
    schema.upgrade(Settings().model_copy(update={"data": data}))
    return data / "safeguard.sqlite"


@pytest.fixture(params=["sqlite", "postgresql"])
def any_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings with a data folder, on either engine; the database is ready."""
    data = tmp_path / "data"
    if request.param == "sqlite":
        data.mkdir(mode=0o700, exist_ok=True)
        shutil.copy(request.getfixturevalue("ready_file"), data)
        return Settings(data=data)
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return Settings(data=data, database=Database(url=server.ready_database(data)))


@pytest.fixture
def any_store(any_settings: Settings) -> Iterator[Store]:
    """An open store, on either engine."""
    store = schema.prepare(any_settings)
    yield store
    store.close()
