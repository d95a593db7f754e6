"""What is done with a response, by the type that it says it has: one table, each line with why.

Whatever no line speaks of streams unread: pictures, sounds, films, scripts, files. A download
goes to the virus scanner, where there is one, by another gate.
"""

from enum import StrEnum


class Plan(StrEnum):
    """How a response goes to who asked, where their text is read."""

    HOLD = "hold"  # until it is whole and was judged, or its beginning where it is long
    FOLLOW = "follow"  # part by part, each judged before it is let go
    UNREAD = "unread"  # it streams, and nobody reads it


PLANS = {
    "": Plan.HOLD,  # who does not say what it is may be a page: browsers look, so do we
    "text/html": Plan.HOLD,  # pages
    "application/xhtml+xml": Plan.HOLD,  # pages
    "text/plain": Plan.HOLD,  # pages without tags
    "text/markdown": Plan.HOLD,  # the same
    "text/csv": Plan.HOLD,  # the same
    "application/json": Plan.HOLD,  # what the scripts of a page show: posts, answers, chats
    "text/json": Plan.HOLD,  # the same by an old name
    "application/xml": Plan.HOLD,  # feeds
    "text/xml": Plan.HOLD,  # feeds
    "image/svg+xml": Plan.HOLD,  # a drawing can hold a page of text
    "text/event-stream": Plan.FOLLOW,  # answers of machines, which arrive word by word
    "application/x-ndjson": Plan.FOLLOW,  # the same, a JSON text a line
    "application/jsonl": Plan.FOLLOW,  # the same
    "application/stream+json": Plan.FOLLOW,  # the same
}
ENDINGS = {
    "+json": Plan.HOLD,  # JSON of a kind: linked data, feeds, problems
    "+xml": Plan.HOLD,  # RSS, Atom
}


STRICTEST_FIRST = (Plan.HOLD, Plan.FOLLOW, Plan.UNREAD)
SNIFFED = frozenset({"unknown/unknown", "application/unknown", "*/*"})  # browsers look what it is
NEVER_SHOWN = frozenset({"text/css", "text/javascript", "text/ecmascript", "text/vtt"})


def plan_of(content_type: str) -> Plan:
    """Return what is done with a response of this declared type, parameters and all.

    Where several are declared browsers may believe any of them: the strictest plan counts.
    """
    plans = {_plan_of(one) for one in content_type.split(",")}
    return next(one for one in STRICTEST_FIRST if one in plans)


def _plan_of(content_type: str) -> Plan:
    media = content_type.partition(";")[0].strip().lower()
    known = PLANS.get(media)
    if known is not None:
        return known
    if media in SNIFFED or "/" not in media:
        return Plan.HOLD  # it may be a page
    if media.startswith("text/") and media not in NEVER_SHOWN:
        return Plan.HOLD  # browsers show any text
    return next((plan for end, plan in ENDINGS.items() if media.endswith(end)), Plan.UNREAD)
