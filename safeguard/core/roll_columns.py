"""The columns of a file of people: what each is likely to be, and what its cells say.

School information systems call the same thing by many names. What is proposed here is shown to
a person before anything is changed; a mapping that was given wins.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

MOST_AGE = 120


class Column(StrEnum):
    """What a column may be."""

    ID = "id"
    NAME = "name"
    GROUP = "group"
    YEAR = "year"
    FORM = "form"
    LOGIN = "login"
    BORN = "born"
    NEEDS = "needs"


type Mapped = Mapping[Column, tuple[str, ...]]

# The names that exports use, without spaces and capitals, the surest first.
ID = (
    "admissionnumber", "admissionno", "admissionsnumber", "adno", "adnumber", "upn",
    "uniquepupilnumber", "pupilid", "studentid", "schoolid", "misid", "personid", "externalid",
    "arborstudentid", "employeeid", "staffid", "staffcode", "id",
)  # fmt: skip
FORENAME = (
    "preferredforename", "preferredfirstname", "preferredname", "chosenforename", "knownas",
    "forename", "firstname", "givenname", "legalforename", "legalfirstname",
)  # fmt: skip
SURNAME = (
    "preferredsurname", "preferredlastname", "chosensurname", "surname", "lastname", "familyname",
    "legalsurname", "legallastname",
)  # fmt: skip
LIKELY: Mapping[Column, tuple[str, ...]] = {
    Column.ID: ID,
    Column.NAME: ("name", "fullname", "studentname", "pupilname", "student", "pupil"),
    Column.GROUP: ("group", "filtergroup"),
    Column.YEAR: (
        "yeargroup", "year", "ncyear", "nationalcurriculumyear", "curriculumyear", "nationalyear",
        "yr", "yeartaughtin",
    ),
    Column.FORM: (
        "registrationform", "registrationgroup", "reg", "reggroup", "regform", "tutorgroup",
        "formgroup", "form", "tutor", "class",
    ),
    Column.LOGIN: (
        "username", "login", "networkusername", "adusername", "userprincipalname", "loginname",
        "schoolemail", "schoolemailaddress", "workemail", "emailaddress", "email",
    ),
    Column.BORN: ("dateofbirth", "dob", "birthdate", "birthday"),
    Column.NEEDS: (
        "senstatus", "sendstatus", "senprovision", "senneed", "sen", "eal", "ealstatus",
        "vulnerable", "lookedafter", "incare", "childprotectionplan",
    ),
}  # fmt: skip
YES = frozenset({"y", "yes", "true", "t", "1", "x"})
NO = frozenset({"", "n", "no", "false", "f", "0", "none", "-"})
YOUNG = {"nursery": "N", "n": "N", "n1": "N", "n2": "N", "reception": "R", "r": "R", "0": "R"}
YEAR = re.compile(r"(?:curriculum|national|nc)?(?:year|yr|y)?0*(\d{1,2})")
OLDEST_OF = (("primary", 6), ("secondary", 11), ("sixth-form", 14))
BORN = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?:[T ]00:00(?::00)?)?"),
    re.compile(r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})(?: 00:00(?::00)?)?"),
)


def plain(text: str) -> str:
    """Return a heading without what exports write in different ways."""
    return re.sub(r"[\W_]+", "", text.casefold())


def slug(text: str) -> str:
    """Return text as the word of a group: 7B becomes 7b, Year 7 becomes year-7."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


def proposed(head: Sequence[str]) -> dict[Column, tuple[str, ...]]:
    """Say what the columns of a file are likely to be; of others, nothing."""
    there = {plain(one): one for one in reversed(head) if one.strip()}
    found: dict[Column, tuple[str, ...]] = {}
    for column, names in LIKELY.items():
        hits = tuple(there[name] for name in names if name in there)
        if hits:
            found[column] = hits if column is Column.NEEDS else hits[:1]
    parts = [next((there[one] for one in kind if one in there), "") for kind in (FORENAME, SURNAME)]
    if all(parts):
        found[Column.NAME] = tuple(parts)
    return found


def given(words: Iterable[str], head: Sequence[str]) -> dict[Column, tuple[str, ...]]:
    """Read a mapping such as name=Forename+Surname; ValueError says what cannot be."""
    return dict(_one(word, head) for word in words)


def _one(word: str, head: Sequence[str]) -> tuple[Column, tuple[str, ...]]:
    what, _, rest = word.partition("=")
    try:
        column = Column(what.strip().lower())
    except ValueError as error:
        raise ValueError(
            f"“{word}” maps nothing: write one of {', '.join(Column)}, an equals sign, and the "
            "name of a column."
        ) from error
    by_plain = {plain(one): one for one in reversed(head)}
    names = [rest] if plain(rest) in by_plain else rest.split("+")
    missing = [one for one in names if plain(one) and plain(one) not in by_plain]
    if missing:
        raise ValueError(f"The file has no column “{missing[0]}”: it has {', '.join(head)}.")
    # An empty name takes back what would be proposed.
    return column, tuple(by_plain[plain(one)] for one in names if plain(one))


def year_of(text: str) -> str | None:
    """Return a year as we write it: N, R, 1 to 14; empty for none, None where it is no year."""
    one = plain(text)
    if not one:
        return ""
    bare = one.removeprefix("year")
    if bare in YOUNG:
        return YOUNG[bare]
    found = YEAR.fullmatch(one)
    number = int(found[1]) if found else 0
    return str(number) if 1 <= number <= OLDEST_OF[-1][1] else None


def phase_of(year: str) -> str:
    """Return the group that a year belongs to by the policy as shipped; empty for no year."""
    if not year:
        return ""
    number = int(year) if year.isdecimal() else 0
    return next(group for group, oldest in OLDEST_OF if number <= oldest)


def born_of(text: str, today: date) -> date | None:
    """Return a date of birth; ValueError where it is none that a person here could have."""
    one = text.strip()
    if not one:
        return None
    found = next((hit for pattern in BORN if (hit := pattern.fullmatch(one))), None)
    if found is None:
        raise ValueError("no date such as 2012-09-03 or 03/09/2012")
    try:
        born = date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError as error:
        raise ValueError("no day of the calendar: days come first, as in 03/09/2012") from error
    if not today.year - MOST_AGE <= born.year or born > today:
        raise ValueError("no date that somebody here was born on")
    return born


def needs_of(cells: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return what the columns of needs say, as short words: (heading, cell) each."""
    found = set()
    for heading, cell in cells:
        value = cell.strip().casefold()
        if value in NO:
            continue
        word = slug(heading) if value in YES else f"{slug(heading)}-{slug(value)}"
        found.add(word.strip("-"))
    return tuple(sorted(found - {""}))


def login_of(text: str) -> str:
    """Return a login as it is compared: lower case, without a Windows domain before it."""
    return text.strip().rpartition("\\")[2].casefold()


def placed(group: str, form: str, year: str, groups: Collection[str]) -> str:
    """Return the most exact group that there is: the one named, the form's, the year's, the phase."""
    if group:
        return slug(group)
    choices = (slug(form), f"year-{year.lower()}", phase_of(year))
    return next((one for one in choices if one and one in groups), "")
