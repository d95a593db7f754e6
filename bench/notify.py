"""How long it takes until a mail server has an urgent concern: `python -m bench.notify [ROUNDS]`.

Each round is a search that is flagged as urgent: recorded in a spool, drained into the database,
made a concern, and told by e-mail to a real mail server on this machine. The steps run in one
process, as often as the jobs process runs them. Then: what a look costs while concerns are open.
"""

import argparse
import secrets
import socket
import tempfile
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from threading import Event as Flag
from zoneinfo import ZoneInfo

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.store import store_on
from filter_rules.types import Finding, Kind, Match, Severity
from safeguard.core.concern_rules import ConcernRules
from safeguard.core.school_hours import SchoolHours
from safeguard.core.types import Action, Reason, Subject, Target, Verdict
from safeguard.jobs import Drain
from safeguard.notify.notifier import Notifier
from safeguard.recorder import Recorder, open_recorder
from safeguard.school_settings import Notify
from safeguard.settings import Settings
from safeguard.spool import FOLDER
from safeguard.store import concern_building, contacts
from safeguard.store.concern_building import Terms
from safeguard.store.contacts import Place, Way
from safeguard.store.session import Store
from safeguard.store.tables.concerns import ConcernRow

DRAIN_EVERY, TICK_EVERY, TOO_LONG = 0.25, 1.0, 60.0
TERMS = Terms(ConcernRules(SchoolHours(ZoneInfo("Europe/London"))), frozenset({"secondary"}))
OPEN = (0, 200, 2000)  # added one after the other


class MailServer:
    """Takes everything, and says when."""

    def __init__(self) -> None:
        self.came = Flag()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's
        content = envelope.content
        if isinstance(content, bytes) and b"act now" in content:
            self.came.set()
        return "250 OK"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.notify", description=__doc__)
    parser.add_argument("rounds", type=int, nargs="?", default=20)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    given = parser.parse_args(arguments)
    server = MailServer()
    controller = Controller(server, hostname="127.0.0.1", port=0)
    controller.port = _free_port()
    controller.start()
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            store_on(given.engine, Path(folder)) as (settings, store),
        ):
            notify = Notify(
                smtp_host="127.0.0.1",
                smtp_port=controller.port,
                smtp_security="none",
                mail_from="safeguard@school.example",
            )
            measure(settings.model_copy(update={"notify": notify}), store, server, given.rounds)
    finally:
        controller.stop()
    return 0


def measure(settings: Settings, store: Store, server: MailServer, rounds: int) -> None:
    one = contacts.add(store, "Lead", Way.EMAIL, Place("lead@school.example"), "bench", now())
    contacts.put_on_ladder(store, one, 0, "bench", now())
    recorder = open_recorder(settings, "bench")
    drain = Drain(store, settings.data / FOLDER)
    notifier = Notifier(store, settings, now)
    try:
        took = sorted(once(store, recorder, drain, notifier, server) for _ in range(rounds))
        print(f"| {rounds} rounds | seconds |\n|---|---|")
        print(f"| median | {median(took):.2f} |\n| worst | {took[-1]:.2f} |")
        print("\n| open concerns | a look, milliseconds |\n|---|---|")
        for number in OPEN:
            fill(store, number)
            print(f"| {number} | {look(notifier):.1f} |")
    finally:
        notifier.close()
        drain.close()
        recorder.close(now())


def once(
    store: Store, recorder: Recorder, drain: Drain, notifier: Notifier, server: MailServer
) -> float:
    """Let a pupil type something urgent; return the seconds until the mail server has it."""
    server.came.clear()
    began = ticked = time.monotonic()
    recorder.record(_subject(), TARGET, VERDICT, now())
    while not server.came.wait(DRAIN_EVERY):
        while drain.once():
            pass
        concern_building.build(store, TERMS, now(), secrets.token_bytes)
        if time.monotonic() - ticked >= TICK_EVERY:
            notifier.tick()
            ticked = time.monotonic()
        if time.monotonic() - began > TOO_LONG:
            raise TimeoutError("nothing came")
    took = time.monotonic() - began
    notifier.sending.wait(TOO_LONG)
    return took


def look(notifier: Notifier, times: int = 40) -> float:
    """Return the milliseconds of a tick once all is told."""
    for _ in range(5):
        notifier.tick()
        notifier.sending.wait(TOO_LONG)
    spent = 0.0
    for _ in range(times):
        began = time.perf_counter()
        notifier.tick()
        spent += time.perf_counter() - began
        Flag().wait(TICK_EVERY / 4)
    return spent * 1000 / times


def fill(store: Store, number: int) -> None:
    """Put so many open concerns, of the severity that is told at once, into the database."""
    at = now() - timedelta(hours=1)
    with store.writing() as session:
        for _ in range(number):
            session.add(
                ConcernRow(
                    id=str(uuid.uuid4()), school_id=1, subject_kind="pupil", subject="somebody",
                    group="secondary", family="self-harm", day=at.date(), themes=(),
                    severity=Severity.URGENT.value, confidence="strong", identity="sure",
                    care=False, why=[], facts=b"", rules=(), started_at=at, last_at=at,
                    events=1, count=1, artefact="", policy_version="", built_at=at,
                )
            )  # fmt: skip


def now() -> datetime:
    return datetime.now(UTC)


def _subject() -> Subject:
    return Subject("secondary", "10.0.0.7", secrets.token_hex(8), "", "device")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


TARGET = Target("search.example", "https://search.example/?q=x", "synthetic words", Kind.SEARCH)
FOUND = Finding("suicide", Severity.URGENT, 20.0, (Match("x", "synthetic", 20.0, 0, 9),))
VERDICT = Verdict(Action.BLOCK, Reason.WORDS, flagged=True, rule="Words", findings=(FOUND,))

if __name__ == "__main__":
    raise SystemExit(main())
