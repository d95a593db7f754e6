"""Which themes belong together, what together is worse, and from what number on: as tables.

A lead can read each line and its reason. Whoever folds events hands a ConcernRules in: the
school's hours (school_hours.py) come with it, so nothing here asks for the time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from filter_rules.types import Severity
from safeguard.core.school_hours import SchoolHours

HELP = "help"
UNLAWFUL = "unlawful"
EVASION = "circumvention"


@dataclass(frozen=True, slots=True)
class Family:
    """Themes that one concern is about.

    `floor`: what is found as severe as this on a page does not weigh less for not being typed.
    `most`: how far a concern climbs by what is around it (found more severe, it stays so).
    `single_from`: from here a pupil is never put into a class's line.
    """

    name: str
    title: str
    floor: Severity
    most: Severity
    single_from: Severity
    because: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A theme, its family, and whether it can be urgent: such a theme is never muted."""

    theme: str
    family: str
    urgent: bool
    because: str


@dataclass(frozen=True, slots=True)
class Combination:
    """Two things about one pupil on one day that are worse together: themes or signs.

    `family` is the one whose concern climbs.
    """

    family: str
    one: frozenset[str]
    other: frozenset[str]
    says: str


FAMILIES = (
    Family("self-harm", "Self-harm and distress", Severity.HIGH, Severity.URGENT, Severity.HIGH,
           "A life may depend on it."),
    Family("exploitation", "Grooming and exploitation", Severity.HIGH, Severity.URGENT,
           Severity.HIGH, "Somebody may be drawing the pupil in."),
    Family("home", "Safety at home", Severity.HIGH, Severity.URGENT, Severity.HIGH,
           "What a pupil tells of home is never a lesson's topic."),
    Family("extremism", "Radicalisation and extremism", Severity.HIGH, Severity.URGENT,
           Severity.HIGH, "The Prevent duty asks for each pupil."),
    Family("violence", "Violence and weapons", Severity.MEDIUM, Severity.URGENT, Severity.URGENT,
           "News and games show it; threats are typed."),
    Family("hate", "Hate and misogyny", Severity.LOW, Severity.HIGH, Severity.URGENT,
           "Serious, and seldom a matter of minutes."),
    Family("bullying", "Bullying", Severity.LOW, Severity.HIGH, Severity.URGENT,
           "Serious, and seldom a matter of minutes."),
    Family("substances", "Drugs", Severity.LOW, Severity.HIGH, Severity.URGENT,
           "Taught in lessons; what is typed counts."),
    Family("adult", "Pornography", Severity.LOW, Severity.MEDIUM, Severity.URGENT,
           "Blocked anyway; a matter for a talk."),
    Family("gambling", "Gambling", Severity.LOW, Severity.MEDIUM, Severity.URGENT,
           "Blocked anyway; a matter for a talk."),
    Family("conduct", "Swearing and cheating", Severity.LOW, Severity.LOW, Severity.URGENT,
           "A matter for a talk, if at all."),
    Family("evasion", "Getting round the filter", Severity.LOW, Severity.MEDIUM, Severity.URGENT,
           "Often curiosity; a matter for a talk."),
    Family(UNLAWFUL, "Unlawful content", Severity.URGENT, Severity.URGENT, Severity.NONE,
           "Each one is looked at by itself."),
    Family(HELP, "Looking for help", Severity.LOW, Severity.LOW, Severity.NONE,
           "Shown as care: it never climbs and is never put into a class's line."),
)  # fmt: skip

PLACES = (
    Place("suicide", "self-harm", True, "It may be about a life."),
    Place("self-harm", "self-harm", True, "It is about the same pain."),
    Place("eating-disorder", "self-harm", True, "Days without food endanger a life."),
    Place("mental-health", "self-harm", False, "Distress is where the others begin."),
    Place("grooming", "exploitation", True, "An adult may be making contact."),
    Place("county-lines", "exploitation", True, "A gang may be making contact."),
    Place("abuse-disclosure", "home", True, "The pupil may be telling of harm."),
    Place("running-away", "home", False, "Those who leave often flee something."),
    Place("terrorism-extremism", "extremism", True, "It may come before an attack."),
    Place("violence", "violence", True, "Someone may be about to be hurt."),
    Place("weapons", "violence", True, "It is what someone is hurt with."),
    Place("hate", "hate", False, "It is aimed at a group."),
    Place("misogyny", "hate", False, "It is aimed at women and girls."),
    Place("bullying", "bullying", False, "It is aimed at one pupil, or told by one."),
    Place("drugs", "substances", False, "It is about one habit."),
    Place("sexual-content", "adult", False, "It stands by itself."),
    Place("gambling", "gambling", False, "It stands by itself."),
    Place("profanity", "conduct", False, "It tells of a mood, not of a harm."),
    Place("cheating", "conduct", False, "It is a matter of work, not of safety."),
    Place(EVASION, "evasion", False, "It tells nothing of what is sought."),
    Place(UNLAWFUL, UNLAWFUL, True, "A sealed list was hit."),
    Place("help-seeking", HELP, False, "It is never held against anyone."),
)  # fmt: skip

