"""What a draft of the policy changes against the one in force, in words that a teacher reads.

Rules are told from one another by their names; their order says nothing, so it is not told. What
is written in a part or a field that is not known here is told as it stands: nothing is left out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from safeguard.core.policy_words import (
    Table,
    in_words,
    listed,
    mode_in_words,
    override_in_words,
    policy_rule_in_words,
    said_of,
    text_in_words,
    whom,
)

RULES = {
    "rule": "rule",
    "text": "rule about words",
    "mode": "rule about modes",
    "override": "override",
}
LISTS = {
    ("words", "monitored"): "Whose words are read",
    ("always", "sealed"): "What is blocked before every rule",
    ("always", "help"): "What is open to everyone, whatever the rules say",
    ("always", "circumvention"): "What is told to a person as a way around the filter",
    ("inspection", "never_categories"): "What is never decrypted",
    ("inspection", "never_groups"): "Whose traffic is never decrypted",
    ("overrides", "never"): "What no override lifts",
    ("overrides", "longest_minutes"): "How many minutes an override lasts at most",
    ("overrides", "most_groups"): "For how many groups at once an override is at most",
    ("overrides", "most_people"): "For how many people at once an override is at most",
    ("changes", "second_person"): "Whether a second person agrees to what weakens the policy",
}
NOT_TOLD = {"version"}
FIELDS = {
    "categories": "is about",
    "lists": "is about the lists",
    "kinds": "is about text of the kind",
    "themes": "is about the themes",
    "groups": "is for",
    "people": "is for these people:",
    "rooms": "is for who is in",
    "networks": "is for who asks from",
}


def said(before: Table, after: Table) -> list[str]:
    """Return a sentence for each thing that is changed; none where both say the same."""
    parts = [one for one in {**before, **after} if one not in NOT_TOLD]
    return [sentence for part in parts for sentence in _part(part, before, after)]


def _part(part: str, before: Table, after: Table) -> Iterator[str]:
    if part in RULES:
        yield from _Rules(part, before, after).changes()
        return
    old, new = before.get(part, {}), after.get(part, {})
    if old == new:
        return
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        yield f"“{part}” is now {in_words(new)}, and was {in_words(old)}."
        return
    for key in {**old, **new}:
        yield from _key(part, key, old.get(key), new.get(key))


def _key(part: str, key: str, old: Any, new: Any) -> Iterator[str]:
    """What is changed of one thing that a part names."""
    if _same(old, new):
        return
    match part:
        case "groups" if new is None:
            yield f"The group {key} is gone."
        case "groups":
            yield from _group(key, old, new)
        case "schedule":
            yield from _schedule(key, old, new)
        case _:
            name = LISTS.get((part, key), f"{key} in [{part}]")
            yield from _listed(name, old, new)


def _listed(name: str, old: Any, new: Any) -> Iterator[str]:
    if not _are_lists(old, new):
        yield f"{name} is now {in_words(new)}, and was {in_words(old)}."
        return
    more, less = _more_and_less(old or [], new or [])
    if more:
        yield f"{name}: now also {listed(more)}."
    if less:
        yield f"{name}: no longer {listed(less)}."


def _group(name: str, old: Any, new: Any) -> Iterator[str]:
    was, becomes = (_as_table(one) for one in (old, new))
    if old is None:
        yield f"The group {name} is new."
    elif was.get("in", "") != becomes.get("in", ""):
        yield (
            f"The group {name} is moved from {was.get('in') or 'the school'} "
            f"to {becomes.get('in') or 'the school'}."
        )
    if old is not None and was.get("who") != becomes.get("who"):
        yield f"The group {name} is now described so: {becomes.get('who', '')}"
    settings = was.get("settings", {}), becomes.get("settings", {})
    for key in {**settings[0], **settings[1]}:
        if not _same(settings[0].get(key), settings[1].get(key)):
            yield (
                f"For the group {name}, “{key.replace('_', ' ')}” is now "
                f"{in_words(settings[1].get(key))}, and was {in_words(settings[0].get(key))}."
            )
    yield from _listed(f"What the group {name} locks", was.get("locks"), becomes.get("locks"))
    for key in {**was, **becomes}.keys() - {"in", "who", "settings", "locks"}:
        if not _same(was.get(key), becomes.get(key)):
            yield f"For the group {name}, “{key}” is now {in_words(becomes.get(key))}."


def _as_table(one: Any) -> Table:
    if one is None:
        return {}
    return one if isinstance(one, Mapping) else {"who": one}


def _schedule(name: str, old: Any, new: Any) -> Iterator[str]:
    if old is None:
        yield f"The schedule “{name}” is new: {said_of(new)}."
    elif new is None:
        yield f"The schedule “{name}” is gone."
    else:
        yield f"The schedule “{name}” is now {said_of(new)}; it was {said_of(old)}."


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules of one kind, before and after."""

    part: str
    before: Table
    after: Table

    def changes(self) -> Iterator[str]:
        old, new = _by_name(self.before, self.part), _by_name(self.after, self.part)
        gone = {name: one for name, one in old.items() if name not in new}
        for name, one in new.items():
            if name in old:
                yield from self._changed(name, old[name], one)
                continue
            called = next(
                (was for was, rule in gone.items() if _but_name(rule) == _but_name(one)), ""
            )
            if called:
                del gone[called]
                yield f"The {RULES[self.part]} “{called}” is now called “{name}”."
            else:
                yield f"New: {self._sentence(one, self.after)} (The {RULES[self.part]} “{name}”.)"
        for name, one in gone.items():
            yield f"No longer: {self._sentence(one, self.before)} (The {RULES[self.part]} “{name}”.)"

    def _sentence(self, rule: Table, tables: Table) -> str:
        return rule_in_words(self.part, rule, tables)

    def _changed(self, name: str, old: Table, new: Table) -> Iterator[str]:
        the = f"The {RULES[self.part]} “{name}”"
        for key in {**old, **new}:
            if not _same(old.get(key), new.get(key)):
                yield from _field(the, key, old.get(key), new.get(key))


