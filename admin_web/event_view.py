"""An event as staff read it: names for ids, words for codes, sentences for the reasons."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from admin_web.wording import severity_word, tidy
from filter_rules.types import Kind, Severity
from safeguard.core.events import Event
from safeguard.core.types import Action, Channel, Reason
from safeguard.store import people
from safeguard.store.events import StoredEvent
from safeguard.store.session import Store

WORDS_TITLES = {Kind.SEARCH: "Words typed into a search", Kind.CHAT: "Words typed into a chat"}
UNREADABLE = (
    "The words and the full address cannot be shown: they were sealed with another key. "
    "Ask the technician to restore the key from the backup."
)
WITHHELD = (
    "The address is withheld on purpose. Do not try to find or open it; follow the school’s "
    "procedure for unlawful content."
)

ASKED = (
    "No pupil did this. It is kept, and counted, so that nobody can find out by asking what a "
    "sealed list holds."
)
SEEN_BY = {
    Channel.WEB: "the web proxy", Channel.DNS: "the DNS filter", Channel.TESTER: "the tester",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """An event with the names of the person and the device, where they are known."""

    stored: StoredEvent
    person_name: str = ""
    device_name: str = ""

    @property
    def event(self) -> Event:
        return self.stored.event

    @property
    def severity(self) -> Severity:
        """How soon to look; what is flagged for its address alone is for information."""
        bare = self.event.flagged and self.event.severity is Severity.NONE
        return Severity.LOW if bare else self.event.severity

    @property
    def at(self) -> datetime:
        return self.event.at

    @property
    def who(self) -> str:
        if self.event.channel is Channel.TESTER:
            return "Staff, asking the tester"
        if self.person_name:
            return self.person_name
        if self.event.person:
            return "A person no longer on record"
        if self.device_name:
            return f"Unknown user of {self.device_name}"
        return f"Unidentified device {self.event.address}".rstrip()

    @property
    def where(self) -> str:
        """The device, if it has a name, and the address."""
        if self.event.channel is Channel.TESTER:
            return "no device"
        named = f"{self.device_name} ({self.event.address})"
        return named if self.device_name else self.event.address or "address unknown"

    @property
    def about(self) -> str:
        """What it is about: the themes of the words, else the category that decided."""
        themes = ", ".join(tidy(name) for name, _severity in self.event.themes)
        return themes or ", ".join(tidy(name) for name in self.event.categories[:1]) or "other"

    @property
    def words_title(self) -> str:
        return WORDS_TITLES.get(self.event.kind or Kind.PAGE, "Words typed")

    @property
    def seen_by(self) -> str:
        return SEEN_BY[self.event.channel]

    @property
    def why(self) -> list[str]:
        return list(_why(self.stored))


def shown(store: Store, found: Iterable[StoredEvent]) -> list[Shown]:
    """Put the names to the ids, with one question for all of them."""
    events = tuple(found)
    names = people.names(store, {one.event.person for one in events if one.event.person})
    devices = people.device_names(store, {one.event.device for one in events if one.event.device})
    return [
        Shown(one, names.get(one.event.person, ""), devices.get(one.event.device, ""))
        for one in events
    ]


def _why(stored: StoredEvent) -> Iterator[str]:
    event = stored.event
    yield _what_happened(event)
    for theme, severity in event.themes:
        if severity is not Severity.NONE:
            yield f"The words speak of {tidy(theme)}: “{severity_word(severity)}”."
    yield _what_was_done(event)
    if event.list and event.categories:
        named = event.private.entry
        entry = f" (the entry {named})" if named and named != event.host else ""
        yield f"The address is in the list “{event.list}”{entry}, as {tidy(event.categories[0])}."
    if event.channel is Channel.TESTER:
        yield ASKED
    elif not event.flagged:
        yield "Nobody needs to look at this. It is kept so that the block can be explained."
    if event.reason is Reason.SEALED:
        yield WITHHELD
    if not stored.readable:
        yield UNREADABLE


def _what_happened(event: Event) -> str:
    if event.channel is Channel.TESTER:
        return f"The tester was {event.rule}, what would happen to an address."
    times = f", {event.count:,} times" if event.count > 1 else ""
    match event.kind:
        case Kind.SEARCH | Kind.CHAT:
            return f"Typed into {event.host}{times}."
        case Kind.PAGE:
            return f"Shown on a page of {event.host}{times}."
        case None:
            how = "Looked up" if event.channel is Channel.DNS else "Asked for"
            return f"{how}: {event.host}{times}."


def _what_was_done(event: Event) -> str:
    if event.channel is Channel.TESTER:
        return f"It would be blocked: {event.reason.value}."  # what is not is not kept
    did = "It was blocked" if event.action is Action.BLOCK else "It was allowed"
    by = f", by the rule “{event.rule}”" if event.rule else ""
    return f"{did}: {event.reason.value}{by}."
