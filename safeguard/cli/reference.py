"""Write the reference pages from the tables in the code, so that the two cannot differ.

python -m safeguard.cli.reference           write docs/reference/*.md
python -m safeguard.cli.reference --check   exit 1 where a page is stale
"""

import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, get_args, get_origin

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from safeguard.cli import roles_page, themes_page
from safeguard.cli.app import assembled
from safeguard.core.concerns import Outcome
from safeguard.core.decide import ROUNDS
from safeguard.core.identifying import METHODS
from safeguard.core.retention import PERIODS, kept_as
from safeguard.core.types import Reason
from safeguard.keeping_settings import names
from safeguard.loading import shipped_groups
from safeguard.settings import PREFIX, Settings

FOLDER = Path("docs/reference")
MADE = "<!-- Made by `python -m safeguard.cli.reference`. Change the tables it reads, not this page. -->"


def pages() -> dict[str, str]:
    """Every generated page by its file name."""
    made = {
        "settings.md": _settings(),
        "commands.md": _commands(),
        "reasons.md": _reasons(),
        "categories.md": _categories(),
        "precedence.md": _precedence(),
        "retention.md": _retention(),
        "roles.md": roles_page.lines(),
        "themes.md": themes_page.lines(),
        "identity.md": _identity(),
    }
    return {name: f"{MADE}\n\n" + "\n".join(lines) + "\n" for name, lines in made.items()}


def _settings() -> Iterator[str]:
    yield "# Settings"
    yield ""
    yield (
        "A setting stands in the settings file (`safeguard.toml` in the data folder, or the file "
        "given with `--config`) or in the environment, which wins. A value that is not allowed, "
        "or a key that does not exist, stops the start with a sentence that names it."
    )
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            yield from ("", f"## [{name}]", "", (section.__doc__ or "").strip(), "")
            yield from _table(section.model_fields, f"{PREFIX}{name.upper()}__")
        else:
            yield from ("", "## Top of the file", "")
            yield from _table({name: field}, PREFIX)


def _table(fields: Mapping[str, FieldInfo], prefix: str) -> Iterator[str]:
    yield "| key | in the environment | default | what it is |"
    yield "|---|---|---|---|"
    for name, field in fields.items():
        default = (
            field.get_default() if field.default_factory is None else "~/.local/share/safeguard"
        )
        shown = "" if default in ((), None, "") else f"`{default}`"
        text = (field.description or "").replace("|", "\\|")
        yield f"| `{name}` | `{prefix}{name.upper()}` | {shown} | {text}{_allowed(field)} |"


def _allowed(field: FieldInfo) -> str:
    choices = [str(one) for one in get_args(field.annotation) if isinstance(one, str)]
    if choices:
        return " One of: " + ", ".join(f"`{one}`" for one in choices) + "."
    return " Several, with commas." if get_origin(field.annotation) is tuple else ""


def _commands() -> Iterator[str]:
    yield "# Commands"
    yield ""
    yield (
        "Exit status: 0 fine, 1 a finding (blocked, problem found), 2 unusable input, with a "
        "sentence that names the mend. Every command takes `--data` and `--config`."
    )
    root = typer.main.get_command(assembled())
    for path, command in _walk(root, "safeguard"):
        yield from ("", f"## `{path}`", "", (command.help or "").strip(), "")
        for parameter in command.params:
            if parameter.name == "help":
                continue
            names = ", ".join(f"`{one}`" for one in parameter.opts)
            if parameter.param_type_name == "argument":
                names = f"`{(parameter.metavar or parameter.name or '').upper()}`"
            yield f"- {names}: {getattr(parameter, 'help', None) or ''}"


