"""The pages that people see instead of a site: calm, self-contained, and they work without scripts.

Law: a page never shows the words that were matched, and its text is all escaped. Help comes
first where the subject could be somebody in danger.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from importlib import resources
from string import Template

from filter_rules.types import Category
from safeguard.core.types import Reason, Verdict

# What may mean that somebody is in danger: themes of words, and the categories of that name.
HELP_FIRST = frozenset(
    {
        "abuse-disclosure",
        "bullying",
        "eating-disorder",
        "grooming",
        "mental-health",
        "running-away",
        "self-harm",
        "suicide",
    }
)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a page says. `body` is HTML of ours; the rest is text."""

    title: str
    body: str
    facts: tuple[tuple[str, str], ...] = ()


class Pages:
    """The pages of one school, from templates that are read once."""

    def __init__(self, school: str) -> None:
        folder = resources.files("proxy_addons").joinpath("templates")
        self._school = school
        self._page = Template(folder.joinpath("page.html").read_text(encoding="utf-8"))
        self._help = folder.joinpath("help.html").read_text(encoding="utf-8")

    def blocked(
        self,
        verdict: Verdict,
        categories: Mapping[str, Category],
        host: str,
        reference: str,
        time: str,
    ) -> str:
        """The page in place of a site, a search or a page that the verdict blocks."""
        facts = [("Site", "not shown" if verdict.withheld else host), ("Time", time)]
        if reference:
            facts.insert(0, ("Code", reference))
        if is_about_danger(verdict):
            return self._shown(
                Notice("Are you OK?", self._help + _paragraphs(_ask(reference)), tuple(facts))
            )
        title = "This page is blocked at school"
        body = _paragraphs(why(verdict, categories), _ask(reference))
        return self._shown(Notice(title, body, tuple(facts)))

    def failed(self, title: str, *sentences: str) -> str:
        """The page in place of one that could not be fetched or could not be checked."""
        return self._shown(Notice(title, _paragraphs(*sentences)))

    def _shown(self, notice: Notice) -> str:
        facts = "\n".join(
            f"<dt>{escape(name)}</dt><dd{_class(name)}>{escape(value)}</dd>"
            for name, value in notice.facts
        )
        return self._page.substitute(
            title=escape(notice.title),
            school=escape(self._school),
            body=notice.body,
            facts=facts,
        )


def is_about_danger(verdict: Verdict) -> bool:
    """Whether the person could be in danger, rather than out of bounds."""
    if verdict.reason is Reason.SEALED:
        return False
    if verdict.reason is Reason.WORDS:
        return any(finding.theme in HELP_FIRST for finding in verdict.findings)
    return any(category in HELP_FIRST for category in verdict.categories)


def why(verdict: Verdict, categories: Mapping[str, Category]) -> str:
    """The reason in plain words, without the words that were matched."""
    match verdict.reason:
        case Reason.SEALED:
            return "This page is blocked by law. The school cannot open it."
        case Reason.NO_RULES | Reason.SEALED_MISSING:
            return "The school's filter is not ready, so no site can be opened yet."
        case Reason.WORDS:
            return "It is blocked because of what was searched for, or what the page says."
        case _:
            named = [categories[one].title for one in verdict.categories if one in categories]
            about = named[0] if named else "a site that the school has chosen to block"
            return f"It is blocked because of what the site is about: {about}."


def _ask(reference: str) -> str:
    asked = "If you need it for your school work, ask a teacher"
    return f"{asked} and give them the code below." if reference else f"{asked}."


def _paragraphs(*sentences: str) -> str:
    return "\n".join(f"<p>{escape(one)}</p>" for one in sentences)


def _class(name: str) -> str:
    return ' class="code"' if name == "Code" else ""
