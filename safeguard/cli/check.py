"""`safeguard check`: the verdict for URLs or hosts, as the proxy would give it now."""

import ipaddress
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Annotated, Any

import typer

from safeguard.asking import Questions
from safeguard.building import build, is_stale
from safeguard.cli.options import (
    ConfigOption,
    DataOption,
    JsonOption,
    account,
    lines_of,
    myself,
    notes,
    now,
    progress_bar,
    settings_of,
)
from safeguard.core.explain import as_record, because, shown
from safeguard.core.explanations import in_full, record_of
from safeguard.core.schedule import moment
from safeguard.core.types import Action, Channel, Reason, Subject, Verdict
from safeguard.engine import Engine, open_engine
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.store import people, schema
from safeguard.store.session import open_store
from safeguard.supervisor import make_folder


def check(
    targets: Annotated[list[str], typer.Argument(help="URLs or hosts; - reads them from stdin.")],
    group: Annotated[str, typer.Option(help="Judge as this group. Default: unidentified.")] = "",
    user: Annotated[str, typer.Option(help="Judge as this person, by name.")] = "",
    ip: Annotated[str, typer.Option(help="Judge as the device at this address.")] = "",
    at: Annotated[
        str,
        typer.Option(metavar="TIME", help="As of then: 2026-12-01T12:30, by the school's clocks."),
    ] = "",
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Say who asks, what matched, every rule, what others get, until when."
        ),
    ] = False,
    as_json: JsonOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Say what happens to URLs or hosts, and why. Exit status 1 if anything is blocked."""
    settings = settings_of(data, config)
    engine = ready_engine(settings)
    subject = _subject(engine, settings, group, user, ip)
    zone = settings.school.hours.tz
    as_of = moment_of(at, zone) if at else None
    store = open_store(settings)
    status = 0
    try:
        questions = Questions(engine, store, f"the account {account()}, with check", myself().who)
        asked = _Asked(engine, questions, subject, as_of, zone)
        for text in _texts(targets):
            verdict, told = asked.explained(text) if explain else asked.told(text)
            status = max(status, _status(text, verdict))
            typer.echo(
                json.dumps(told.record, ensure_ascii=False) if as_json else "\n  ".join(told.words)
            )
    finally:
        store.close()
    raise typer.Exit(status)


@dataclass(frozen=True, slots=True)
class _Told:
    """An answer, as lines to read and as a record."""

    words: list[str]
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Asked:
    """All that is the same for each target."""

    engine: Engine
    questions: Questions
    subject: Subject
    at: datetime | None
    zone: tzinfo

    def told(self, text: str) -> tuple[Verdict, _Told]:
        verdict, host = judge_text(self.engine, self.questions, self.subject, text, self.at)
        return verdict, _Told(
            [_words(shown(text, verdict), verdict)], as_record(text, host, verdict)
        )

    def explained(self, text: str) -> tuple[Verdict, _Told]:
        target = self.engine.target_of(text, Channel.TESTER)
        if target is None:
            return self.told(text)
        found = self.questions.explain(self.subject, target, now(), self.at)
        words = [_words(shown(text, found.verdict), found.verdict), *in_full(found, self.zone)]
        return found.verdict, _Told(words, record_of(replace(found, address=text)))


def moment_of(text: str, zone: tzinfo) -> datetime:
    """A moment as it is typed: by the school's clocks, unless it says another offset."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnusableError(
            f"{text!r} is no time: write 2026-12-01T12:30, or 2026-12-01T12:30+00:00."
        ) from error
    return moment(found.date(), found.time(), zone) if found.tzinfo is None else found


def ready_engine(settings: Settings) -> Engine:
    """An engine over rules that are built first where none are, or where a source changed."""
    make_folder(settings.data)
    schema.prepare(settings).close()
    if is_stale(settings.data):
        try:
            with progress_bar() as progress:
                build(settings.data, progress)
        except UnusableError as error:
            notes.print(str(error))  # what is in force stays so; without any we say that below
    engine = open_engine(settings)
    if engine.snapshot.rules is None:
        raise UnusableError(
            f"The rules in {settings.data / 'rules'} cannot be read. "
            "Run `safeguard rules build` to make them anew."
        )
    return engine


def judge_text(
    engine: Engine, questions: Questions, subject: Subject, text: str, at: datetime | None = None
) -> tuple[Verdict, str]:
    """The verdict for what a person typed, and the host it was read as (empty: it is none)."""
    target = engine.target_of(text, Channel.TESTER)
    if target is None:
        return Verdict(Action.BLOCK, Reason.UNREADABLE), ""
    return questions.ask(subject, target, now(), at), target.host


def _status(text: str, verdict: Verdict) -> int:
    if verdict.reason is Reason.UNREADABLE:
        notes.print(
            f"{text!r} is neither a URL nor a host name. "
            "Write it as https://www.example.org/page or www.example.org."
        )
        return 2
    return int(verdict.blocked)


def _texts(targets: Iterable[str]) -> Iterator[str]:
    for target in targets:
        if target == "-":
            yield from (line.strip() for line in lines_of("-") if line.strip())
        else:
            yield target


def _subject(engine: Engine, settings: Settings, group: str, user: str, ip: str) -> Subject:
    subject = Subject("unidentified")
    if ip:
        subject = engine.subject_at(_address(ip))
    if user:
        subject = _person(settings, user)
    if group:
        groups = engine.snapshot.policy.groups.above
        if group not in groups:
            known = ", ".join(groups)
            raise UnusableError(f"There is no group {group!r}. Choose from: {known}.")
        subject = replace(subject, group=group)
    return subject


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        raise UnusableError(f"{text!r} is not an IP address such as 10.0.0.5.") from error


def _person(settings: Settings, name: str) -> Subject:
    store = open_store(settings)
    try:
        found = [one for one in people.people(store, name) if one.name == name]
    finally:
        store.close()
    if len(found) != 1:
        how_many = "Nobody is" if not found else f"{len(found)} people are"
        raise UnusableError(f"{how_many} called {name!r}. See `safeguard users list`.")
    return Subject(found[0].group, person=found[0].id, method="named")


def _words(address: str, verdict: Verdict) -> str:
    flag = " (flagged)" if verdict.flagged else ""
    about = ", ".join(verdict.categories)
    why = verdict.rule or because(verdict)
    return f"{verdict.action.value}{flag}  {address}  {why}{f'  [{about}]' if about else ''}"
