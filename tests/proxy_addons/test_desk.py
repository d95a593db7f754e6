"""What is flagged is kept before the answer is released, or there is no answer."""

from dataclasses import replace

from safeguard.core.rules import PolicyRule
from safeguard.core.types import Action, Manner, Reason
from tests.proxy_addons.world import (
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


def test_each_group_is_told_in_the_words_for_its_age(start: Start, site: Site) -> None:
    says = {"primary": b"closed: Gambling", "secondary": b"about: Gambling", "staff": b"<dt>Rule"}
    for group, words in says.items():
        assert words in ask(start(group), "bets.test", site.port)[1]
