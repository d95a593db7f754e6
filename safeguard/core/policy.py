"""Policies: what is blocked or allowed, for whom, and what words need a person's eye."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from filter_rules.types import Finding, Kind, Severity
from safeguard.core.types import Action, Scope, Subject

FLAGGED_FROM = Severity.MEDIUM  # from here a theme deserves a person's eye, help-seeking excepted


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a rule is for. Nobody named means everyone."""

    groups: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()

    @property
    def scope(self) -> Scope:
        if self.people:
            return Scope.PERSON
        return Scope.GROUP if self.groups else Scope.EVERYONE

    def covers(self, subject: Subject) -> bool:
        if self.people:
            return subject.person in self.people
        return not self.groups or subject.group in self.groups


EVERYONE = Who()


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """These categories, for these people. `named`: staff put the very address on a list."""

    name: str
    action: Action
    categories: frozenset[str]
    who: Who = EVERYONE
    named: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TextRule:
    """These themes from this severity up, in these kinds of text. No theme named means any.

    `spares_help_seeking`: not where the same text asks for help, as a worried friend does.
    """

    name: str
    action: Action
    kinds: frozenset[Kind]
    severity: Severity
    themes: frozenset[str] = frozenset()
    who: Who = EVERYONE
    reason: str = ""
    spares_help_seeking: bool = False

    def speaks_of(self, finding: Finding, kind: Kind, *, help_sought: bool = False) -> bool:
        return (
            not finding.help_seeking
            and not (help_sought and self.spares_help_seeking)
            and kind in self.kinds
            and finding.severity >= self.severity
            and (not self.themes or finding.theme in self.themes)
        )


@dataclass(frozen=True)
class Policy:
    """The rules in force. What no rule applies to is allowed.

    `sealed` and `help` name categories: sealed ones are blocked before any rule is asked,
    help is reachable whatever the rules say. `sealed_missing`: a sealed list is not in force, and
    until it is, only help is let through. `monitored` names the groups whose words are
    read; for the others no text rule is asked and nothing is flagged. `private_categories`
    and `private_groups` are never decrypted, sealed hosts excepted.
    """

    rules: Sequence[PolicyRule]
    text_rules: Sequence[TextRule] = ()
    sealed: frozenset[str] = frozenset()
    help: frozenset[str] = frozenset()
    circumvention: frozenset[str] = frozenset()
    monitored: frozenset[str] = frozenset()
    private_categories: frozenset[str] = frozenset()
    private_groups: frozenset[str] = frozenset()
    version: str = ""
    sealed_missing: bool = False

    @cached_property
    def rules_about(self) -> Mapping[str, tuple[PolicyRule, ...]]:
        """The rules by category, so that a decision weighs only those that could apply."""
        about: dict[str, list[PolicyRule]] = {}
        for rule in self.rules:
            for category in sorted(rule.categories):
                about.setdefault(category, []).append(rule)
        return {category: tuple(rules) for category, rules in about.items()}
