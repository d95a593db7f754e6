"""Explain an answer of the engine: what others get, and when it will be another one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import islice

from filter_rules.types import Hit
from safeguard.core.edges import edges_between
from safeguard.core.explanations import Change, Explanation, alike, answer_of
from safeguard.core.types import Subject, Target, Verdict
from safeguard.engine import Engine

AHEAD = timedelta(days=7)
MOST_EDGES = 200


def explained(
    engine: Engine,
    subject: Subject,
    target: Target,
    at: datetime,
    verdict: Verdict,
    lines: Mapping[Hit, int],
) -> tuple[Explanation, Verdict | None]:
    """Explain a verdict of that moment, and return one of another group that is withheld, if any.

    Of what a sealed list decides nothing more is said: it is the same for everyone.
    """
    policy = engine.snapshot.policy.at(at)
    above = policy.groups.lineage(subject.group)[1:]
    asked = target.url or target.host
    if verdict.withheld:
        one = Explanation(asked, target.host, subject, above, at, verdict, withheld=True)
        return one, None
    others = {
        group: engine.judge(Subject(group), target, policy)
        for group in policy.groups.above
        if group != subject.group
    }
    hidden = next((one for one in others.values() if one.withheld), None)
    change, until = next_change(engine, subject, target, at, verdict)
    return (
        Explanation(
            asked,
            target.host,
            subject,
            above,
            at,
            verdict,
            alike(others),
            change,
            until,
            lines,
            hidden is not None,
        ),
        hidden,
    )


def next_change(
    engine: Engine, subject: Subject, target: Target, at: datetime, verdict: Verdict
) -> tuple[Change | None, datetime]:
    """Return when the answer is another one next, within a week; and how far was looked."""
    now = answer_of(verdict)
    policy = engine.snapshot.policy
    edges = list(islice(edges_between(policy, at, at + AHEAD), MOST_EDGES))
    for edge in edges:
        then = answer_of(engine.judge(subject, target, policy.at(edge)))
        if (then.action, then.flagged) != (now.action, now.flagged):
            return Change(edge, then), edge
    return None, edges[-1] if len(edges) == MOST_EDGES else at + AHEAD
