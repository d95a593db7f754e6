"""Where the proxy may connect to."""

from tests.proxy_addons.world import (
    Site,
    Start,
)


def test_loopback_is_out_of_reach_unless_the_settings_allow_it(
    start: Start, plain_site: Site
) -> None:
    proxy = start(allow_networks=[])
    with proxy.http() as client:
        client.request(
            "GET", f"http://school.test:{plain_site.port}/", headers={"Host": "school.test"}
        )
        answer = client.getresponse()
        assert answer.status == 502
        assert b"out of the filter" in answer.read()
    assert plain_site.connections == 0
