"""What is flagged is kept before the answer is released, or there is no answer."""

from tests.proxy_addons.world import (
    Proxy,
    Site,
    ask,
)


def test_a_flagged_event_that_cannot_be_kept_refuses_the_request(proxy: Proxy, site: Site) -> None:
    proxy.notebook.fails = True
    assert ask(proxy, "school.test", site.port, "/worrying")[0] == 503


def test_a_plain_block_stands_without_its_event(proxy: Proxy, site: Site) -> None:
    proxy.notebook.fails = True
    assert ask(proxy, "bets.test", site.port)[0] == 403
