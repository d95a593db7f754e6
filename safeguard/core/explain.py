"""Say a verdict in words and as the record of the contract. Renders the trace; decides nothing."""

from typing import Any

from filter_rules.sealed import TERRORISM, WITHHELD
from filter_rules.types import Finding, Hit, Match, Part
from safeguard.core import facts
from safeguard.core.types import Considered, Reason, Verdict


def sentences(verdict: Verdict) -> list[str]:
    """One sentence for the outcome, then one for each rule that was weighed."""
    flag = " and a person should know" if verdict.flagged else ""
    first = f"{verdict.word.capitalize()}{flag}: {because(verdict)}."
    return [first, *(_weighed(one) for one in verdict.considered)]


def because(verdict: Verdict) -> str:
    """Why, as staff are told: of sealed lists, which kind of unlawful content."""
    if verdict.reason is Reason.SEALED and verdict.categories == (TERRORISM,):
        return "unlawful terrorist content, which no rule can allow"
    return verdict.reason.value


def as_record(url: str, host: str, verdict: Verdict) -> dict[str, Any]:
    """The JSON of `safeguard check --json`, one object a target."""
    return {
        "url": shown(url, verdict),
        "host": shown(host, verdict),
        "action": verdict.action.value,
        "manner": verdict.manner.value,
        "flagged": verdict.flagged,
        "categories": list(verdict.categories),
        "reason": verdict.reason.value,
        "rule": verdict.rule,
        "severity": verdict.severity.word,
        "themes": [finding_record(one) for one in verdict.findings],
        "trace": [_considered_record(one) for one in verdict.considered],
        "policy": verdict.policy_version,
        "artefact": verdict.artefact,
    }


def shown(address: str, verdict: Verdict) -> str:
    """The address as it may be shown: what is asked about a sealed list is kept nowhere."""
    return WITHHELD if verdict.withheld else address


def finding_record(finding: Finding) -> dict[str, Any]:
    """The JSON of one theme, as it is kept."""
    return {
        "theme": finding.theme,
        "severity": finding.severity.word,
        "score": round(finding.score, 2),
        "matches": [{"phrase": one.phrase, "quote": one.quote} for one in finding.matches],
    }


def finding_in_full(finding: Finding) -> dict[str, Any]:
    """The JSON of one theme with all that was weighed, as `safeguard scan --json` prints it."""
    return finding_record(finding) | {
        "floor": finding.floor.word,
        "cut": finding.cut,
        "seconded": list(finding.seconded),
        "doubted": finding.doubted,
        "matches": [_match_record(one) for one in finding.matches],
    }


def _match_record(one: Match) -> dict[str, Any]:
    return {
        "phrase": one.phrase,
        "quote": one.quote,
        "says": one.says,
        "weight": round(one.weight, 2),
        "full": round(one.full, 2),
        "beside": [{"effect": it.effect.value, "quote": it.quote} for it in one.beside],
        "capped": one.capped,
        "sentence": one.sentence,
        "language": one.language,
    }


def about(hit_or_finding: Hit | Finding) -> str:
    """What a rule was weighed for, in words: a list's entry, or a theme."""
    if isinstance(hit_or_finding, Hit):
        one = hit_or_finding
        if one.list == facts.LIST:
            return facts.said(one.category)
        entry = f"the network {one.entry}" if one.part is Part.NETWORK else one.entry
        return f"{entry} in the list {one.list} ({one.category})"
    if hit_or_finding.theme.startswith(facts.TYPED):
        return facts.said(hit_or_finding.theme)
    return f"the theme {hit_or_finding.theme} ({hit_or_finding.severity.word})"


def _weighed(one: Considered) -> str:
    fate = f"lost, because {one.lost_because}" if one.lost_because else "decisive"
    return f"“{one.rule}” would {one.would}, for {about(one.about)}: {fate}."


def _considered_record(one: Considered) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "action": one.action.value,
        "scope": one.scope.name.lower(),
        "about": about(one.about),
        "lost_because": one.lost_because,
    }
