"""All that can be said of one question: who asks, what matched, which rules, and who else gets what.

The command line, the API and the page “Why?” tell the same Explanation, each in its own form.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from filter_rules.types import Hit
from safeguard.core.explain import about, as_record, because, sentences
from safeguard.core.identifying import confidence
from safeguard.core.types import Action, Subject, Verdict

SURE = {"sure": "surely", "likely": "likely"}
FOUND = {
    "none": "nothing is known of the address",
    "named": "named in the question",
    "network": "by the network, which stands for a group",
    "device": "by the device at the address",
}


@dataclass(frozen=True, slots=True)
class Alike:
    """Groups that get the same answer to the same question."""

    groups: tuple[str, ...]
    action: Action
    flagged: bool
    rule: str
    because: str

    @property
    def answer(self) -> str:
        """What they get, and why."""
        why = f"by “{self.rule}”" if self.rule else f"because {self.because}"
        flag = ", and a person would know" if self.flagged else ""
        return f"{'blocked' if self.action is Action.BLOCK else 'allowed'} {why}{flag}"


@dataclass(frozen=True, slots=True)
class Change:
    """When the answer will next be another one by itself, and which."""

    at: datetime
    then: Alike


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer as of a moment, and what leads to it.

    `above`: the groups that the subject's group is in, the nearest first. `lines`: where the
    entries that matched stand in the files of their lists, as far as that is known. `until`:
    how far was looked for the next change. `unasked`: groups that must be asked for alone.
    What a sealed list decides is `withheld`, and nothing is said of other groups.
    """

    address: str
    host: str
    subject: Subject
    above: tuple[str, ...]
    at: datetime
    verdict: Verdict
    elsewhere: tuple[Alike, ...] = ()
    unasked: tuple[str, ...] = ()
    next: Change | None = None
    until: datetime | None = None
    lines: Mapping[Hit, int] = field(default_factory=dict)

    @property
    def withheld(self) -> bool:
        return self.verdict.withheld

    @property
    def sureness(self) -> str:
        return confidence(self.subject)


def alike(verdicts: Mapping[str, Verdict]) -> tuple[Alike, ...]:
    """Put the groups together that get the same answer, in the order given."""
    found: dict[Alike, list[str]] = {}
    for group, verdict in verdicts.items():
        found.setdefault(answer_of(verdict), []).append(group)
    return tuple(
        Alike(tuple(groups), one.action, one.flagged, one.rule, one.because)
        for one, groups in found.items()
    )


def answer_of(verdict: Verdict) -> Alike:
    """The answer, of no group yet."""
    return Alike((), verdict.action, verdict.flagged, verdict.rule, because(verdict))


def in_full(one: Explanation, zone: tzinfo) -> list[str]:
    """Every sentence of it, the moments by the school's clocks."""
    return [
        *sentences(one.verdict),
        *_who(one),
        *_matched(one),
        *_elsewhere(one),
        *_when(one, zone),
    ]


def record_of(one: Explanation) -> dict[str, Any]:
    """The JSON of `safeguard check --json --explain`: what it says without, and more."""
    verdict = one.verdict
    return as_record(one.address, one.host, verdict) | {
        "at": one.at.isoformat(),
        "who": {
            "group": one.subject.group,
            "above": list(one.above),
            "person": one.subject.person,
            "device": one.subject.device,
            "method": one.subject.method,
            "sureness": one.sureness,
        },
        "matched": [_hit_record(hit, one) for hit in verdict.hits],
        "elsewhere": [{"groups": list(some.groups)} | _answer(some) for some in one.elsewhere],
        "unasked": list(one.unasked),
        "next": None
        if one.next is None
        else {"at": one.next.at.isoformat()} | _answer(one.next.then),
    }


def _hit_record(hit: Hit, one: Explanation) -> dict[str, Any]:
    return {
        "category": hit.category,
        "list": hit.list,
        "entry": hit.entry,
        "part": hit.part.value,
        "line": one.lines.get(hit),
    }


def _answer(one: Alike) -> dict[str, Any]:
    return {
        "action": one.action.value,
        "flagged": one.flagged,
        "rule": one.rule,
        "reason": one.because,
    }


def _who(one: Explanation) -> Iterator[str]:
    above = f", which is in {', in '.join(one.above)}" if one.above else ""
    sure = SURE.get(one.sureness)
    person = f", {sure} one person" if sure else ""
    how = FOUND.get(one.subject.method, f"by {one.subject.method}")
    yield f"Who asks: the group {one.subject.group}{above}{person} ({how})."


def _matched(one: Explanation) -> Iterator[str]:
    for hit in dict.fromkeys(one.verdict.hits):
        line = one.lines.get(hit)
        yield f"Matched: {about(hit)}{f', line {line}' if line else ''}."


def _elsewhere(one: Explanation) -> Iterator[str]:
    for some in one.elsewhere:
        yield f"For {', '.join(some.groups)}: {some.answer}."
    if one.unasked:
        yield f"Not asked for {', '.join(one.unasked)}, who are never decrypted: ask for them alone."


def _when(one: Explanation, zone: tzinfo) -> Iterator[str]:
    verdict = one.verdict
    yield (
        f"As of {_moment(one.at, zone)}, by policy {verdict.policy_version or '–'} "
        f"and lists {verdict.artefact[:12] or '–'}."
    )
    if one.next is not None:
        yield f"From {_moment(one.next.at, zone)} on it is {one.next.then.answer}."
    elif one.until is not None:
        yield f"By itself the answer stays so until {_moment(one.until, zone)} at least."


def _moment(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
