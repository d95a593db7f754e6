"""What covers whom: everyone's, the group's and those above it, the person's."""

import pytest

from safeguard.core.by_whom import ByWhom, place
from safeguard.core.types import Scope

BY_WHOM: ByWhom[str] = ByWhom()
for scope, name, one in [
    (Scope.EVERYONE, "", "all"),
    (Scope.GROUP, "year 9", "nine"),
    (Scope.GROUP, "9B", "class"),
    (Scope.GROUP, "staff", "staff"),
    (Scope.PERSON, "ada", "ada"),
    (Scope.PERSON, "staff", "a person of that name"),
    (Scope.ROOM, "Library", "library"),
    (Scope.NETWORK, "10.0.0.0/8", "network"),
]:
    BY_WHOM.add(scope, name, one)


@pytest.mark.parametrize(
    ("lineage", "person", "covers"),
    [
        (("guest",), "", {"all"}),
        (("9B", "year 9"), "", {"class", "nine", "all"}),
        (("9B", "year 9"), "ada", {"ada", "class", "nine", "all"}),
        (("staff",), "ben", {"staff", "all"}),
    ],
)
def test_everyone_is_covered_by_what_names_them_or_nobody(
    lineage: tuple[str, ...], person: str, covers: set[str]
) -> None:
    assert set(BY_WHOM.of(lineage, person)) == covers


def test_who_is_in_a_place_is_covered_by_what_names_it() -> None:
    here = (place(Scope.ROOM, "Library"), place(Scope.NETWORK, "10.0.0.0/8"))
    assert set(BY_WHOM.of(("guest",), "", here)) == {"library", "network", "all"}
    assert set(BY_WHOM.of(("guest",), "", (place(Scope.ROOM, "10.0.0.0/8"),))) == {"all"}
