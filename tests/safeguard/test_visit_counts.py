"""Visits, hosts and people are counted; of few people nothing is told that could name them."""

from datetime import date

import pytest

from filter_rules.sealed import WITHHELD
from safeguard import visit_counts
from safeguard.visit_counts import Amount, Counted, Hosts, HostVisits, Steps


def counted() -> Counted[str]:
    found = Counted[str]()
    for number in range(6):
        found.add("blocked", "many.example", f"p{number}", 2)
    found.add("blocked", "few.example", "p1", 100)
    found.add("opened", "few.example", "p1", 1)
    return found


def test_each_kind_is_counted_for_itself() -> None:
    found = counted()
    assert found.kinds == ["blocked", "opened"]
    assert found.amount("blocked") == Amount(112, 2, 6)
    assert found.amount("opened") == Amount(1, 1, None)
    assert (found.amount("other").visits, found.visits("other")) == (0, 0)


def test_the_most_visited_come_first_and_sites_of_a_few_are_left_out_where_asked() -> None:
    many, few = HostVisits("many.example", 12), HostVisits("few.example", 100)
    assert counted().top("blocked") == [few, many]
    assert counted().top("blocked", at_least=5) == [many]


def test_hosts_are_asked_about_once_withheld_ones_never(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def is_wanted(host: str) -> bool:
        asked.append(host)
        return True

    hosts = Hosts(is_wanted)
    hosts.look([(1, "a"), (2, WITHHELD), (1, "a")])
    assert (asked, hosts.wanted, hosts.cut) == (["a"], {1: "a"}, False)
    monkeypatch.setattr(visit_counts, "MOST_HOSTS", 2)
    hosts.look([(3, "c")])
    assert (hosts.wanted, hosts.cut) == ({1: "a"}, True)


def test_progress_is_a_step_a_day() -> None:
    said: list[tuple[str, int, int]] = []
    steps = Steps(lambda *one: said.append(one), 2)
    assert list(steps.each("Looking", [date(2026, 3, 4)])) == [date(2026, 3, 4)]
    assert said == [("Looking", 0, 2), ("Looking", 1, 2)]
