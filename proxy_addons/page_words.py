"""What the pages say that stand in place of a site: by why it is blocked, and for whom.

Law: no word that was matched, no blame, and short sentences for the youngest.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from filter_rules.types import Category
from safeguard.core.modes import Wording
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
# What a child is not told the name of.
FOR_ADULTS = frozenset(
    {"adult", "gore", "dating", "drugs", "extremism", "hate", "vawg", "violence", "age-restricted-sales",
     "discrimination", "unmoderated-boards", "ai-companions"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """What is said to one age. `about` and `own` complete themselves with a category's title."""

    title: str
    about: str
    own: str
    by_law: str
    not_ready: str
    words: str
    virus: str
    help_title: str
    ask: str
    form: "Form | None"


@dataclass(frozen=True, slots=True)
class Form:
    """The words of the form with which a page is asked for."""

    heading: str
    question: str
    hint: str
    button: str


TEACHER = "If you need it for your school work, ask a teacher"
NOT_READY = "The school's filter is not ready, so no site can be opened yet."
WORDS: Mapping[Wording, Words] = {
    Wording.KS1: Words(
        title="This page is closed",
        about="This page is not for school. You did not do anything wrong.",
        own="This page is not for school. You did not do anything wrong.",
        by_law="This page must stay closed. You did not do anything wrong.",
        not_ready="The internet at school is not ready yet. Please wait a little.",
        words="This page is not for school. You did not do anything wrong.",
        virus="This file could break the computer, so it was stopped.",
        help_title="Are you OK?",
        ask="If you saw something that you did not like, tell your teacher",
        form=None,
    ),
    Wording.KS2: Words(
        title="This page is blocked at school",
        about="The school keeps this kind of site closed: {}.",
        own="The school has chosen to keep this site closed.",
        by_law="This page must stay closed, and the school cannot open it.",
        not_ready=NOT_READY,
        words="It is blocked because of what was searched for, or what the page says.",
        virus="A virus was found in this file, so it was stopped. Tell an adult if you need it.",
        help_title="Are you OK?",
        ask="If you need it for your work, ask your teacher. "
        "If you saw something that worried you, tell a grown-up you trust",
        form=Form(
            "Ask for this page",
            "Why do you need it?",
            "Say what you are working on. A grown-up at school will read it.",
            "Send",
        ),
    ),
    Wording.KS3: Words(
        title="This page is blocked at school",
        about="It is blocked because of what the site is about: {}.",
        own="It is blocked because of what the site is about: "
        "a site that the school has chosen to block.",
        by_law="This page is blocked by law. The school cannot open it.",
        not_ready=NOT_READY,
        words="It is blocked because of what was searched for, or what the page says.",
        virus="A virus was found in this file, so it was stopped.",
        help_title="Are you OK?",
        ask=TEACHER,
        form=Form(
            "Ask for this page",
            "What do you need it for?",
            "For example the lesson or the piece of work. Staff will read it.",
            "Send",
        ),
    ),
    Wording.STAFF: Words(
        title="This page is blocked",
        about="It is blocked because of what the site is about: {}.",
        own="It is blocked because of what the site is about: "
        "a site that the school has chosen to block.",
        by_law="This page is blocked by law. The school cannot open it.",
        not_ready=NOT_READY,
        words="It is blocked because of what was searched for, or what the page says.",
        virus="A virus was found in this file, so it was stopped.",
        help_title="Support is available",
        ask="If you need it for your work, ask whoever looks after the filter",
        form=Form(
            "Ask for this page",
            "What do you need it for?",
            "Whoever looks after the filter will read it.",
            "Send",
        ),
    ),
}


def is_about_danger(verdict: Verdict) -> bool:
    """Whether the person could be in danger, rather than out of bounds."""
    if verdict.reason is Reason.SEALED:
        return False
    if verdict.reason is Reason.WORDS:
        return any(finding.theme in HELP_FIRST for finding in verdict.findings)
    return any(category in HELP_FIRST for category in verdict.categories)


def why(
    verdict: Verdict, categories: Mapping[str, Category], wording: Wording = Wording.KS3
) -> str:
    """The reason in plain words, without the words that were matched."""
    words = WORDS[wording]
    match verdict.reason:
        case Reason.SEALED:
            return words.by_law
        case Reason.NO_RULES | Reason.SEALED_MISSING:
            return words.not_ready
        case Reason.VIRUS:
            return words.virus
        case Reason.WORDS:
            return words.words
        case _:
            named = [one for one in verdict.categories if one in categories]
            return words.about.format(_named(named[0], categories, wording)) if named else words.own


def _named(category: str, categories: Mapping[str, Category], wording: Wording) -> str:
    if wording is Wording.KS2 and category in FOR_ADULTS:
        return "it is for adults"
    return categories[category].title


def ask(reference: str, wording: Wording, *, danger: bool = False) -> str:
    """Whom to ask for the page, with its code where there is one; nothing where help says it."""
    if wording is Wording.KS1:
        return "" if danger else f"{WORDS[wording].ask}."
    asked = TEACHER if danger and wording is Wording.KS2 else WORDS[wording].ask
    return f"{asked}. Give them the code below." if reference else f"{asked}."
