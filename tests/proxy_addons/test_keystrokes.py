"""What is sent while a person types is judged once, when it has ended or is sent."""

from collections.abc import Callable
from urllib.parse import quote

from proxy_addons.keystrokes import Keystrokes
from tests.proxy_addons.world import WORDS, Proxy, Site, raw
from tests.system.filter import until

SEARCHED = "I do not want to be here any more"


def typing(proxy: Proxy, site: Site, *forms: str, path: str = "/complete/search?q=") -> None:
    for form in forms:
        with proxy.http() as client:
            url = f"http://www.google.com:{site.port}{path}{quote(form)}"
            client.request("GET", url, headers={"Host": "www.google.com"})
            client.getresponse().read()


def words(proxy: Proxy) -> list[str]:
    return [target.words for _, target, _ in proxy.notebook.kept]


def test_what_was_typed_and_never_sent_is_judged_once(proxy: Proxy, plain_site: Site) -> None:
    forms = [SEARCHED[:end] for end in range(20, len(SEARCHED) + 1)]
    typing(proxy, plain_site, *forms)
    assert words(proxy) == []
    proxy.addon(Keystrokes).done()
    assert words(proxy) == [SEARCHED]


def test_what_is_sent_in_the_end_is_judged_by_itself(proxy: Proxy, plain_site: Site) -> None:
    typing(proxy, plain_site, SEARCHED[:25], SEARCHED)
    typing(proxy, plain_site, SEARCHED, path="/search?q=")
    proxy.addon(Keystrokes).done()
    assert words(proxy) == [SEARCHED]
    assert proxy.notebook.kept[0][2].blocked


def test_what_was_taken_back_before_something_else_was_sent_is_told(
    proxy: Proxy, plain_site: Site
) -> None:
    typing(proxy, plain_site, SEARCHED, "I do", "I do not like peas")
    typing(proxy, plain_site, "I do not like peas", path="/search?q=")
    assert words(proxy) == [SEARCHED]


def test_an_address_that_cannot_be_read_is_no_search(proxy: Proxy) -> None:
    assert b"400" in raw(proxy, b"GET http://a..b/ HTTP/1.0\r\nHost: a..b\r\n\r\n")


def test_what_staff_type_is_not_followed(start: Callable[..., Proxy], plain_site: Site) -> None:
    proxy = start("staff")
    typing(proxy, plain_site, SEARCHED)
    proxy.addon(Keystrokes).done()
    assert words(proxy) == []


def test_a_typing_that_nothing_follows_is_judged_after_a_while(
    proxy: Proxy, plain_site: Site
) -> None:
    keystrokes = proxy.addon(Keystrokes)
    typing(proxy, plain_site, WORDS)
    before, keystrokes._clock = keystrokes._clock, lambda: before() + 60
    until(lambda: words(proxy) == [WORDS])
