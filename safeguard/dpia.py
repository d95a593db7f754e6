"""The facts of a data protection impact assessment, from the settings in force.

What is kept, for what, for how long, who sees it, where it goes: as this school has it set. The
assessment itself (is it necessary, is it fair, what do pupils say) is the school's to write.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from safeguard.core.retention import PERIODS
from safeguard.keeping_settings import names
from safeguard.settings import Settings
from safeguard.store import impact
from safeguard.store.session import Store

PURPOSES = (
    ("Filtering", "To keep unlawful and harmful content from pupils",
     "Addresses asked for, and words that are typed into searches, prompts and forms, in memory"),
    ("Monitoring", "To notice that a child may be at risk, and tell the designated lead",
     "Events, concerns, and the visits around a concern"),
    ("Case work", "To act on a concern, and to show that the school did",
     "Cases, notes, outcomes, who had it"),
    ("Access log", "To look back from what a school learns of in another way",
     "Visits by person, device, address and host"),
    ("Accountability", "To show who looked at a child's data, and what was changed",
     "The audit chain"),
)  # fmt: skip
RISKS = (
    ("Someone reads what a pupil typed who should not",
     ("Words, addresses of pages, excerpts, notes and reasons are encrypted (AES-256-GCM); the key "
     "is not in the database and can be changed. Only the lead's role sees them, and each look is "
     "in the audit chain."),
     ("Whoever has both the machine and its keys can read all. Names, times, hosts and themes are "
     "not encrypted, so that they can be searched.")),
    ("Guessing words from the search index",
     "Words are kept as truncated HMACs under a key of its own.",
     ("Who has the table sees which events share a word, and how often it occurs. With the key, "
     "words can be tried.")),
    ("A pupil is taken for another",
     "Each event says how the person was found and how sure that is; a lead can say whose it is.",
     "A friend at the keyboard is not noticed by any program."),
    ("A child is judged by a machine",
     "No decision about a child is made automatically: a concern is a reason for a person to look.",
     "Staff may trust a severity too much. Precision by rule is shown beside it."),
    ("Looking up help is chilled",
     "Helplines and support services are never blocked, logged by name or made events.",
     "Pupils may not know that. Tell them."),
    ("Data are kept too long",
     ("Each class has a period with limits, a daily run removes what is over, and each run is on "
     "record. A legal hold stops it for whom it names."),
     "Backups keep what was removed until they are themselves removed."),
    ("An erased person comes back",
     "Erasure leaves a tombstone in the audit chain.",
     "A backup from before an erasure brings the person back: erase again after restoring one."),
    ("Data are lost",
     "Backups are encrypted to keys that are kept elsewhere.",
     "Without backup.recipients there are none."),
)  # fmt: skip


def page(settings: Settings, store: Store, now: datetime) -> str:
    """Return the page, as Markdown."""
    return "\n".join(_lines(settings, store, now)) + "\n"


def _lines(settings: Settings, store: Store, now: datetime) -> Iterator[str]:
    yield f"# Data protection impact assessment: the facts of {_cell(settings.school.name)}"
    yield ""
    yield (
        f"Made by Safeguard on {now:%d %B %Y} from the settings in force. It says what the system "
        "does. Whether that is necessary and fair here, and what pupils and parents think of it, "
        "your school has to add."
    )
    yield from _table("What for", ("purpose", "to", "with"), PURPOSES)
    yield from _table(
        "How long", ("what", "days", "counted from", "why", "source"), _kept(settings)
    )
    yield from _table("Who sees it", ("who", "how many"), _staff(store, now))
    yield from _table("Where it goes", ("to", "what", "state"), _recipients(settings, store))
    yield from _table("Where it is", ("what", "where"), _places(settings))
    yield from _table("What is there now", ("what", "rows"), impact.rows(store))
    yield from _table("Risks", ("risk", "what is done", "what remains"), RISKS)
    yield from _fields()


def _kept(settings: Settings) -> Iterator[tuple[str, ...]]:
    for kept, name in names():
        one = PERIODS[kept]
        yield one.what, str(getattr(settings.retention, name)), one.since, one.why, one.source


def _staff(store: Store, now: datetime) -> Iterator[tuple[str, ...]]:
    for role, count in impact.staff(store, now).items():
        yield role, str(count)


def _recipients(settings: Settings, store: Store) -> Iterator[tuple[str, ...]]:
    contacts = impact.contacts(store)
    for channel, count in contacts.items():
        yield (
            f"contacts by {channel}",
            "that there is a concern, and a link; no words, no name (initials if a contact is set so)",
            (f"{count} active"),
        )
    if not contacts:
        yield "contacts", "nothing", "none are set up"
    mail = settings.notify.smtp_host if settings.notify.mails else "not set up"
    yield "mail server", "those messages by e-mail", mail
    made = f"encrypted to {len(settings.backup.recipients)} keys"
    yield "backups", "everything", made if settings.backup.recipients else "none are made"
    yield "the makers of Safeguard", "nothing", "there is no telemetry"


def _places(settings: Settings) -> Iterator[tuple[str, ...]]:
    yield "data folder (keys, spools)", str(settings.data)
    where = "PostgreSQL, as database.url says" if settings.database.url else "SQLite, in it"
    yield "database", where
    yield "backups", str(settings.backup.folder or settings.data / "backups")


def _fields() -> Iterator[str]:
    yield from ("", "## Every field that is kept", "")
    for table, columns in impact.fields():
        yield from _table(table, ("field", "what it is"), columns, "###")


def _table(
    title: str, heads: tuple[str, ...], rows: Iterable[tuple[object, ...]], level: str = "##"
) -> Iterator[str]:
    yield from ("", f"{level} {title}", "")
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(_cell(one) for one in row)} |"


def _cell(text: object) -> str:
    """A table's cell holds no line break and no bar, whatever a name says."""
    return " ".join(str(text).replace("|", "\\|").split())
