"""What a case is made of, as an export tells it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from safeguard.store.case_lists import Case


@dataclass(frozen=True, slots=True)
class CasePerson:
    """Whom the case is about. Without a name: no longer known."""

    id: str
    name: str
    group: str
    reference: str


@dataclass(frozen=True, slots=True)
class CaseConcern:
    """A concern that is or was in the case."""

    id: str
    subject_kind: str
    subject: str
    subject_name: str
    moved_from: str
    group: str
    family: str
    day: date
    themes: tuple[str, ...]
    severity: int
    confidence: str
    identity: str
    care: bool
    why: list[str]
    started_at: datetime
    last_at: datetime
    events: int
    count: int
    subjects: int
    standing: str
    put_in_at: datetime
    put_in_by: str
    taken_out_at: datetime | None
    taken_out_by: str


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """An event of the case's concerns. `readable` is false where this key does not open it."""

    id: str
    reference: str
    concerns: tuple[str, ...]
    at: datetime
    last: datetime
    count: int
    person: str
    device: str
    address: str
    group: str
    method: str
    confidence: str
    channel: str
    kind: str
    host: str
    hosts: tuple[str, ...]
    url: str
    words: str
    excerpt: str
    phrases: tuple[str, ...]
    category: str
    categories: tuple[str, ...]
    themes: tuple[str, ...]
    severity: int
    action: str
    flagged: bool
    reason: str
    rule: str
    list: str
    artefact: str
    policy_version: str
    readable: bool


@dataclass(frozen=True, slots=True)
class CaseVisit:
    """A visit or an event around a concern, as it was copied; `kept`: the digest it is kept under.

    The case's own events are not told again.
    """

    id: int
    concern: str
    at: datetime
    kept: str
    visit: dict[str, Any]
    readable: bool


@dataclass(frozen=True, slots=True)
class Written:
    """What a person wrote, concluded or handed over. `concern` is empty where of the case."""

    id: int
    concern: str
    at: datetime
    by: str
    what: str
    text: str
    until: datetime | None = None
    until_by: str = ""
    readable: bool = True


@dataclass(frozen=True, slots=True)
class CaseContent:
    """A case whole. `events_there` and `visits_there` say how many there are, told or not."""

    school: str
    case: Case
    opened_by: str
    owner: str
    people: tuple[CasePerson, ...]
    concerns: tuple[CaseConcern, ...]
    events: tuple[CaseEvent, ...]
    events_there: int
    visits: tuple[CaseVisit, ...]
    visits_there: int
    notes: tuple[Written, ...]
    outcomes: tuple[Written, ...]
    assignments: tuple[Written, ...]
    names: dict[str, str]