def rule_in_words(part: str, rule: Table, tables: Table) -> str:
    """Say a rule in words: Year 9 may open games on mon-fri 12:00-13:00."""
    match part:
        case "rule":
            return policy_rule_in_words(rule, tables)
        case "text":
            return text_in_words(rule, tables)
        case "mode":
            return mode_in_words(rule, tables)
        case _:
            return override_in_words(rule, tables)


def _field(the: str, key: str, was: Any, becomes: Any) -> Iterator[str]:
    if key == "groups" and not (was and becomes):  # nobody named is everyone
        yield f"{the} is now for {whom({key: becomes})}, and was for {whom({key: was})}."
    elif key in FIELDS and _are_lists(was, becomes):
        yield from _of_list(the, key, was or [], becomes or [])
    elif key == "action":
        yield f"{the} would now {becomes}, and would {was} before."
    elif key == "reason":
        yield f"{the} now has this reason: {becomes}"
    else:
        yield (
            f"In the {the[4:]}, {key.replace('_', ' ')} is now {in_words(becomes)}, "
            f"and was {in_words(was)}."
        )


def _of_list(the: str, key: str, was: Sequence[Any], becomes: Sequence[Any]) -> Iterator[str]:
    if key != "groups" and not (was and becomes):
        yield f"{the} now {FIELDS[key]} {listed(becomes) or 'any'}, and before: {listed(was) or 'any'}."
        return
    more, less = _more_and_less(was, becomes)
    if more:
        yield f"{the} now also {FIELDS[key]} {listed(more)}."
    if less:
        yield f"{the} no longer {FIELDS[key]} {listed(less)}."


def _by_name(tables: Table, part: str) -> dict[str, Table]:
    """The rules by name; overrides, which have none, by what they lift and since when."""
    found: dict[str, Table] = {}
    for number, one in enumerate(tables.get(part, ())):
        name = str(
            one.get("name")
            or f"{one.get('site') or listed(one.get('categories', ()))} since {one.get('since', number)}"
        )
        while name in found:
            name += " (again)"
        found[name] = one
    return found


def _but_name(rule: Table) -> dict[str, Any]:
    return {key: value for key, value in rule.items() if key != "name"}


def _same(old: Any, new: Any) -> bool:
    """Whether two values say the same: of a list, in whatever order."""
    if _are_lists(old, new):
        return not any(_more_and_less(old or [], new or []))
    return bool(old == new)


def _are_lists(*values: Any) -> bool:
    """Whether these are lists, or nothing, which is as good as a list of none."""
    return all(one is None or isinstance(one, list) for one in values)


def _more_and_less(old: Iterable[Any], new: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    old, new = list(old), list(new)
    return [one for one in new if one not in old], [one for one in old if one not in new]
