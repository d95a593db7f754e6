"""`safeguard check`: verdicts in the JSON of the contract, for whom and in what words is asked."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.safeguard.cli.conftest import Ran

KEYS = {"url", "host", "action", "flagged", "categories", "reason", "rule", "trace"}


def test_one_json_object_a_target_in_the_shape_of_the_contract(
    safeguard: Callable[..., Ran],
) -> None:
    ran = safeguard("check", "--json", "https://www.bet365.com/en", "www.bbc.co.uk")
    blocked, allowed = (json.loads(line) for line in ran.out.splitlines())
    assert blocked.keys() >= KEYS
    assert (blocked["url"], blocked["host"]) == ("https://www.bet365.com/en", "www.bet365.com")
    assert (blocked["action"], blocked["categories"]) == ("block", ["gambling"])
    assert (allowed["action"], allowed["flagged"]) == ("allow", False)
    assert ran.status == 1


def test_an_address_is_judged_by_the_networks_it_lies_in_and_a_name_is_not_looked_up(
    safeguard: Callable[..., Ran], tmp_path: Path
) -> None:
    bad = tmp_path / "bad-networks"
    bad.write_text("93.184.215.0/24\n127.0.0.0/8\n")
    given = ("--category", "malware", "--format", "networks", "--name", "bad-networks")
    assert safeguard("rules", "import", *given, str(bad)).status == 0
    asked = (
        "93.184.215.9",
        "https://93.184.215.9/x",
        "http://[64:ff9b::5db8:d709]/",
        "example.org",
    )
    ran = safeguard("check", "--explain", *asked)
    words = "for the network 93.184.215.0/24 in the list bad-networks (malware): decisive."
    assert ran.out.count(words) == 3
    assert "\nallow  example.org" in ran.out


def test_nothing_blocked_is_status_0(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("check", "www.bbc.co.uk")
    assert ran.status == 0
    assert ran.out.startswith("allow  www.bbc.co.uk")


def test_targets_are_read_from_standard_input(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("check", "--json", "-", stdin="www.bbc.co.uk\n\n  www.bet365.com \n")
    assert [json.loads(line)["action"] for line in ran.out.splitlines()] == ["allow", "block"]


def test_the_words_of_a_search_are_scanned(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("check", "--json", "https://www.google.com/search?q=i+want+to+kill+myself")
    verdict = json.loads(ran.out)
    assert (verdict["action"], verdict["flagged"]) == ("block", True)
    assert verdict["reason"] == "what was typed or shown"


@pytest.mark.parametrize(
    ("group", "action"), [("staff", "allow"), ("secondary", "block"), ("unidentified", "block")]
)
def test_a_group_is_judged_by_its_own_rules(
    safeguard: Callable[..., Ran], group: str, action: str
) -> None:
    ran = safeguard("check", "--json", "--group", group, "www.tiktok.com")
    assert json.loads(ran.out)["action"] == action


def test_without_a_group_the_strictest_rules_apply(safeguard: Callable[..., Ran]) -> None:
    assert json.loads(safeguard("check", "--json", "chatgpt.com").out)["action"] == "block"


def test_a_person_or_an_address_is_judged_as_it_would_be(
    safeguard: Callable[..., Ran], tmp_path: Path
) -> None:
    roll = tmp_path / "roll.csv"
    roll.write_text("name,group,address,device\nSam Teacher,staff,10.0.0.9,Staff room\n")
    assert safeguard("users", "import", str(roll)).status == 0
    for whose in (("--user", "Sam Teacher"), ("--ip", "10.0.0.9")):
        ran = safeguard("check", "--json", *whose, "www.tiktok.com")
        assert json.loads(ran.out)["action"] == "allow"


@pytest.mark.parametrize(
    ("whose", "says"),
    [
        (("--group", "pirates"), "There is no group 'pirates'. Choose from: primary"),
        (("--user", "Nobody"), "Nobody is called 'Nobody'"),
        (("--ip", "ten"), "'ten' is not an IP address"),
    ],
)
def test_someone_unknown_is_unusable_input(
    safeguard: Callable[..., Ran], whose: tuple[str, str], says: str
) -> None:
    ran = safeguard("check", *whose, "www.bbc.co.uk")
    assert ran.status == 2
    assert says in ran.err


def test_explain_says_every_rule_that_was_weighed(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("check", "--explain", "www.bet365.com")
    assert "Block: a rule applied." in ran.out
    assert "decisive" in ran.out


def test_without_rules_they_are_built_first(safeguard: Callable[..., Ran], school: Path) -> None:
    (school / "rules-in-force").unlink()
    assert safeguard("check", "www.bet365.com").status == 1
    assert (school / "rules-in-force").exists()


def test_an_imported_list_is_in_force_at_the_next_check(
    safeguard: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("bad.example\n")
    options = ("--category", "gambling", "--format", "domains")
    assert safeguard("rules", "import", *options, str(tmp_path / "mine.txt")).status == 0
    verdict = json.loads(safeguard("check", "--json", "www.bad.example").out)
    assert (verdict["action"], verdict["categories"]) == ("block", ["gambling"])


def test_what_is_no_address_is_blocked_said_and_stops_nothing(
    safeguard: Callable[..., Ran],
) -> None:
    ran = safeguard("check", "--json", "-", stdin="not a host\nwww.bbc.co.uk\n")
    first, second = (json.loads(line) for line in ran.out.splitlines())
    assert (first["action"], first["reason"]) == ("block", "the address cannot be read")
    assert second["action"] == "allow"
    assert "'not a host' is neither a URL nor a host name." in ran.err
    assert ran.status == 2


def test_an_explanation_is_told_with_who_what_others_get_and_the_line_of_the_list(
    safeguard: Callable[..., Ran],
) -> None:
    ran = safeguard("check", "--explain", "--group", "secondary", "chatgpt.com")
    assert "Who asks: the group secondary" in ran.out
    assert "(ai-chat), line " in ran.out
    assert "For sixth-form, staff, guest: allowed because no rule applied." in ran.out


def test_an_explanation_as_json_holds_all_of_it(safeguard: Callable[..., Ran]) -> None:
    asked = ("--explain", "--json", "--at", "2026-07-01T12:30", "chatgpt.com", "no host")
    found, none = (json.loads(line) for line in safeguard("check", *asked).out.splitlines())
    assert found.keys() >= KEYS | {"at", "who", "matched", "elsewhere", "unasked", "next"}
    assert found["at"] == "2026-07-01T11:30:00+00:00"  # in summer, by the school's clocks
    assert found["url"] == "chatgpt.com"
    assert none["reason"] == "the address cannot be read"


@pytest.mark.parametrize(
    ("at", "utc"),
    [
        ("2026-07-01", "2026-06-30T23:00:00+00:00"),
        ("2026-07-01T12:30+02:00", "2026-07-01T12:30:00+02:00"),
    ],
)
def test_a_moment_may_be_a_day_or_have_an_offset(
    safeguard: Callable[..., Ran], at: str, utc: str
) -> None:
    ran = safeguard("check", "--explain", "--json", "--at", at, "www.bbc.co.uk")
    assert json.loads(ran.out)["at"] == utc


def test_what_is_no_moment_is_unusable_input(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("check", "--at", "lunch", "www.bbc.co.uk")
    assert (ran.status, "'lunch' is no time" in ran.err) == (2, True)
