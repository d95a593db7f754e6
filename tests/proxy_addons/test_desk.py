"""What is flagged is kept before the answer is released, or there is no answer."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from proxy_addons.block_page import Pages
from proxy_addons.desk import SAID_AGAIN, Desk
from safeguard.core.evasion import Evasion
from safeguard.core.rules import PolicyRule
from safeguard.core.types import Action, Manner, Reason, Subject
from tests.proxy_addons.world import (
    NOW,
    Proxy,
    Site,
    Start,
    ask,
)


def test_a_flagged_event_that_cannot_be_kept_refuses_the_request(proxy: Proxy, site: Site) -> None:
    proxy.notebook.fails = True
    assert ask(proxy, "school.test", site.port, "/worrying")[0] == 503


def test_a_plain_block_stands_without_its_event(proxy: Proxy, site: Site) -> None:
    proxy.notebook.fails = True
    assert ask(proxy, "bets.test", site.port)[0] == 403


def test_what_is_monitored_is_let_through_and_kept_if_it_can_be(proxy: Proxy, site: Site) -> None:
    rule = PolicyRule(
        "watched", Action.ALLOW, frozenset({"site:school.test"}), manner=Manner.MONITOR
    )
    engine = proxy.engine
    policy = replace(engine.snapshot.policy, rules=(*engine.snapshot.policy.rules, rule))
    engine.snapshot = replace(engine.snapshot, policy=policy)
    assert ask(proxy, "school.test", site.port)[0] == 200
    assert {verdict.word for _, _, verdict in proxy.notebook.kept} == {"monitor"}
    proxy.notebook.fails = True
    assert ask(proxy, "school.test", site.port)[0] == 200


def test_in_a_group_that_is_only_monitored_a_blocked_site_opens_and_is_kept(
    proxy: Proxy, site: Site
) -> None:
    engine = proxy.engine
    policy = replace(engine.snapshot.policy, monitor_only=frozenset({"secondary"}))
    engine.snapshot = replace(engine.snapshot, policy=policy)
    assert ask(proxy, "bets.test", site.port)[0] == 200
    assert {(kept.word, kept.reason) for *_, kept in proxy.notebook.kept} == {
        ("monitor", Reason.MONITORED)
    }
    assert ask(proxy, "sealed.test", site.port)[0] == 403


def test_a_way_round_is_told_again_after_a_while_and_not_forgotten_where_it_was_not_kept(
    proxy: Proxy,
) -> None:
    times = [NOW, NOW + SAID_AGAIN / 2, NOW + SAID_AGAIN, NOW + SAID_AGAIN]
    desk = Desk(proxy.engine, proxy.notebook, Pages("Oak"), lambda: times[0], ZoneInfo("UTC"))  # type: ignore[arg-type]  # it stands where the recorder does
    somebody = Subject("secondary", "10.0.0.1")
    proxy.notebook.fails = True
    with pytest.raises(OSError, match="full"):
        desk.evaded(somebody, "a.test", Evasion.RAW_TUNNEL)
    proxy.notebook.fails = False
    kept = []
    for _ in range(4):
        desk.evaded(somebody, "a.test", Evasion.RAW_TUNNEL)
        kept.append(len(proxy.notebook.kept))
        times.pop(0) if len(times) > 1 else None
    assert kept == [1, 1, 2, 2]
    desk.evaded(somebody, "a.test", Evasion.SMUGGLED)
    assert len(proxy.notebook.kept) == 3


def test_each_group_is_told_in_the_words_for_its_age(start: Start, site: Site) -> None:
    says = {"primary": b"closed: Gambling", "secondary": b"about: Gambling", "staff": b"<dt>Rule"}
    for group, words in says.items():
        assert words in ask(start(group), "bets.test", site.port)[1]
