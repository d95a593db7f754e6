"""Whatever is killed, whenever: what a client was told is in the database, once."""

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.postgres import PostgresServer, postgres_server
from tests.system.filter import Filter, running, until
from tests.system.killing import QUIET, Load, School, p99, play, settled

__all__ = ["postgres_server"]  # a fixture, used by its name

ROUNDS = 10
SEED = 20_260_304
SLOWEST = 300  # seconds, where the machine is busy with other things
ANSWERS = 400
STRICT = "SAFEGUARD_STRICT_TIMES" in os.environ
AWAY_SECONDS = 60.0 if STRICT else 20.0
# A machine that is busy with other things makes single answers slow, with a database or without.
MOST_SLOWER = 2.0 if STRICT else 10.0


@contextmanager
def under_load(data: Path, server: PostgresServer | None) -> Iterator[School]:
    url = server.empty_database() if server else ""
    filter_ = Filter(data, more={"SAFEGUARD_DATABASE__URL": url})
    with running(filter_):
        load = Load(filter_.proxy_port, filter_.dns_port)
        load.start()
        try:
            yield School(filter_, load, server)
        finally:
            load.stop()


@pytest.mark.timeout(SLOWEST)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_what_a_client_was_told_is_kept_once_whatever_is_killed(
    engine: str, request: pytest.FixtureRequest, school: Path
) -> None:
    server = request.getfixturevalue("postgres_server") if engine == "postgresql" else None
    with under_load(school, server) as at:
        play(at, ROUNDS, random.Random(SEED))  # noqa: S311  the same again, by its seed
        at.load.stop()
        found = settled(at)
    assert found.is_exact, found
    assert found.acknowledged > 10 * ROUNDS


@pytest.mark.timeout(SLOWEST)
def test_without_its_database_the_filter_answers_as_before_and_loses_nothing(
    postgres_server: PostgresServer, school: Path
) -> None:
    with under_load(school, postgres_server) as at:
        until(lambda: at.load.acknowledged > ANSWERS, what="the load")
        gone = time.monotonic()
        postgres_server.stop()
        before, first_away = len(at.load.took), at.load.acknowledged
        QUIET.wait(AWAY_SECONDS)
        back = time.monotonic()
        postgres_server.start()
        at.load.stop()
        found = settled(at)
    assert found.is_exact, found
    assert at.load.failed == 0
    assert found.acknowledged - first_away > AWAY_SECONDS * at.load.rate / 4
    assert before > ANSWERS / 4
    ratio = p99(at.load.took, gone, back) / p99(at.load.took, 0, gone)
    assert ratio < MOST_SLOWER, ratio
