"""The pages in a real browser: read on a phone and a desktop, asked from, and inside other pages."""

from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from tests.proxy_addons.conftest import proxy, site, start
from tests.proxy_addons.world import HTML, WORDS, Page, Proxy, Site, Start
from tests.system.browser import browser

__all__ = ["proxy", "site", "start"]  # fixtures

EMBEDS = b"""<!doctype html><title>Embeds</title>
<iframe id="frame" src="https://bets.test/" width="300" height="80"></iframe>
<img id="image" src="https://bets.test/odds.png">"""
FETCH = """
const done = arguments[arguments.length - 1];
fetch("/worrying").then(async got =>
  done([got.status, got.headers.get("content-type"), (await got.json()).title]), done);
"""
SEARCH = "https://www.google.com/search?q=" + WORDS.replace(" ", "+")


def waits(window: Any, text: str) -> None:
    WebDriverWait(window, 15).until(lambda one: text in one.find_element(By.TAG_NAME, "body").text)


def test_a_blocked_page_is_asked_for_with_the_keyboard_alone_and_without_scripts(
    proxy: Proxy, tmp_path: Path
) -> None:
    with browser(
        tmp_path / "home", proxy_port=proxy.port, trusts=proxy.authority.certificate
    ) as window:
        window.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        window.get("https://bets.test/odds")
        waits(window, "This page is blocked at school")
        field = window.find_element(By.ID, "reason")
        field.send_keys("for maths", Keys.TAB)
        window.switch_to.active_element.send_keys(Keys.ENTER)
        waits(window, "Your request was passed on")
    assert [(url, why) for _, url, why in proxy.notebook.requests] == [
        ("https://bets.test/odds", "for maths")
    ]


@pytest.mark.parametrize("size", ["320,640", "375,800", "1280,900"])
def test_nothing_stands_out_of_the_window_and_help_can_be_reached_at_once(
    start: Start, tmp_path: Path, size: str
) -> None:
    proxy = start("primary")
    width, height = (int(one) for one in size.split(","))
    with browser(
        tmp_path / "home", proxy_port=proxy.port, trusts=proxy.authority.certificate
    ) as window:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        window.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        for address in ("https://bets.test/", SEARCH):
            window.get(address)
            waits(window, "Oak Tree School")
            assert window.execute_script("return document.documentElement.scrollWidth") <= width
            assert not window.find_elements(By.TAG_NAME, "script")
        leave, phone = (
            window.find_element(By.CSS_SELECTOR, one)
            for one in (".leave", 'a[href="tel:08001111"]')
        )
        for one in (leave, phone):
            assert one.is_displayed()
        assert leave.size["height"] >= 44
        assert leave.location["y"] < height
        # The way out is the first thing that the keyboard reaches.
        window.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
        assert window.switch_to.active_element.get_attribute("class") == "leave"


def test_inside_another_page_a_line_a_picture_and_a_problem_document_are_enough(
    start: Start, site: Site, tmp_path: Path
) -> None:
    proxy = start("primary")
    site.pages["/embeds"] = Page(EMBEDS, HTML)
    with browser(
        tmp_path / "home", proxy_port=proxy.port, trusts=proxy.authority.certificate
    ) as window:
        window.get(f"https://school.test:{site.port}/embeds")
        width = "return document.getElementById('image').naturalWidth"
        WebDriverWait(window, 15).until(lambda one: one.execute_script(width))
        window.switch_to.frame("frame")
        waits(window, "Blocked by the school's filter")
        assert not window.find_elements(By.TAG_NAME, "form")
        window.switch_to.default_content()
        got = window.execute_async_script(FETCH)
    assert got == [403, "application/problem+json", "Blocked by the school's filter."]
