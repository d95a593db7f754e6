"""The page about roles says what the table says."""

import tomllib

from safeguard.cli.roles_page import CASES, lines
from safeguard.core.staff_rights import DEEDS, GIVEN, RIGHTS, TITLES, Deed


def test_every_right_and_every_case_stands_in_it_once() -> None:
    text = "\n".join(lines())
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    for one in RIGHTS:
        if one.deed is not Deed.OWN_ACCOUNT:
            assert f"| {DEEDS[one.deed]} | {one.why} |" in rows
    for role in GIVEN:
        assert f"## {TITLES[role]}\n" in text
        assert f"`{role}`" in text
    for case in tomllib.loads(CASES.read_text(encoding="utf-8"))["case"]:
        assert rows.count(f"| {case['says']} | {'may' if case['may'] else 'may not'} |") == 1
