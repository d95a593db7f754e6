"""How the sealed lists stand, in words: the same for the command line and the page "Health"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from safeguard.sealed_testing import Trial, complaint_about_test, last_test
from safeguard.sealing import State
from safeguard.settings import Settings

TEST_AGAIN = "Run: safeguard sealed test"


class Standing(StrEnum):
    """What may be said of all sealed lists together."""

    COMPLIANT = "COMPLIANT"
    IN_FORCE = "IN FORCE"
    NON_COMPLIANT = "NON-COMPLIANT"
    NOTHING_REQUIRED = "NOTHING REQUIRED"


MEANING = {
    Standing.COMPLIANT: "every list that the settings require is here, unaltered and recent. "
    "Whether that meets your duties is for your provider and you to say.",
    Standing.IN_FORCE: "every list that the settings require is here, unaltered and recent. More "
    "is not claimed: the settings name no organisation, membership and test entries that were "
    "asked with success.",
    Standing.NON_COMPLIANT: "see the lists above.",
    Standing.NOTHING_REQUIRED: "the settings require no sealed list. A school needs those of its "
    "provider.",
}


@dataclass(frozen=True, slots=True)
class Status:
    """How the lists stand at one moment."""

    settings: Settings
    states: Sequence[State]
    tested: Trial | None
    now: datetime

    @property
    def standing(self) -> Standing:
        sealed = self.settings.sealed
        if any(one.complaints(self.now, sealed) for one in self.states):
            return Standing.NON_COMPLIANT
        if self.about_test and self.tested is not None:
            return Standing.NON_COMPLIANT
        if not sealed.required:
            return Standing.NOTHING_REQUIRED
        proven = sealed.organisation and sealed.membership and sealed.test_entries
        return Standing.COMPLIANT if proven and not self.about_test else Standing.IN_FORCE

    @property
    def about_test(self) -> str:
        return complaint_about_test(self.tested, self.now, self.settings.sealed)

    def complaints(self) -> list[str]:
        """One sentence for each thing that is wrong, with the list's name."""
        about = [
            f"{one.name}: {complaint.says}."
            for one in self.states
            for complaint in one.complaints(self.now, self.settings.sealed)
        ]
        test = self.about_test
        return [*about, *([f"{test[0].upper()}{test[1:]}."] if test else ())]

    def mends(self) -> list[str]:
        """What to do, each once."""
        told = [
            complaint.mend
            for one in self.states
            for complaint in one.complaints(self.now, self.settings.sealed)
        ]
        return list(dict.fromkeys([*told, *([TEST_AGAIN] if self.about_test else ())]))

    def provider(self) -> str:
        """Who brings the lists in, and when that was tested last."""
        sealed = self.settings.sealed
        who = sealed.organisation or "by nobody that the settings name"
        member = f", membership {sealed.membership}" if sealed.membership else ""
        tested = self.tested
        test = f"last test {tested.at:%Y-%m-%d}: {tested.says()}" if tested else "never tested"
        return f"Brought in: {who}{member}; {test}."

    def record(self) -> dict[str, Any]:
        """The JSON of `safeguard sealed status --json`."""
        sealed, tested = self.settings.sealed, self.tested
        return {
            "state": self.standing.value,
            "stance": sealed.stance,
            "organisation": sealed.organisation,
            "membership": sealed.membership,
            "tested": tested.at.isoformat() if tested else None,
            "test_passed": tested.passed if tested else None,
            "test_complaint": self.about_test,
            "lists": [self.list_record(one) for one in self.states],
        }

    def list_record(self, one: State) -> dict[str, Any]:
        complaints = one.complaints(self.now, self.settings.sealed)
        return {
            "name": one.name,
            "category": one.category,
            "required": one.required,
            "entries": one.entries,
            "imported": one.imported.isoformat() if one.imported else None,
            "age_hours": round(one.age_hours(self.now), 1) if one.imported else None,
            "complaint": "; ".join(each.says for each in complaints),
            "mend": " ".join(each.mend for each in complaints),
        }


def status_of(settings: Settings, states: Sequence[State], now: datetime) -> Status:
    return Status(settings, states, last_test(settings.data), now)
