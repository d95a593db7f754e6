"""Explain an answer of the engine: what others get, and when it will be another one."""

from collections.abc import Mapping
from dataclasses import replace
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
) -> Explanation:
    """Explain a verdict of that moment.

    Of what a sealed list decides nothing more is said. Of a site that merely carries something
    sealed, groups that are never decrypted get another answer than others: so where there are
    sealed lists they are asked one by one, whatever the site, and each question is kept.
    """
    policy = engine.snapshot.policy.at(at)
    above = policy.groups.lineage(subject.group)[1:]
    asked = target.url or target.host
    one = Explanation(asked, target.host, subject, above, at, verdict)
    if verdict.withheld:
        return one
    alone = policy.private_groups if engine.snapshot.sealing.lists.lists else frozenset[str]()
    others = [group for group in policy.groups.above if group != subject.group]
    change, until = next_change(engine, subject, target, at, verdict)
    return replace(
        one,
        elsewhere=alike(
            {one: engine.judge(Subject(one), target, policy) for one in others if one not in alone}
        ),
        unasked=tuple(one for one in others if one in alone),
        next=change,
        until=until,
        lines=lines,
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