def _walk(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield path, command
        return
    for name, child in children.items():
        yield from _walk(child, f"{path} {name}")


def _reasons() -> Iterator[str]:
    yield "# Reasons"
    yield ""
    yield "Every verdict gives one of these. Staff see the words; programs see them in `--json`."
    yield ""
    yield "| reason | means |"
    yield "|---|---|"
    for reason in Reason:
        yield f"| {reason.value} | {REASONS[reason]} |"


REASONS = {
    Reason.DEFAULT: "No rule speaks of this address or these words, so it is allowed.",
    Reason.RULE: "A rule about the address decided: a category, or an entry of the school's own.",
    Reason.WORDS: "A rule about words decided: a search, a prompt, or the text of a page.",
    Reason.MONITORED: "A rule would block it. The policy says of this group that it is only "
    "monitored, so it was let through and kept; sealed lists block all the same.",
    Reason.HELP: "A helpline or support service. No category and no entry can block it.",
    Reason.SEALED: "The address is on a sealed list of unlawful content. Nothing can lift that.",
    Reason.VIRUS: "The scanner of the settings found a virus in a download. No rule lets it through.",
    Reason.UNSEEN: "Some page of the site is on a sealed list, and this person's traffic is never "
    "decrypted, so nobody could tell which page is asked for. Nobody is suspected of anything.",
    Reason.SEALED_MISSING: "A sealed list that the settings require is missing, or one was altered "
    "or cannot be read, and the stance of the settings is to block. See `safeguard sealed status`.",
    Reason.UNREADABLE: "No browser could open it, so nothing is let through.",
    Reason.NO_RULES: "No rules could be read, so the stance of the settings applies.",
}


def _categories() -> Iterator[str]:
    text = resources.files("filter_rules").joinpath("data/categories.toml").read_text("utf-8")
    yield "# Categories"
    yield ""
    yield "What lists are about. The standard is the UKSIC name, where there is one."
    yield ""
    yield "| name | title | what it is | standard |"
    yield "|---|---|---|---|"
    for one in tomllib.loads(text)["category"]:
        yield f"| `{one['name']}` | {one['title']} | {one['definition']} | {one.get('standard', '')} |"
    yield from ("", "## Groups", "", "| group | who |", "|---|---|")
    for name, who in shipped_groups().items():
        yield f"| `{name}` | {who} |"


def _precedence() -> Iterator[str]:
    cases = tomllib.loads(Path("tests/tables/precedence.toml").read_text("utf-8"))["case"]
    yield "# Precedence"
    yield ""
    yield "Unlawful content first, then help, then a missing sealed list; then the rules that apply go through these rounds:"
    yield ""
    for number, (because, _keep) in enumerate(ROUNDS, 1):
        yield f"{number}. {because}"
    yield ""
    yield "A group covers the groups in it. A rule outside its times is not weighed, and the explanation says so. An override lifts what blocks its category or site for a while, within the ceiling."
    yield ""
    yield "From strict to lax a rule blocks; warns, which blocks with a way on; monitors, which allows and keeps who went there; or allows. A rule may be for everyone, a group, a network, a room or a person: each is for fewer people than those before it, and of two networks the smaller is."
    yield ""
    yield "Words are judged beside the address, and the stricter of the two stands. Case by case:"
    yield ""
    yield "| case | outcome | reason |"
    yield "|---|---|---|"
    for case in cases:
        flag = ", flagged" if case["gives"].get("flagged") else ""
        yield f"| {case['says']} | {case['gives']['action']}{flag} | {case['gives']['because']} |"


def _retention() -> Iterator[str]:
    yield "# How long things are kept"
    yield ""
    yield (
        "What is over its time is removed each day, and by `safeguard db purge`. A legal hold stops "
        "it for whom or what it names. A period can be changed within its limits in "
        "[the settings](settings.md), section `[retention]`. These are our defaults, not legal "
        "advice: your school decides, with its data protection officer."
    )
    yield ""
    yield "| class | what | days | limits | counted from | why | source | setting |"
    yield "|---|---|---|---|---|---|---|---|"
    for kept, name in names():
        one = PERIODS[kept]
        yield (
            f"| {kept.value} | {one.what} | {one.days} | {one.least} to {one.most} | {one.since} "
            f"| {one.why} | {one.source} | `{name}` |"
        )
    yield from ("", "## What each outcome is kept as", "", "| outcome | class |", "|---|---|")
    for outcome in Outcome:
        yield f"| {outcome.value} | {kept_as(outcome).value} |"


def _identity() -> Iterator[str]:
    yield "# How it is known who asks"
    yield ""
    yield (
        "Several sources may say who is at an address. The strongest that is sure of somebody just "
        "now stands; those below it change nothing. The method, how sure it is, and the time for "
        "which it was claimed stand on each event."
    )
    yield from ("", "| strongest first | how sure of a person | because |", "|---|---|---|")
    for one in METHODS:
        yield f"| {one.method.value} | {one.confidence} | {one.because} |"
    yield from ("", "## What is never guessed", "")
    yield (
        "Nobody is named, and the method reads `ambiguous`, where two sources of the same strength "
        "name different people; where several people share the device and nobody signed in; and "
        "where nobody has confirmed a session for so long that its person may have gone. The group "
        "is then the one that all of them are in. Where they differ it is `unidentified`, the "
        "strictest: groups are in no order of strictness, so no other would be as strict as each."
    )
    yield ""
    yield (
        "A session ends when its source says so, when nobody confirms it for long, at its latest "
        "moment, and when a lease gives its address to other hardware."
    )


def main(arguments: list[str]) -> int:
    stale = []
    for name, text in pages().items():
        path = FOLDER / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(str(path))
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
    if stale and "--check" in arguments:
        sys.stderr.write(f"Stale: {', '.join(stale)}. Run: python -m safeguard.cli.reference\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
