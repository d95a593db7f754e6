"""What covers whom: everyone's, the group's and those above it, the person's."""

import pytest

from safeguard.core.by_whom import ByWhom
from safeguard.core.types import Scope

BY_WHOM: ByWhom[str] = ByWhom()
for scope, name, one in [
    (Scope.EVERYONE, "", "all"),
    (Scope.GROUP, "year 9", "nine"),
    (Scope.GROUP, "9B", "class"),
    (Scope.GROUP, "staff", "staff"),
    (Scope.PERSON, "ada", "ada"),
    (Scope.PERSON, "staff", "a person of that name"),
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
