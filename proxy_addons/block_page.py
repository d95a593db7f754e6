"""The pages that people see instead of a site: calm, self-contained, and they work without scripts.

Law: a page never shows the words that were matched, and its text is all escaped. Help comes
first where the subject could be somebody in danger, with a way to leave at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources

from filter_rules.types import Category
from proxy_addons.moulds import mould
from proxy_addons.page_words import WORDS, Form, ask, is_about_danger, why
from safeguard.core.modes import Wording
from safeguard.core.types import Verdict

ASK_PATH = "/.safeguard/ask"  # of any blocked site: its form is sent there, and we answer
ELSEWHERE = "https://www.bbc.co.uk/weather"  # harmless on any screen, and open to everyone
LEAVE = f'<a class="leave" href="{ELSEWHERE}" rel="noreferrer">Leave this page</a>\n'


@dataclass(frozen=True, slots=True)
class Asking:
    """What the form sends back: which page is asked for, and that we showed it to this person."""

    page: str
    token: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands at the foot of a block page. An empty host, code or rule is left out."""

    time: str
    host: str = ""
    reference: str = ""
    rule: str = ""

    @property
    def lines(self) -> Sequence[tuple[str, str]]:
        found = (
            ("Code", self.reference),
            ("Site", self.host),
            ("Rule", self.rule),
            ("Time", self.time),
        )
        return [one for one in found if one[1]]


class Pages:
    """The pages of one school, from templates that are read once."""

    def __init__(self, school: str) -> None:
        folder = resources.files("proxy_addons").joinpath("templates")

        def read(name: str) -> str:
            return folder.joinpath(name).read_text(encoding="utf-8")

        self._school = escape(school)
        self._page = mould(read("page.html"))
        self._frame = mould(read("frame.html"))
        self._form = mould(read("form.html"))
        self._help = {one: read(f"help_{one}.html") for one in Wording}
        self.image = read("image.svg").strip()

    def blocked(
        self,
        verdict: Verdict,
        categories: Mapping[str, Category],
        host: str,
        reference: str,
        time: str,
        wording: Wording = Wording.KS3,
        asking: Asking | None = None,
    ) -> str:
        """The page in place of a site, a search or a page that the verdict blocks.

        `asking`: the form with which it can be asked for; None where it cannot.
        """
        words, danger = WORDS[wording], is_about_danger(verdict)
        whom = ask(reference, wording, danger=danger)
        shown = "not shown" if verdict.withheld else host
        rule = verdict.rule if wording is Wording.STAFF and not verdict.withheld else ""
        facts = Facts(time, shown, reference, rule)
        form = "" if asking is None or words.form is None else self._filled(words.form, asking)
        if danger:
            body = self._help[wording] + _paragraphs(whom)
            return self._shown(words.help_title, body, facts, wording, form, LEAVE)
        body = _paragraphs(why(verdict, categories, wording), whom)
        return self._shown(words.title, body, facts, wording, form)

    def failed(self, title: str, *sentences: str) -> str:
        """The page in place of one that could not be fetched or could not be checked."""
        return self._shown(title, _paragraphs(*sentences))

    def leading(self, title: str, sentence: str, address: str, link: str) -> str:
        """A page that leads to another."""
        way = f'<p><a href="{escape(address)}">{escape(link)}</a></p>'
        return self._shown(title, f"{_paragraphs(sentence)}\n{way}")

    def framed(self, title: str, line: str) -> str:
        """The same in a line, for where a page stands inside another."""
        return self._frame(title=escape(f"{title.rstrip('.')}."), line=escape(line))

    def _filled(self, form: Form, asking: Asking) -> str:
        return self._form(
            action=ASK_PATH,
            heading=escape(form.heading),
            page=escape(asking.page),
            token=escape(asking.token),
            question=escape(form.question),
            hint=escape(form.hint),
            button=escape(form.button),
        )

    def _shown(
        self,
        title: str,
        body: str,
        facts: Facts | None = None,
        wording: Wording = Wording.KS3,
        form: str = "",
        leave: str = "",
    ) -> str:
        lines = "\n".join(
            f"<dt>{escape(name)}</dt><dd{_class(name)}>{escape(value)}</dd>"
            for name, value in (facts.lines if facts else ())
        )
        return self._page(
            title=escape(title),
            school=self._school,
            wording=wording.value,
            leave=leave,
            body=body,
            form=form,
            facts=f"<dl>\n{lines}\n</dl>" if lines else "",
        )


def _paragraphs(*sentences: str) -> str:
    return "\n".join(f"<p>{escape(one)}</p>" for one in sentences if one)


def _class(name: str) -> str:
    return ' class="code"' if name == "Code" else ""
