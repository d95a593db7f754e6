"""Deeds that join and part cases, and say who may read them."""

from os import urandom

from admin_web import case_access
from admin_web.accounts import me
from admin_web.case_sent import Sent, WrongFieldError, act_on
from admin_web.case_view import number
from admin_web.site import here
from safeguard.core.events import new_event_id
from safeguard.store import case_lists, case_merging, case_readers
from safeguard.store.case_changes import CaseRefusedError
from safeguard.store.case_lists import Case


def restrict(case: Case, sent: Sent) -> str:
    chosen = {number(one) for one in sent.getlist("reader")} & set(case_access.handlers())
    case_readers.restrict(here().store, act_on(case, sent), chosen)
    return "Only those named, and who has the case, can read it now."


def unrestrict(case: Case, sent: Sent) -> str:
    case_readers.lift(here().store, act_on(case, sent))
    return "Everybody who handles cases can read it again."


def merge(case: Case, sent: Sent) -> str:
    into = case_lists.by_reference(here().store, sent.get("into", "")[:20])
    if into is None or not case_access.readable(into):
        raise WrongFieldError("into", "No case that you may read has this code.")
    case_merging.merge(here().store, act_on(case, sent), into.id)
    return f"This case became part of {into.reference}. You can undo it there or here."


def unmerge(case: Case, sent: Sent) -> str:
    chosen = number(sent.get("merge"))
    mine = {one.id for one in case_merging.of_case(here().store, case.id)}
    if chosen not in mine:
        raise CaseRefusedError("There is no such merge of this case.")
    case_merging.undo(here().store, chosen, me().id, here().clock())
    return "The merge is undone: both cases stand by themselves again."


def split(case: Case, sent: Sent) -> str:
    title = sent.get("title", "")
    if not title.strip():
        raise WrongFieldError("title", "Say what the new case is about.")
    now = here().clock()
    fresh = new_event_id(now, urandom(10))
    case_merging.split(here().store, act_on(case, sent), sent.getlist("concern"), title, fresh)
    found = case_lists.case(here().store, fresh)
    code = "" if found is None else f" {found.reference}"
    return f"The new case{code} is open. To undo it, merge it into this one."
