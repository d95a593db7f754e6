"""What is shipped as data agrees with itself: categories, lists, policy, UT1 names, catalogue."""

import tomllib
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from filter_rules.formats.format import Format
from filter_rules.formats.parsing import parse
from filter_rules.hosts import canonical_host, is_address, parents
from filter_rules.languages import read_themes
from filter_rules.types import Problem
from safeguard.core.policy import Policy, PolicyRule, TextRule
from safeguard.core.types import Action
from safeguard.loading import shipped_groups, shipped_policy
from safeguard.sources import shipped_languages, shipped_themes

DATA = Path("filter_rules/data")
OPEN_TO_EVERYONE = Path("tests/tables/open_to_everyone.toml")
LIST_FILES = sorted((DATA / "lists").glob("*.txt"))

WITHOUT_HOSTS = {
    "private-address",
    "illegal",
    "illegal-terrorism",
}  # worked out; and only ever a sealed list
NEVER_BLOCKED = {
    "education", "news", "government", "health", "museums", "programming", "finance",
    "search-engines", "help",
}  # fmt: skip
UKSIC_NAMES = {
    "Discrimination", "Drugs / substance abuse", "Extremism", "Gambling", "Hate speech",
    "Harmful content", "Malware / hacking", "Mis- / disinformation",
    "Piracy and copyright theft", "Pornography", "Self harm", "Violence",
    "Violence against women and girls",
}  # fmt: skip
THEMES = {
    "suicide", "self-harm", "eating-disorder", "grooming", "abuse-disclosure", "bullying",
    "violence", "weapons", "terrorism-extremism", "hate", "misogyny", "drugs", "county-lines",
    "gambling", "sexual-content", "profanity", "circumvention", "cheating", "running-away", "mental-health", "help-seeking",
}  # fmt: skip
WHITE_IN_UT1 = {
    "ai", "bank", "chat", "child", "cleaning", "cooking", "download", "educational_games",
    "examen_pix", "jobsearch", "liste_blanche", "liste_bu", "remote-control",
    "sexual_education", "translation", "update", "webmail",
}  # fmt: skip


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _hosts(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


CATEGORIES = _read(DATA / "categories.toml")["category"]
NAMES = {line["name"] for line in CATEGORIES}
HOSTS = {path.stem: _hosts(path) for path in LIST_FILES}
LISTED_AS: dict[str, set[str]] = defaultdict(set)
for _name, _listed in HOSTS.items():
    for _host in _listed:
        LISTED_AS[_host].add(_name)
POLICY = shipped_policy()


def _blocked_for(group: str, policy: Policy) -> set[str]:
    return {
        category
        for rule in policy.rules
        if rule.action is Action.BLOCK and group in (rule.who.groups or {group})
        for category in rule.categories
    }


BLOCKED = {group: _blocked_for(group, POLICY) for group in shipped_groups()}
BLOCKED_FOR_SOMEONE = set().union(*BLOCKED.values())


class TestCategories:
    def test_each_has_its_own_name(self) -> None:
        assert max(Counter(line["name"] for line in CATEGORIES).values()) == 1

    @pytest.mark.parametrize("line", CATEGORIES, ids=lambda line: line["name"])
    def test_each_says_in_one_sentence_what_it_is_about(self, line: dict[str, str]) -> None:
        assert set(line) == {"name", "title", "definition", "standard"}
        assert line["title"][0].isupper()
        assert line["definition"].endswith(".")
        assert line["definition"].count(". ") == 0

    def test_every_name_of_the_standard_is_covered_and_no_other_is_used(self) -> None:
        assert {line["standard"] for line in CATEGORIES} == UKSIC_NAMES | {""}


class TestLists:
    def test_every_list_names_a_category_and_every_category_has_its_list(self) -> None:
        assert set(HOSTS) == NAMES - WITHOUT_HOSTS

    @pytest.mark.parametrize("path", LIST_FILES, ids=lambda path: path.stem)
    def test_a_list_says_what_it_is_and_where_it_comes_from(self, path: Path) -> None:
        header = path.read_text(encoding="utf-8").partition("\n\n")[0]
        assert all(line.startswith("# ") for line in header.splitlines())
        assert "Facts gathered by this project" in header

    @pytest.mark.parametrize("name", HOSTS)
    def test_a_list_has_something_in_it(self, name: str) -> None:
        assert len(HOSTS[name]) >= 15

    @pytest.mark.parametrize("name", HOSTS)
    def test_hosts_are_in_their_one_spelling(self, name: str) -> None:
        assert [host for host in HOSTS[name] if canonical_host(host) != host] == []

    @pytest.mark.parametrize("path", LIST_FILES, ids=lambda path: path.stem)
    def test_the_reader_of_lists_refuses_no_line(self, path: Path) -> None:
        lines = path.read_text(encoding="utf-8").splitlines()
        found = list(parse(Format.DOMAINS, lines, path.name))
        assert [one for one in found if isinstance(one, Problem)] == []

    @pytest.mark.parametrize("name", HOSTS)
    def test_no_host_is_said_twice_or_below_another_of_its_list(self, name: str) -> None:
        own = set(HOSTS[name])
        assert len(own) == len(HOSTS[name])
        assert [host for host in own if own.intersection(parents(host)[1:])] == []

    def test_no_host_is_in_two_lists(self) -> None:
        counts = Counter(host for hosts in HOSTS.values() for host in hosts)
        assert [host for host, count in counts.items() if count > 1] == []

    def test_only_resolvers_are_listed_by_address(self) -> None:
        assert {name for name, hosts in HOSTS.items() if any(map(is_address, hosts))} == {
            "encrypted-dns"
        }

    def test_help_is_below_no_host_that_anyone_is_blocked_from(self) -> None:
        assert _below(["help"], BLOCKED_FOR_SOMEONE) == []

    def test_no_host_of_an_open_list_is_below_a_listed_harmful_one(self) -> None:
        assert _below(NEVER_BLOCKED, set(HOSTS) - NEVER_BLOCKED) == []

    @pytest.mark.parametrize("host", _read(OPEN_TO_EVERYONE)["hosts"])
    def test_what_every_school_needs_is_open_to_everyone(self, host: str) -> None:
        assert _categories_of(host).isdisjoint(BLOCKED_FOR_SOMEONE)


def _categories_of(host: str) -> set[str]:
    return set().union(*(LISTED_AS.get(name, set()) for name in parents(host)))


def _below(names: set[str] | list[str], above: set[str]) -> list[str]:
    return [host for name in names for host in HOSTS[name] if _categories_of(host) & above]


class TestPolicy:
    def test_it_speaks_only_of_known_categories(self) -> None:
        spoken_of = {category for rule in POLICY.rules for category in rule.categories}
        spoken_of |= POLICY.sealed | POLICY.help | POLICY.circumvention | POLICY.private_categories
        assert spoken_of <= NAMES

    def test_it_speaks_only_of_known_groups(self) -> None:
        spoken_of = {group for rule in POLICY.rules for group in rule.who.groups}
        spoken_of |= {group for rule in POLICY.text_rules for group in rule.who.groups}
        assert spoken_of | POLICY.monitored | POLICY.private_groups <= set(shipped_groups())

    def test_it_speaks_only_of_known_themes(self) -> None:
        assert {theme for rule in POLICY.text_rules for theme in rule.themes} <= THEMES

    def test_every_rule_has_its_own_name_and_a_sentence_for_staff_and_parents(self) -> None:
        rules: list[PolicyRule | TextRule] = [*POLICY.rules, *POLICY.text_rules]
        assert len({rule.name for rule in rules}) == len(rules)
        assert all(rule.reason.endswith(".") for rule in rules)

    def test_nothing_that_must_stay_open_is_blocked_for_anyone(self) -> None:
        assert BLOCKED_FOR_SOMEONE.isdisjoint(NEVER_BLOCKED)

    def test_every_category_of_the_standard_is_blocked_for_everyone_but_misinformation(
        self,
    ) -> None:
        standard = {line["name"] for line in CATEGORIES if line["standard"]}
        for group, blocked in BLOCKED.items():
            assert standard - blocked == {"misinformation"}, group

    def test_an_unidentified_device_gets_the_strictest_rules(self) -> None:
        assert all(blocked <= BLOCKED["unidentified"] for blocked in BLOCKED.values())
        words = [rule for rule in POLICY.text_rules if rule.who.groups]
        assert all("unidentified" in rule.who.groups for rule in words)

    def test_older_pupils_and_staff_get_more(self) -> None:
        assert BLOCKED["primary"] == BLOCKED["secondary"]
        assert BLOCKED["secondary"] - BLOCKED["sixth-form"] == {"ai-chat"}
        assert {"social-media", "games", "messaging"} <= BLOCKED["sixth-form"] - BLOCKED["staff"]

    def test_the_words_of_staff_and_guests_are_never_read(self) -> None:
        assert set(shipped_groups()) - POLICY.monitored == {"staff", "guest"}
        groups = {group for rule in POLICY.text_rules for group in rule.who.groups}
        assert groups <= POLICY.monitored


class TestUt1Names:
    FOLDERS = _read(DATA / "ut1.toml")["folders"]

    def test_folders_become_known_categories(self) -> None:
        assert set(self.FOLDERS.values()) <= NAMES

    def test_a_white_folder_never_becomes_a_category_that_is_blocked(self) -> None:
        white = {self.FOLDERS[name] for name in WHITE_IN_UT1 & set(self.FOLDERS)}
        assert white.isdisjoint(BLOCKED_FOR_SOMEONE)

    def test_no_folder_becomes_help_or_sealed(self) -> None:
        assert set(self.FOLDERS.values()).isdisjoint({"help", "illegal", "illegal-terrorism"})


class TestCatalogue:
    LISTS = _read(DATA / "subscriptions.toml")["list"]

    @pytest.mark.parametrize("line", LISTS, ids=lambda line: line["name"])
    def test_each_list_says_all_that_a_school_must_know(self, line: dict[str, Any]) -> None:
        assert set(line) == {
            "name", "title", "address", "format", "licence", "categories", "attribution", "notes",
        }  # fmt: skip
        assert line["address"].startswith("https://")
        assert line["format"] in set(Format)
        assert line["categories"]
        assert set(line["categories"]) <= NAMES - {"help", "illegal", "illegal-terrorism"}
        assert line["licence"]
        assert line["attribution"]

    def test_no_list_is_there_twice(self) -> None:
        assert max(Counter(line["name"] for line in self.LISTS).values()) == 1
        assert max(Counter(line["address"] for line in self.LISTS).values()) == 1


def test_every_line_of_themes_and_languages_can_be_used() -> None:
    assert read_themes(shipped_themes(), shipped_languages())[1] == []
