"""Outbox -> message: what a contact reads, made when it is sent, so that it is true then."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

from filter_rules.types import Severity
from safeguard.core import notice_words
from safeguard.core.concern_rules import FAMILIES
from safeguard.core.digests import ReportKind, report_of, scoped
from safeguard.core.notice_words import HOW_SOON, Words
from safeguard.notify.message import Message, message_id
from safeguard.settings import Settings
from safeguard.store import contacts, telling
from safeguard.store.contacts import Place
from safeguard.store.outbox import ALARM, CONCERN, STAFF, Parcel
from safeguard.store.session import Store

TITLES = {family.name: family.title for family in FAMILIES}


@dataclass(frozen=True, slots=True)
class Source:
    """What messages are made of. `head` returns the audit chain's head hash, or nothing."""

    store: Store
    settings: Settings
    head: Callable[[], str]
    troubles: Callable[[datetime], list[str]]

    @property
    def link(self) -> str:
        site = self.settings.notify.site
        return f"{site}/" if site else ""


def compose(source: Source, parcel: Parcel, place: Place, now: datetime) -> Message:
    """Return the message of a parcel, for whoever is at this place."""
    severities = [one.told.severity for one in parcel.messages if one.told is not None]
    worst = max(severities, default=Severity.NONE)
    words = _words(source, parcel, place, severities, now)
    return Message(
        id=message_id(one.key for one in parcel.messages),
        kind=parcel.first.kind,
        at=now,
        subject=words.subject,
        text=words.text,
        html=words.html,
        severity=HOW_SOON[worst],
        urgent=parcel.first.urgent,
        count=len(parcel.messages),
        school=source.settings.school.name,
        link=words.link,
    )


def _words(
    source: Source, parcel: Parcel, place: Place, severities: list[Severity], now: datetime
) -> Words:
    school, link = source.settings.school.name, source.link
    match parcel.first.kind:
        case kind if kind == CONCERN:
            about = [one.about for one in parcel.messages]
            initials = telling.initials(source.store, about) if place.initials else []
            steps = [one.step for one in parcel.messages]
            return notice_words.concern_words(severities, steps, school, link, initials)
        case ReportKind.DIGEST.value | ReportKind.WEEKLY.value as kind:
            return _report(source, ReportKind(kind), parcel, now)
        case kind if kind == STAFF:
            return notice_words.staff_words(parcel.first.about, school, link)
        case kind if kind == ALARM:
            return notice_words.alarm_words(source.troubles(now), school, link)
        case _:
            return notice_words.trial_words(school, link)


def _report(source: Source, kind: ReportKind, parcel: Parcel, now: datetime) -> Words:
    school, hours = source.settings.school.name, source.settings.school.hours
    at = time.fromisoformat(source.settings.notify.digest_at)
    report = report_of(kind, date.fromisoformat(parcel.first.about), hours, at)
    figures = scoped(
        telling.figures(source.store, report, hours, now),
        parcel.first.contact,
        contacts.ladders(source.store),
    )
    troubles, head = source.troubles(now), source.head()
    if kind is ReportKind.DIGEST:
        return notice_words.digest_words(figures, school, source.link, troubles, head)
    return notice_words.weekly_words(figures, TITLES, school, source.link, troubles, head)
