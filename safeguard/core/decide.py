"""Decide what happens to one target, for one subject.

This is the only place where a matched rule becomes an outcome. The proxy, the DNS filter,
the command line and the "why?" page all come here through the engine, so what staff are
told is what was done.

Sealed content is blocked first: no rule is asked, so none can lift it. Then help is let
through, so no category can block it. Where a sealed list is missing nothing else is let
through, if the school has set so. Then the rules about the address that are in force go
through ROUNDS, in order: a rule that a round drops has lost, and the round's name is the
reason; what is left agrees, and is the verdict. From strict to lax a rule blocks, warns (blocks,
with a way on), monitors (allows, and it is kept) or allows. Words are judged beside the address, by the
same rounds: to allow a site is not to look away from it. What lists say of the networks that
a host leads to can block it, and never opens it. Each case is in tests/tables/precedence.toml.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import repeat

from filter_rules.sealed import UNSEEN, WITHHELD
from filter_rules.types import Finding, Hit, Kind
from safeguard.core.facts import TYPED
from safeguard.core.policy import FLAGGED_FROM, Circles, Policy
from safeguard.core.rules import PolicyRule, TextRule
from safeguard.core.stands import Stands
from safeguard.core.trace import Dropped, Trace, Weighed
from safeguard.core.types import Action, Manner, Reason, Subject, Verdict

type Round = Callable[[Sequence[Weighed]], Sequence[Weighed]]


def not_lifted(standing: Sequence[Weighed]) -> Sequence[Weighed]:
    """An override stands for what is about its category, or all of its site, within the ceiling.

    What opens already stays: an override opens more, closes nothing, and does not look away.
    """
    lifting = [stand for stand, _ in standing if stand.lifts]
    if not lifting:
        return standing
    site = any(stand.lifts_site for stand in lifting)
    lifted = frozenset[str]().union(*(stand.lifts for stand in lifting))
    return [
        one
        for one in standing
        if one[0].firm or not one[0].blocks or not (site or one[0].matter in lifted)
    ]


def named_if_any(standing: Sequence[Weighed]) -> Sequence[Weighed]:
    return [one for one in standing if one[0].named] or standing


def fewest_people(standing: Sequence[Weighed]) -> Sequence[Weighed]:
    if standing[0][0].named:  # named entries are each a category of their own, and stand alone
        top = max([stand.rank for stand, _ in standing])
        return [one for one in standing if one[0].rank == top]
    best = dict.fromkeys([stand.matter for stand, _ in standing], -1)
    if len(best) == 1:  # as for most sites: nothing to look up
        top = max([stand.rank for stand, _ in standing])
        return [one for one in standing if one[0].rank == top]
    for stand, _ in standing:
        best[stand.matter] = max(best[stand.matter], stand.rank)
    return [one for one in standing if one[0].rank == best[one[0].matter]]


def most_exact(standing: Sequence[Weighed]) -> Sequence[Weighed]:
    if not standing[0][0].named:
        return standing
    longest = max(_exactness(about) for _, about in standing)
    return [one for one in standing if _exactness(one[1]) == longest]


def strictest(standing: Sequence[Weighed]) -> Sequence[Weighed]:
    most = max([stand.strictness for stand, _ in standing])
    return [one for one in standing if one[0].strictness == most]


ROUNDS: tuple[tuple[str, Round], ...] = (
    ("an override is in force", not_lifted),
    ("staff named this very address", named_if_any),
    ("a rule for fewer people applies", fewest_people),
    ("staff named a more exact address", most_exact),
    ("a stricter rule applies", strictest),
)
WITHOUT_OVERRIDES = ROUNDS[1:]


def decide(
    subject: Subject,
    hits: Sequence[Hit],
    findings: Sequence[Finding],
    kind: Kind | None,
    policy: Policy,
    led_to: Sequence[Hit] = (),
) -> Verdict:
    """Return the verdict, with every rule that was weighed and why it lost."""
    matched = (*hits, *led_to)
    if settled := _before_any_rule(hits, matched, policy):
        return settled
    read = policy.reads_words_of(subject)
    heard = tuple(findings) if read else ()
    in_force, at_rest = policy.stands
    circles = policy.circles_of(subject)
    rounds = ROUNDS if policy.has_overrides else WITHOUT_OVERRIDES
    address, dropped = _eliminate(_about_address(circles, hits, led_to, policy, in_force), rounds)
    words, words_dropped = _eliminate(_about_words(circles, heard, kind, in_force), rounds)
    decisive, losing, reason = _outcome(address, words)
    rule = decisive[0][0].rule if decisive else None
    action = rule.action if rule else Action.ALLOW
    resting = [
        *_about_address(circles, hits, led_to, policy, at_rest),
        *_about_words(circles, heard, kind, at_rest),
    ]
    if heard:  # but what rules alone look for is no theme of ours
        heard = tuple(one for one in heard if not one.theme.startswith(TYPED))
    verdict = Verdict(
        action,
        reason,
        flagged=_is_worrying(heard)
        or (read and action is Action.BLOCK and _is_evading(matched, policy)),
        rule=rule.name if rule else "",
        hits=matched,
        findings=heard,
        considered=Trace(decisive, losing, ROUNDS[-1][0], (*dropped, *words_dropped), resting),
        manner=_manner(rule, matched, subject, policy) if rule and rule.manner else Manner.PLAIN,
    )
    if policy.monitor_only and verdict.blocked and policy.is_only_monitored(subject):
        return _only_kept(verdict, matched, subject, policy)
    return verdict


def _only_kept(
    verdict: Verdict, matched: Sequence[Hit], subject: Subject, policy: Policy
) -> Verdict:
    """What rules block, in a group that is only monitored: let through, and kept."""
    private = _is_private(matched, subject, policy)
    manner = Manner.PLAIN if private else Manner.MONITOR
    return replace(verdict, action=Action.ALLOW, reason=Reason.MONITORED, manner=manner)


def _before_any_rule(hits: Sequence[Hit], matched: Sequence[Hit], policy: Policy) -> Verdict | None:
    """What no rule has a say in. Nobody is told of a page that was not seen: it may be harmless."""
    categories = [hit.category for hit in matched]
    if not policy.sealed.isdisjoint(categories):
        sealed = tuple(
            replace(hit, entry=WITHHELD) for hit in matched if hit.category in policy.sealed
        )
        return Verdict(Action.BLOCK, Reason.SEALED, flagged=True, hits=sealed)
    if UNSEEN in categories:
        return Verdict(Action.BLOCK, Reason.UNSEEN)
    if helping := tuple([hit for hit in hits if hit.category in policy.help]):
        return Verdict(Action.ALLOW, Reason.HELP, hits=helping)
    if policy.sealed_missing:
        return Verdict(Action.BLOCK, Reason.SEALED_MISSING)
    return None


def _about_address(
    circles: Circles, hits: Sequence[Hit], led_to: Sequence[Hit], policy: Policy, stands: Stands
) -> list[Weighed]:
    weighed = _about_hits(circles, hits, policy, stands)
    if led_to:  # staff name a site, not the networks it happens to lead to
        weighed += [
            (stand._replace(named=False, lifts_site=False), hit)
            for stand, hit in _about_hits(circles, led_to, policy, stands)
        ]
    return weighed


def _about_hits(
    circles: Circles, hits: Sequence[Hit], policy: Policy, stands: Stands
) -> list[Weighed]:
    weighed: list[Weighed] = []
    for hit in hits:
        if found := stands.about.get(hit.category):
            weighed += zip(found.of(*circles), repeat(hit))
        if on_list := stands.on_list.get(hit.list):
            firm = hit.category in policy.beyond_overrides
            weighed += [
                (stand._replace(matter=hit.category, firm=firm), hit)
                for stand in on_list.of(*circles)
                if hit.category not in stand.rule.categories  # for that it was weighed above
            ]
    return weighed


def _about_words(
    circles: Circles, findings: Sequence[Finding], kind: Kind | None, stands: Stands
) -> list[Weighed]:
    if kind is None or not findings:
        return []
    help_sought = any(finding.help_seeking for finding in findings)
    return [
        (stand._replace(matter=finding.theme), finding)
        for finding in findings
        for stand in stands.texts.of(*circles)
        if stand.rule.speaks_of(finding, kind, help_sought=help_sought)
    ]


def _eliminate(
    standing: Sequence[Weighed], rounds: Sequence[tuple[str, Round]]
) -> tuple[Sequence[Weighed], list[Dropped]]:
    dropped: list[Dropped] = []
    for because, keep in rounds if standing else ():
        kept = keep(standing)
        if len(kept) < len(standing):
            dropped.append(Dropped(because, standing, kept))
            standing = kept
    return standing, dropped


def _outcome(
    address: Sequence[Weighed], words: Sequence[Weighed]
) -> tuple[Sequence[Weighed], Sequence[Weighed], Reason]:
    """Of the two judgements the stricter stands; where they agree, the address speaks."""
    if address and (not words or address[0][0].strictness >= words[0][0].strictness):
        return address, words, Reason.RULE
    return words, address, Reason.WORDS if words else Reason.DEFAULT


def _manner(
    rule: PolicyRule | TextRule, hits: Sequence[Hit], subject: Subject, policy: Policy
) -> Manner:
    """As the rule says; but nobody is watched where the policy never looks."""
    watched = rule.manner is Manner.MONITOR
    return Manner.PLAIN if watched and _is_private(hits, subject, policy) else rule.manner


def _is_private(hits: Sequence[Hit], subject: Subject, policy: Policy) -> bool:
    return subject.group in policy.private_groups or any(
        hit.category in policy.private_categories for hit in hits
    )


def _exactness(about: Hit | Finding) -> int:
    """How exactly staff named this address, in characters."""
    return len(about.entry) if isinstance(about, Hit) else 0


def _is_worrying(findings: Sequence[Finding]) -> bool:
    return any(one.severity >= FLAGGED_FROM and not one.help_seeking for one in findings)


def _is_evading(hits: Sequence[Hit], policy: Policy) -> bool:
    return any(hit.category in policy.circumvention for hit in hits)
