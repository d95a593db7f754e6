"""What is done to a case: one address a deed, each small; what cannot be done is said on the page.

A deed that changes the case itself names the version that was seen: of two people who change it
at once, one is told. What is only added (notes, actions, papers) refuses nobody.
"""

import io
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, send_file, url_for
from werkzeug.wrappers import Response

from admin_web import case_access, case_joining, case_view
from admin_web.access import open_to
from admin_web.accounts import me
from admin_web.audited import viewed
from admin_web.case_sent import Sent, WrongFieldError, act_on, day
from admin_web.case_view import Mistake, number
from admin_web.paper_kinds import ACCEPTED, called, kind_of
from admin_web.site import here
from filter_rules.types import Severity
from safeguard.core.concerns import Outcome
from safeguard.core.retention import keep_until
from safeguard.core.staff_rights import Deed
from safeguard.store import (
    case_actions,
    case_lists,
    case_papers,
    case_readers,
    cases,
    people,
    person_records,
)
from safeguard.store.case_actions import Task
from safeguard.store.case_changes import CaseChangedError, CaseRefusedError
from safeguard.store.case_lists import Case
from safeguard.store.case_papers import MOST_BYTES, NewPaper
from safeguard.store.triage import NoteKind

CHANGED = (
    "Somebody else changed this case while you had it open. It is shown below as it is now; what "
    "you typed is still in its form. Look, then send it again if it is still right."
)
MOST_TYPED = 20_000

type Do = Callable[[Case, Sent], str]

pages = Blueprint("case_deeds", __name__)


@pages.post("/cases/<uuid:case_id>/do/<deed>")
@open_to(Deed.HANDLE_CASES)
def do(case_id: Any, deed: str) -> tuple[str, int] | Response:
    if deed not in DEEDS:
        abort(404)
    if deed == "force":
        return _force(str(case_id))
    case = case_access.found(case_id)
    try:
        says = DEEDS[deed](case, request.form)
    except WrongFieldError as error:
        return _again(case, deed, error.field, str(error)), 400
    except CaseChangedError:
        return _again(case_access.found(case_id), deed, "", CHANGED), 409
    except CaseRefusedError as error:
        return _again(case_access.found(case_id), deed, "", str(error)), 400
    flash(says, "success")
    return redirect(_next(case_id))


def _next(case_id: Any) -> str:
    """Where to go on: the case, unless who did it may not read it any more."""
    case = case_lists.case(here().store, str(case_id))
    if case is None or not case_access.readable(case):
        return url_for("cases.listing")
    return url_for("cases.one", case_id=case_id)


@pages.get("/cases/<uuid:case_id>/papers/<int(max=2147483647):paper_id>")
@open_to(Deed.HANDLE_CASES)
def paper(case_id: Any, paper_id: int) -> Response:
    """Hand a paper out, as a file to keep: the site itself shows none."""
    case = case_access.found(case_id)
    kept = case_papers.fetch(here().store, case.id, paper_id)
    if kept is None:
        abort(404)
    viewed("viewed", "paper", str(paper_id), case=case.id)
    return send_file(
        io.BytesIO(kept.content),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=called(kept.name, kept.kind),
    )


def _again(case: Case, deed: str, field: str, says: str) -> str:
    typed = {key: value[:MOST_TYPED] for key, value in request.form.items()}
    return case_view.render(case, Mistake(deed, field, says, typed))


def _force(case_id: str) -> Response:
    """Open a restricted case in an emergency, for a reason that stays on record."""
    if not case_access.may_force():
        abort(404)
    try:
        why = request.form.get("why", "")
        case_readers.open_all_the_same(here().store, case_id, why, me().id, here().clock())
    except CaseRefusedError as error:
        flash(str(error), "info")
    return redirect(url_for("cases.one", case_id=case_id))


def _note(case: Case, sent: Sent) -> str:
    kinds = {one.value: one for one in NoteKind}
    kind = kinds.get(sent.get("kind", ""), NoteKind.NOTE)
    words = sent.get("words", "")
    if not words.strip():
        raise WrongFieldError("words", "Write something: the note is empty.")
    cases.add_note(here().store, case.id, kind, words, me().id, here().clock())
    return "The note is kept."


def _action(case: Case, sent: Sent) -> str:
    words = sent.get("task", "")
    if not words.strip():
        raise WrongFieldError("task", "Say what is to be done.")
    due = day(sent, "by", needed=True)
    owner = number(sent.get("owner"), me().id)
    assert due is not None, "needed"  # noqa: S101  for the type checker alone
    case_actions.add(here().store, case.id, Task(words, owner, due), me().id, here().clock())
    return "The action is written down."


