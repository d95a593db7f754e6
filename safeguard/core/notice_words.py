"""What messages say: plain words, how many and how soon, a link. No name, and nobody's words.

E-mail lies on phones and in mailboxes for years, so what it is about is read on the site.
Initials are added only for a contact whose setting allows them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from filter_rules.types import Severity
from safeguard.core.digests import Figures, by_family, by_severity, total

# How soon a person should look: the words of the site.
HOW_SOON = {
    Severity.URGENT: "act now",
    Severity.HIGH: "look today",
    Severity.MEDIUM: "look this week",
    Severity.LOW: "for information",
    Severity.NONE: "for information",
}
STAFF_NEWS = {
    "proposed": (
        "a role waits for you",
        "a role that sees safeguarding content was proposed. It waits for the head or a lead.",
    ),
    "given": ("a role was given", "a role that sees safeguarding content was given."),
    "ended": ("a role has ended", "a role that saw safeguarding content was ended."),
    "glass": (
        "a technician broke the glass",
        (
            "a technician broke the glass and can see safeguarding content for a while. Each page "
            "they open is recorded. If you did not expect it, end it now."
        ),
    ),
    "role": ("a role has changed", "a role of a member of staff has changed."),
}
NOTHING = "There is nothing to report. The filter was at work, and this message says so."


@dataclass(frozen=True, slots=True)
class Words:
    """A message in words: its subject tells nothing that a lock screen may not show."""

    subject: str
    lines: tuple[str, ...]
    link: str = ""

    @property
    def text(self) -> str:
        link = (f"Open Safeguard: {self.link}",) if self.link else ("Sign in to Safeguard.",)
        return "\n\n".join((*self.lines, *link)) + "\n"

    @property
    def html(self) -> str:
        """Return the same as simple HTML: nothing is loaded, nothing is tracked."""
        paragraphs = "".join(f"<p>{_broken(line)}</p>" for line in self.lines)
        link = "<p>Sign in to Safeguard.</p>"
        if self.link:
            link = f'<p><a href="{escape(self.link)}">Open Safeguard</a></p>'
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            f"<title>{escape(self.subject)}</title></head>"
            f'<body style="font-family:sans-serif">{paragraphs}{link}</body></html>'
        )


def concern_words(
    severities: Sequence[Severity], steps: Iterable[int], school: str, link: str,
    initials: Sequence[str] = (),
) -> Words:  # fmt: skip
    """Return what a contact is told of one concern or of several at once."""
    worst = max(severities, default=Severity.NONE)
    many = how_many(len(severities), "concern")
    needs = "needs" if len(severities) == 1 else "need"
    lines = [f"{many} {needs} you at {school}: {HOW_SOON[worst]}."]
    if len(set(severities)) > 1:
        lines.append(_list(_severity_lines(_counted(severities))))
    if any(step > 0 for step in steps):
        lines.append("You are told because nobody told before you has opened it yet.")
    if initials:
        lines.append(f"About: {', '.join(initials)}")
    lines.append("What it is about is on the site and not in this message, on purpose.")
    return Words(f"Safeguard: {many}, {HOW_SOON[worst]}", tuple(lines), link)


def digest_words(
    figures: Figures, school: str, link: str, troubles: Sequence[str] = (), head: str = ""
) -> Words:
    """Return the digest of a school day."""
    number = total(figures.open)
    lines = [f"{school}: {how_many(number, 'concern')} open."] if number else [NOTHING]
    if number:
        lines.append(_list(_severity_lines(by_severity(figures.open))))
    lines.extend(_waiting(figures))
    lines.extend(_ending(troubles, head))
    subject = "nothing to report" if number == 0 else f"{how_many(number, 'concern')} open"
    return Words(f"Safeguard today: {subject}", tuple(lines), link)


def weekly_words(
    figures: Figures, titles: Mapping[str, str], school: str, link: str,
    troubles: Sequence[str] = (), head: str = "",
) -> Words:  # fmt: skip
    """Return the report of a week: how many, about what, and what still waits."""
    raised, before = total(figures.raised), total(figures.raised_before)
    lines = [f"{school}: {how_many(raised, 'concern')} in the last seven days."]
    if raised == 0:
        lines = [f"{school}. {NOTHING}"]
    if raised or before:
        lines.append(f"The seven days before that: {before}.")
    if raised:
        lines.append(_list(_severity_lines(by_severity(figures.raised))))
        families = [
            f"{titles.get(name, name)}: {count}" for name, count in by_family(figures.raised)
        ]
        lines.append(_list(("By theme", *families)))
    lines.extend(_waiting(figures))
    lines.extend(_ending(troubles, head))
    subject = how_many(raised, "concern") if raised else "nothing to report"
    return Words(f"Safeguard this week: {subject}", tuple(lines), link)


def alarm_words(troubles: Sequence[str], school: str, link: str) -> Words:
    """Return what is told of troubles of the notices themselves."""
    lines = (f"Something keeps Safeguard at {school} from telling people.", _list(troubles))
    return Words("Safeguard: messages are not arriving", lines, link)


def trial_words(school: str, link: str) -> Words:
    """Return a message that is sent to see that it arrives."""
    lines = (
        f"This is a test from Safeguard at {school}. You asked for it on the site or on the server.",
        "If you read this, concerns can reach you this way.",
    )
    return Words("Safeguard: a test", lines, link)


def staff_words(about: str, school: str, link: str) -> Words:
    """Return what contacts are told of roles: `about` is what happened, a word of STAFF_NEWS."""
    subject, line = STAFF_NEWS.get(about.partition(":")[0], STAFF_NEWS["role"])
    lines = (f"{school}: {line}", "Who it is stands on the site, under Accounts, and not here.")
    return Words(f"Safeguard: {subject}", lines, link)


def initials_of(name: str) -> str:
    """Return the initials of a name: A. E."""
    return " ".join(f"{part[0].upper()}." for part in name.split())


def how_many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _waiting(figures: Figures) -> Iterator[str]:
    unopened = total(figures.unopened_for_a_day)
    if unopened:
        yield f"Not opened by anyone for more than a day: {unopened}."
    if figures.while_closed:
        yield f"Raised while the school was closed: {figures.while_closed}."
    if figures.due:
        yield f"To be followed up by today: {figures.due}."


def _ending(troubles: Sequence[str], head: str) -> Iterator[str]:
    if troubles:
        yield _list(("Not well", *troubles))
    if head:
        yield f"Seal of the audit record, to keep: {head}"


def _severity_lines(counts: Iterable[tuple[Severity, int]]) -> tuple[str, ...]:
    return tuple(f"{HOW_SOON[severity].capitalize()}: {count}" for severity, count in counts)


def _counted(severities: Sequence[Severity]) -> list[tuple[Severity, int]]:
    return [(one, severities.count(one)) for one in sorted(set(severities), reverse=True)]


def _list(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def _broken(line: str) -> str:
    return escape(line).replace("\n", "<br>")
