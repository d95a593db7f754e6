"""Event -> ConcernEvent: what concerns are made of, or None where nobody needs to look."""

from collections.abc import Mapping, Sequence

from filter_rules.types import Severity
from safeguard.core.concern_rules import EVASION, HELP, SIGNS, UNLAWFUL, ConcernRules
from safeguard.core.concerns import ConcernEvent, Known, ThemeSeen, Who
from safeguard.core.events import Event
from safeguard.core.types import Reason


def concern_event_of(
    event: Event,
    rules: ConcernRules,
    *,
    page: str = "",
    place: str = "",
    scores: Mapping[str, float] | None = None,
    says: Sequence[str] = (),
) -> ConcernEvent | None:
    """Return a flagged event as concerns see it.

    `page` is a keyed digest of its address or words, `place` the class the pupil was in, `scores`
    what each theme scored, and `says` what its phrases say: what is not known is left out.
    """
    themes = _themes(event, scores or {}) if event.flagged else ()
    if not themes:
        return None
    return ConcernEvent(
        id=event.id,
        at=event.at,
        who=_who(event),
        themes=themes,
        kind=event.kind,
        host=event.host,
        page=page,
        group=event.group,
        place=place,
        action=event.action,
        help_seeking=any(rules.family_of.get(one.theme) == HELP for one in themes),
        signs=tuple(sorted({SIGNS[one] for one in says if one in SIGNS})),
        phrases=event.private.phrases,
    )


def _who(event: Event) -> Who:
    if event.person:
        return Who(event.school_id, Known.PERSON, event.person)
    if event.device:
        return Who(event.school_id, Known.DEVICE, event.device)
    return Who(event.school_id, Known.ADDRESS, event.address)


def _themes(event: Event, scores: Mapping[str, float]) -> tuple[ThemeSeen, ...]:
    """Return the themes; of an address that needs a person's eye by itself, one that says so."""
    if event.reason is Reason.SEALED:
        return (ThemeSeen(UNLAWFUL, Severity.HIGH),)
    found = tuple(
        ThemeSeen(theme, severity, scores.get(theme, 0.0))
        for theme, severity in event.themes
        if severity > Severity.NONE
    )
    return found or (ThemeSeen(EVASION, Severity.LOW),)
