"""Decide what happens to one target, for one subject.

This is the only place where a matched rule becomes an outcome. The proxy, the DNS filter,
the command line and the "why?" page all come here through the engine, so what staff are
told is what was done.

Sealed content is blocked first: no rule is asked, so none can lift it. Then help is let
through, so no category can block it. Where a sealed list is missing nothing else is let
through, if the school has set so. Then the rules about the address go through ROUNDS,
in order: a rule that a round drops has lost, and the round's name is the reason; what is
left agrees, and is the verdict. Words are judged beside the address, by the same rounds:
to allow a site is not to look away from it. What lists say of the networks that a host leads
to can block it, and never opens it. Each case is in tests/tables/precedence.toml.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from filter_rules.sealed import UNSEEN, WITHHELD
from filter_rules.types import Finding, Hit, Kind
from safeguard.core.policy import FLAGGED_FROM, Policy, PolicyRule, TextRule
from safeguard.core.types import Action, Considered, Reason, Scope, Subject, Verdict


class Weighed(NamedTuple):
    """A rule that applies, and the hit or finding it applies to."""

    rule: PolicyRule | TextRule
    about: Hit | Finding
    scope: Scope
    named: bool

    @property
    def subject_matter(self) -> str:
        return self.about.category if isinstance(self.about, Hit) else self.about.theme

    @property
    def exactness(self) -> int:
        """How exactly staff named this address, in characters; 0 where they did not."""
        return len(self.about.entry) if self.named and isinstance(self.about, Hit) else 0


type Round = Callable[[Sequence[Weighed]], Sequence[Weighed]]


def named_if_any(standing: Sequence[Weighed]) -> Sequence[Weighed]:
    return [one for one in standing if one.named] or standing


def fewest_people(standing: Sequence[Weighed]) -> Sequence[Weighed]:
    best = {one.subject_matter: one.scope for one in sorted(standing, key=lambda each: each.scope)}
    if any(one.named for one in standing):  # named entries are each a category of their own
        top = max(best.values())
        return [one for one in standing if one.scope == top]
    return [one for one in standing if one.scope == best[one.subject_matter]]


def most_exact(standing: Sequence[Weighed]) -> Sequence[Weighed]:
    longest = max(one.exactness for one in standing)
    return [one for one in standing if one.exactness == longest]


def strictest(standing: Sequence[Weighed]) -> Sequence[Weighed]:
    return [one for one in standing if one.rule.action is Action.BLOCK] or standing


ROUNDS: tuple[tuple[str, Round], ...] = (
    ("staff named this very address", named_if_any),
    ("a rule for fewer people applies", fewest_people),
    ("staff named a more exact address", most_exact),
    ("a stricter rule applies", strictest),
)


def decide(
    subject: Subject,
    hits: Sequence[Hit],
    findings: Sequence[Finding],
    kind: Kind | None,
    policy: Policy,
    led_to: Sequence[Hit] = (),
) -> Verdict:
    """Return the verdict, with every rule that was weighed and why it lost."""
    settled = _before_any_rule(hits, led_to, policy)
    if settled:
        return settled
    heard = tuple(findings) if subject.group in policy.monitored else ()
    # Staff name a site, not the networks it happens to lead to.
    led = [one._replace(named=False) for one in _about_address(subject, led_to, policy)]
    address, address_lost = _eliminate([*_about_address(subject, hits, policy), *led])
    hits = (*hits, *led_to)
    words, words_lost = _eliminate(_about_words(subject, heard, kind, policy))
    decisive, reason = _outcome(address, words)
    action = decisive[0].rule.action if decisive else Action.ALLOW
    losing = [one for one in (*address, *words) if one not in decisive]
    return Verdict(
        action,
        reason,
        flagged=_flagged(heard, hits, action, subject, policy),
        rule=decisive[0].rule.name if decisive else "",
        hits=hits,
        findings=heard,
        considered=(
            *(_considered(one) for one in decisive),
            *(_considered(one, ROUNDS[-1][0]) for one in losing),
            *reversed([*address_lost, *words_lost]),
        ),
    )


def _before_any_rule(hits: Sequence[Hit], led_to: Sequence[Hit], policy: Policy) -> Verdict | None:
    """What no rule has a say in. Nobody is told of a page that was not seen: it may be harmless."""
    sealed = tuple(
        replace(hit, entry=WITHHELD) for hit in (*hits, *led_to) if hit.category in policy.sealed
    )
    if sealed:
        return Verdict(Action.BLOCK, Reason.SEALED, flagged=True, hits=sealed)
    if any(hit.category == UNSEEN for hit in hits):
        return Verdict(Action.BLOCK, Reason.UNSEEN)
    helping = tuple(hit for hit in hits if hit.category in policy.help)
    if helping:
        return Verdict(Action.ALLOW, Reason.HELP, hits=helping)
    if policy.sealed_missing:
        return Verdict(Action.BLOCK, Reason.SEALED_MISSING)
    return None


def _about_address(subject: Subject, hits: Sequence[Hit], policy: Policy) -> list[Weighed]:
    return [
        Weighed(rule, hit, rule.who.scope, rule.named)
        for hit in hits
        for rule in policy.rules_about.get(hit.category, ())
        if rule.who.covers(subject)
    ]


def _about_words(
    subject: Subject, findings: Sequence[Finding], kind: Kind | None, policy: Policy
) -> list[Weighed]:
    if kind is None:
        return []
    help_sought = any(finding.help_seeking for finding in findings)
    return [
        Weighed(rule, finding, rule.who.scope, named=False)
        for finding in findings
        for rule in policy.text_rules
        if rule.speaks_of(finding, kind, help_sought=help_sought) and rule.who.covers(subject)
    ]


def _eliminate(standing: Sequence[Weighed]) -> tuple[Sequence[Weighed], list[Considered]]:
    lost: list[Considered] = []
    for because, keep in ROUNDS if standing else ():
        kept = keep(standing)
        lost += [_considered(one, because) for one in standing if one not in kept]
        standing = kept
    return standing, lost


def _outcome(
    address: Sequence[Weighed], words: Sequence[Weighed]
) -> tuple[Sequence[Weighed], Reason]:
    """Of the two judgements the stricter stands; where they agree, the address speaks."""
    for side, reason in ((address, Reason.RULE), (words, Reason.WORDS)):
        if side and side[0].rule.action is Action.BLOCK:
            return side, reason
    if address:
        return address, Reason.RULE
    return words, Reason.WORDS if words else Reason.DEFAULT


def _flagged(
    findings: Sequence[Finding],
    hits: Sequence[Hit],
    action: Action,
    subject: Subject,
    policy: Policy,
) -> bool:
    worrying = (one.severity >= FLAGGED_FROM and not one.help_seeking for one in findings)
    evading = (
        action is Action.BLOCK
        and subject.group in policy.monitored
        and hit.category in policy.circumvention
        for hit in hits
    )
    return any(chain(worrying, evading))


def _considered(one: Weighed, lost_because: str = "") -> Considered:
    return Considered(one.rule.name, one.rule.action, one.scope, one.about, lost_because)