def _done(case: Case, sent: Sent) -> str:
    action = number(sent.get("action"))
    case_actions.finish(here().store, case.id, action, me().id, here().clock())
    return "Marked as done."


def _not_done(case: Case, sent: Sent) -> str:
    action = number(sent.get("action"))
    case_actions.unfinish(here().store, case.id, action, me().id, here().clock())
    return "It is still to be done."


def _give(case: Case, sent: Sent) -> str:
    owner = number(sent.get("owner"))
    if owner not in case_access.handlers():
        raise WrongFieldError("give-owner", "Choose somebody who handles cases.")
    cases.give(here().store, act_on(case, sent), owner)
    return "The case is handed over."


def _due(case: Case, sent: Sent) -> str:
    due = day(sent, "due")
    cases.set_due(here().store, act_on(case, sent), due)
    return "The date is set." if due else "The date is taken away."


def _severity(case: Case, sent: Sent) -> str:
    severity = Severity(min(number(sent.get("severity"), 1), 4))
    cases.set_severity(here().store, act_on(case, sent), severity)
    return "How soon is changed."


def _put_in(case: Case, sent: Sent) -> str:
    chosen = sent.getlist("concern")
    if not chosen:
        raise WrongFieldError("", "Nothing was chosen.")
    cases.put_in(here().store, act_on(case, sent), chosen)
    return "The concerns are in the case."


def _take_out(case: Case, sent: Sent) -> str:
    cases.take_out(here().store, act_on(case, sent), sent.get("concern", ""))
    return "The concern is taken out. You can put it in again under “Add a concern”."


def _person(case: Case, sent: Sent) -> str:
    named = people.find_by_name(here().store, sent.get("name", "")[:100])
    if len(named) != 1:
        says = "Nobody on record has this name." if not named else (
            f"{len(named)} people on record have this name. Open the pupil’s page and add "
            "one of their concerns instead."
        )  # fmt: skip
        raise WrongFieldError("name", says)
    cases.add_person(here().store, act_on(case, sent), named[0].id)
    return f"{named[0].name} is in the case."


def _not_person(case: Case, sent: Sent) -> str:
    cases.remove_person(here().store, act_on(case, sent), sent.get("person", ""))
    return "The case is not about them any more."


def _close(case: Case, sent: Sent) -> str:
    known = {one.code: one for one in Outcome}
    outcome = known.get(sent.get("outcome", ""))
    if outcome is None:
        raise WrongFieldError("outcome", "Choose what was concluded.")
    if not sent.get("reason", "").strip():
        raise WrongFieldError("reason", "Say why: who reads this in years needs it.")
    site = here()
    births = person_records.births(site.store, case.id)
    until = keep_until(outcome.code, site.clock(), births, site.settings.retention.periods)
    cases.close(site.store, act_on(case, sent), outcome, sent["reason"], until)
    return "The case is closed. You can open it again."


def _reopen(case: Case, sent: Sent) -> str:
    cases.reopen(here().store, act_on(case, sent))
    return "The case is open again."


def _paper(case: Case, _sent: Sent) -> str:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise WrongFieldError("file", "Choose a file.")
    with file.stream:
        data = file.stream.read(MOST_BYTES + 1)
    kind = kind_of(data)
    if len(data) <= MOST_BYTES and not kind:
        says = f"That file is not taken: {ACCEPTED}, without macros, scripts or other files in it."
        raise WrongFieldError("file", says)
    name = called(file.filename, kind)
    case_papers.put(here().store, case.id, NewPaper(name, kind, data), me().id, here().clock())
    return "The paper is kept."


def _not_paper(case: Case, sent: Sent) -> str:
    paper_id = number(sent.get("paper"))
    case_papers.take_away(here().store, case.id, paper_id, me().id, here().clock())
    return "The paper is taken away for good; that it was here stays on record."


def _never(_case: Case, _sent: Sent) -> str:
    raise CaseRefusedError("You can read this case already.")


DEEDS: dict[str, Do] = {
    "note": _note,
    "action": _action,
    "done": _done,
    "not-done": _not_done,
    "give": _give,
    "due": _due,
    "severity": _severity,
    "put-in": _put_in,
    "take-out": _take_out,
    "person": _person,
    "not-person": _not_person,
    "close": _close,
    "reopen": _reopen,
    "paper": _paper,
    "not-paper": _not_paper,
    "restrict": case_joining.restrict,
    "unrestrict": case_joining.unrestrict,
    "merge": case_joining.merge,
    "unmerge": case_joining.unmerge,
    "split": case_joining.split,
    "force": _never,
}
