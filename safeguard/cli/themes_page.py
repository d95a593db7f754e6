"""The reference page of themes: what each is about, and how many phrases speak of it."""

from collections import Counter
from collections.abc import Iterator

from filter_rules.languages import read_themes
from filter_rules.phrases import Theme
from safeguard.sources import shipped_languages, shipped_themes

EVERYBODY = "everybody"


def lines() -> Iterator[str]:
    themes, _ = read_themes(shipped_themes(), shipped_languages())
    yield "# Themes"
    yield ""
    yield (
        "What phrases are looked for in what pupils type and read. Each theme belongs to one of "
        "the four Cs of “Keeping children safe in education”: content, contact, conduct and "
        "commerce. A text is never more severe by a theme than “most”; what is typed is at least "
        "as severe as “floor” where a floor phrase stands in it."
    )
    yield ""
    yield "| theme | title | what it is | four Cs | for whom | most | floor |"
    yield "|---|---|---|---|---|---|---|"
    for one in sorted(themes, key=lambda theme: theme.name):
        who = ", ".join(one.age_bands) or EVERYBODY
        floor = one.floor.word if one.floor else ""
        yield (
            f"| `{one.name}` | {one.title} | {one.definition} | {one.four_cs} | {who} | "
            f"{one.most.word} | {floor} |"
        )
    yield from ("", "## Phrases by language", "")
    yield from _counts(themes)


def _counts(themes: list[Theme]) -> Iterator[str]:
    """A phrase is one thing that is said; each has many wordings."""
    counts = {one.name: Counter(phrase.language for phrase in one.phrases) for one in themes}
    languages = sorted({language for counted in counts.values() for language in counted})
    yield "How many things each theme knows to be said, in all their wordings, by language."
    yield ""
    yield f"| theme | {' | '.join(languages)} |"
    yield f"|---|{'---|' * len(languages)}"
    for name, counted in sorted(counts.items()):
        yield f"| `{name}` | {' | '.join(str(counted[one] or '') for one in languages)} |"
