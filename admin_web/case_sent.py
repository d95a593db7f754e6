"""What a form of a case's page sends, read: the version that was seen, a day, what is not right."""

from datetime import UTC, date, datetime, time, timedelta

from werkzeug.datastructures import MultiDict

from admin_web.accounts import me
from admin_web.case_view import number
from admin_web.fields import first_moment
from admin_web.site import here
from safeguard.store.case_changes import Act
from safeguard.store.case_lists import Case

type Sent = MultiDict[str, str]


class WrongFieldError(Exception):
    """A field of a form is not right: which, and the sentence."""

    def __init__(self, field: str, says: str) -> None:
        super().__init__(says)
        self.field = field


def act_on(case: Case, sent: Sent) -> Act:
    """That who is signed in changes the case now, as they saw it."""
    return Act(case.id, number(sent.get("version")), me().id, here().clock())


def day(sent: Sent, name: str, *, needed: bool = False) -> datetime | None:
    """Return the first moment of a day that was typed; none where there is none."""
    text = sent.get(name, "").strip()
    if not text and not needed:
        return None
    try:
        chosen = date.fromisoformat(text)
    except ValueError:
        raise WrongFieldError(name, "Give a day, such as 3 December 2026.") from None
    today = datetime.combine(here().clock().date(), time(), UTC)
    moment = first_moment(chosen, here().zone)
    if moment is None or not today - timedelta(days=366) < moment < today + timedelta(days=3660):
        raise WrongFieldError(name, "Give a day of the next ten years.")
    return moment