# What phrases say, as one word for those that are worse together. The sentences are the
# themes' own (`says`), so that a combination reads what the detector found and no words.
SIGNS: Mapping[str, str] = {
    "Says that they want to end their own life.": "wish",
    "Does not want to go on living.": "wish",
    "Says that they are suicidal.": "wish",
    "Says that they hurt themselves on purpose.": "wish",
    "Asks about a means, as a person might who plans it.": "means",
    "Asks how a person can end their life.": "means",
    "Asks for secrecy from parents or teachers.": "secrecy",
    "Flatters someone about their age, or waves it away.": "approach",
    "Asks whether someone is alone or watched.": "approach",
    "Asks for pictures or the camera.": "approach",
    "Moves the talk to a private app.": "approach",
    "Offers gifts or money.": "approach",
    "Arranges to meet in secret.": "meeting",
    "Threatens to kill or hurt somebody.": "threat",
    "Plans or asks about an attack on a school or a crowd.": "threat",
    "Tells of being bullied.": "bullied",
}

COMBINATIONS = (
    Combination("self-harm", frozenset({"wish"}), frozenset({"means"}),
                "The wish and a means on the same day"),
    Combination("self-harm", frozenset({"suicide", "self-harm"}), frozenset({"drugs", "weapons"}),
                "Self-harm and something to do it with on the same day"),
    Combination("self-harm", frozenset({"suicide", "self-harm"}),
                frozenset({"running-away", "abuse-disclosure", "bullied"}),
                "Self-harm and trouble at home or with others on the same day"),
    Combination("exploitation", frozenset({"approach", "meeting"}), frozenset({"secrecy"}),
                "An approach and the demand to keep it secret"),
    Combination("exploitation", frozenset({"grooming", "county-lines"}),
                frozenset({"running-away", "meeting"}),
                "Contact by somebody and leaving or meeting on the same day"),
    Combination("violence", frozenset({"threat", "violence", "hate", "terrorism-extremism"}),
                frozenset({"weapons"}), "Threats or hate and weapons on the same day"),
    Combination("extremism", frozenset({"terrorism-extremism"}), frozenset({"weapons", "threat"}),
                "Extremism and the means of an attack on the same day"),
)  # fmt: skip


@dataclass(frozen=True)
class ConcernRules:
    """All that folding is told: the school's hours, the tables, and the thresholds."""

    hours: SchoolHours
    families: tuple[Family, ...] = FAMILIES
    places: tuple[Place, ...] = PLACES
    combinations: tuple[Combination, ...] = COMBINATIONS
    gap: timedelta = timedelta(minutes=30)
    day_starts: timedelta = timedelta(hours=4)  # of the night before: one night is one spell
    again: timedelta = timedelta(minutes=10)  # the same words within this are typed once
    repeated: int = 3
    sites: int = 3
    days: int = 3
    within_days: int = 7
    remembers: timedelta = timedelta(days=60)
    lesson: timedelta = timedelta(minutes=60)
    quorum: int = 5
    speaks_from: Severity = Severity.MEDIUM
    strong_typed: float = 10.0
    strong_shown: float = 30.0

    @cached_property
    def family_of(self) -> Mapping[str, str]:
        return {place.theme: place.family for place in self.places}

    @cached_property
    def family_called(self) -> Mapping[str, Family]:
        return {family.name: family for family in self.families}

    @cached_property
    def never_muted(self) -> frozenset[str]:
        return frozenset(place.theme for place in self.places if place.urgent)

    def family(self, name: str) -> Family:
        """Return the family; of a theme that stands in no table, one as careful as can be."""
        found = self.family_called.get(name)
        return found or Family(name, name, Severity.HIGH, Severity.URGENT, Severity.HIGH)

    def mutable(self, theme: str) -> bool:
        """Say whether an exemption may speak of the theme: one that nobody placed may be urgent."""
        return theme in self.family_of and theme not in self.never_muted

    def local(self, at: datetime) -> datetime:
        return self.hours.local(at)

    def day_of(self, local: datetime) -> date:
        """Return the day a moment belongs to: in the small hours, the one before."""
        return (local.replace(tzinfo=None) - self.day_starts).date()
