"""A case as staff read it: its chronology in words, its papers, who may read it, what can be done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, render_template, url_for

from admin_web.accounts import me
from admin_web.audited import viewed
from admin_web.case_access import colleagues, handlers
from admin_web.paging import Paging, asked_page
from admin_web.site import here
from admin_web.wording import SEVERITIES, midnight, stamp, tidy
from filter_rules.types import Severity
from safeguard.core.concern_rules import FAMILIES
from safeguard.core.concerns import Known, Outcome
from safeguard.store import case_actions, case_merging, case_papers, case_readers
from safeguard.store.case_content import content
from safeguard.store.case_lists import Case
from safeguard.store.case_merging import Merge
from safeguard.store.case_parts import CaseConcern, CaseContent, Written
from safeguard.store.triage import NoteKind

TITLES = {one.name: one.title for one in FAMILIES}
PAPERS = ("paper", "paper taken away")
UNREADABLE = "These words cannot be shown: they were sealed with another key."
OUTCOMES = {one.code: one.value[:1].upper() + one.value[1:] for one in Outcome}
SEVERITY_CHOICES = {
    one.value: words for one, words in SEVERITIES.items() if one is not Severity.NONE
}


@dataclass(frozen=True, slots=True)
class Line:
    """Something in a case's chronology."""

    at: datetime
    what: str
    words: str = ""
    by: str = ""
    link: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with what was sent: of which form, of which field, and the sentence."""

    deed: str
    where: str
    says: str
    typed: Mapping[str, str]


def render(case: Case, mistake: Mistake | None = None) -> str:
    """Return the page of a case; that it is looked at is recorded first."""
    site = here()
    whole = content(site.store, case.id, most=0)
    assert whole is not None, "the case was there a moment ago"  # noqa: S101  nobody deletes one
    viewed("viewed", "case", case.id, people=[one.id for one in whole.people])
    merges = case_merging.of_case(site.store, case.id)
    lines = sorted(_lines(whole, merges, case.id), key=lambda one: one.at)[::-1]
    paging = Paging(asked_page(), total=len(lines))
    return render_template(
        "case.html",
        case=case,
        whole=whole,
        inside=[one for one in whole.concerns if one.taken_out_at is None],
        lines=lines[paging.offset : paging.offset + paging.size],
        paging=paging,
        actions=case_actions.of_case(site.store, case.id),
        papers=[one for one in case_papers.of_case(site.store, case.id) if not one.removed_at],
        merges=[one for one in merges if one.into_id == case.id and one.undone_at is None],
        merged=next((one for one in merges if one.case_id == case.id and not one.undone_at), None),
        readers=case_readers.readers(site.store, [case.id]).get(case.id),
        staff=colleagues(),
        handlers=handlers(),
        who=whose,
        about=about,
        link=concern_link,
        mistake=mistake,
        typed={} if mistake is None else mistake.typed,
        me=me().id,
        today=midnight(site.clock()),
        kinds={one.value: one.value.capitalize() for one in NoteKind},
        outcomes=OUTCOMES,
        severities=SEVERITY_CHOICES,
        level=Severity,
    )


def whose(one: CaseConcern) -> str:
    """Say whom a concern is about."""
    if one.subject_kind == Known.PERSON:
        return one.subject_name or "A person no longer on record"
    if one.subject_kind == "group":
        return f"{one.subjects} pupils of {tidy(one.subject)}"
    return f"Unknown user of {one.subject_name or one.subject}"


def about(family: str) -> str:
    """Say what a concern is about."""
    return TITLES.get(family, tidy(family).capitalize())


def concern_link(concern_id: str, subject_kind: str = "", subject: str = "") -> str:
    """Return the address of a concern's page, or else of its pupil's."""
    if "concerns.one" in current_app.view_functions:
        return url_for("concerns.one", concern_id=concern_id)
    if subject_kind == Known.PERSON:
        return url_for("pupils.one", person_id=subject)
    return ""


def _lines(whole: CaseContent, merges: tuple[Merge, ...], case_id: str) -> Iterator[Line]:
    yield Line(whole.case.opened_at, "Case opened", by=whole.opened_by)
    for one in whole.concerns:
        yield _of_concern(one)
        if one.taken_out_at is not None:
            yield Line(one.taken_out_at, "Concern taken out", about(one.family), one.taken_out_by)
    for note in whole.notes:
        yield _of_note(note)
    merged = {one.at for one in merges if one.into_id == case_id}
    for outcome in whole.outcomes:
        if outcome.at in merged and outcome.what == Outcome.DUPLICATE.value:
            continue  # the merge itself says it
        undone = f"Undone by {outcome.until_by}" if outcome.until else ""
        said = f"Concluded: {outcome.what}"
        yield Line(outcome.at, said, _words(outcome), outcome.by, after=undone)
    for given in whole.assignments:
        yield Line(given.at, f"Given to {given.what or 'nobody known'}", by=given.by)
    for merge in merges:
        came = merge.into_id == case_id
        words = (
            f"Case {merge.reference} became part of this one"
            if came
            else f"This case became part of {merge.into_reference}"
        )
        undone = "Undone" if merge.undone_at else ""
        other = merge.case_id if came else merge.into_id
        yield Line(merge.at, words, link=url_for("cases.one", case_id=other), after=undone)


def _of_concern(one: CaseConcern) -> Line:
    times = f"{one.count:,} times" if one.count > 1 else "once"
    why = " ".join(one.why[:2])
    link = concern_link(one.id, one.subject_kind, one.subject)
    return Line(one.started_at, f"{about(one.family)}: {whose(one)}, {times}", why, link=link)


def _of_note(note: Written) -> Line:
    after = ""
    if note.until is not None and note.until_by:
        deed = "Taken away" if note.what in PAPERS else "Done"
        after = f"{deed} by {note.until_by}, {stamp(note.until)}"
    words = _words(note).rpartition(" (")[0] if note.what in PAPERS else _words(note)
    return Line(note.at, f"{note.what[:1].upper()}{note.what[1:]}", words, note.by, after=after)


def _words(one: Written) -> str:
    return one.text if one.readable else UNREADABLE


def number(value: Any, otherwise: int = 0) -> int:
    """Return a number of a form; what is none is `otherwise`."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else otherwise  # noqa: PLR2004  an id of ours is shorter
