"""`safeguard scan`: what a text says of each theme, as the filter would read it."""

import json
from collections.abc import Iterator
from typing import Annotated

import typer

from filter_rules.page_text import LONGEST_BODY, looks_like_html, page_text
from filter_rules.types import Finding, Kind, Severity
from safeguard.cli.check import ready_engine
from safeguard.cli.options import (
    ConfigOption,
    DataOption,
    JsonOption,
    bytes_of,
    lines_of,
    settings_of,
)
from safeguard.core.explain import finding_in_full
from safeguard.core.policy import FLAGGED_FROM


def scan(
    source: Annotated[str, typer.Argument(metavar="FILE", help="A text file; - reads stdin.")],
    kind: Annotated[Kind, typer.Option(help="What the text is.")] = Kind.SEARCH,
    as_json: JsonOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Read texts, one a line (a page: the whole file, HTML or text). Exit status 1 if any is flagged."""
    engine = ready_engine(settings_of(data, config))
    any_flagged = False
    for text, strong in _texts(source, kind):
        findings = engine.detect(text, kind, strong)
        severity = max(
            (one.severity for one in findings if not one.help_seeking), default=Severity.NONE
        )
        flagged = severity >= FLAGGED_FROM
        any_flagged = any_flagged or flagged
        if as_json:
            typer.echo(
                json.dumps(_record(text, findings, severity, flagged=flagged), ensure_ascii=False)
            )
        else:
            themes = ", ".join(f"{one.theme} {one.severity.word}" for one in findings)
            typer.echo(
                f"{'flagged' if flagged else 'fine':8}{severity.word:8}{themes or '-'}  {text[:120]}"
            )
    raise typer.Exit(int(any_flagged))


def _texts(source: str, kind: Kind) -> Iterator[tuple[str, tuple[tuple[int, int], ...]]]:
    """Each text, with where its headings stand."""
    if kind is Kind.PAGE:
        body = bytes_of(source, LONGEST_BODY + 1)  # one more, so that it shows that it was cut
        page = page_text(body, "text/html" if looks_like_html(body) else "text/plain")
        yield page.text, page.strong
    else:
        yield from ((line, ()) for line in lines_of(source))


def _record(
    text: str, findings: tuple[Finding, ...], severity: Severity, *, flagged: bool
) -> dict[str, object]:
    return {
        "text": text,
        "flagged": flagged,
        "severity": severity.word,
        "themes": [finding_in_full(one) for one in findings],
    }
