"""The story of a case in a real browser without scripts: opened, worked on, closed, taken out, verified."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, override

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from werkzeug.serving import WSGIRequestHandler, make_server

from safeguard.case_files.verifying import verify
from tests.admin_web.conftest import built, school
from tests.admin_web.school import OSCAR, PRIYA, School, employ, enrol
from tests.safeguard.store.keeping_samples import concern
from tests.system.browser import browser

__all__ = ["built", "school"]  # fixtures


class Silent(WSGIRequestHandler):
    """No line for each request."""

    @override
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def served(one: School) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, one.app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sign_in(window: Any, base: str, who: tuple[str, str, tuple[str, ...]]) -> None:
    window.implicitly_wait(10)  # a key that is pressed does not wait for the next page
    window.get(f"{base}/login")
    window.find_element(By.NAME, "email").send_keys(who[0])
    window.find_element(By.NAME, "password").send_keys(who[1])
    window.find_element(By.CSS_SELECTOR, "main button").send_keys(Keys.ENTER)
    says(window, "Sign out")


def says(window: Any, words: str) -> None:
    wait = WebDriverWait(window, 15, ignored_exceptions=[StaleElementReferenceException])
    wait.until(lambda one: words in one.find_element(By.TAG_NAME, "body").text)


def press(window: Any, words: str) -> None:
    window.find_element(
        By.XPATH, f"//main//button[starts-with(normalize-space(), '{words}')]"
    ).send_keys(Keys.ENTER)


def unfold(window: Any, words: str) -> None:
    window.find_element(By.XPATH, f"//summary[normalize-space()='{words}']").send_keys(Keys.ENTER)


def begins(window: Any, base: str) -> None:
    window.get(f"{base}/find")
    window.find_element(By.ID, "name").send_keys("Amelia")
    press(window, "Find")
    window.find_element(By.LINK_TEXT, "Amelia Hart").send_keys(Keys.ENTER)
    says(window, "Bullying")
    window.find_element(By.LINK_TEXT, "Open a case").send_keys(Keys.ENTER)
    window.find_element(By.ID, "title").send_keys("Worried about home")
    press(window, "Open the case")
    says(window, "The case is open, and you have it.")


def works(window: Any) -> None:
    window.find_element(By.LINK_TEXT, "Add a concern").send_keys(Keys.ENTER)
    window.find_element(By.NAME, "concern").send_keys(Keys.SPACE)
    press(window, "Put them in the case")
    says(window, "The concerns are in the case.")
    window.find_element(By.ID, "words").send_keys("Spoke with her. She is safe.")
    press(window, "Keep the note")
    says(window, "The note is kept.")
    unfold(window, "Close the case")
    window.find_element(By.ID, "outcome").send_keys("Real, and acted on")
    press(window, "Close the case")
    says(window, "Say why")
    window.find_element(By.ID, "reason").send_keys("Her aunt looks after her now.")
    press(window, "Close the case")
    says(window, "The case is closed since")
    window.find_element(By.LINK_TEXT, "Make an evidence pack").send_keys(Keys.ENTER)


def test_a_case_is_opened_worked_on_closed_and_its_pack_verifies_offline(
    school: School, tmp_path: Path
) -> None:
    person, _ = enrol(school, "Amelia Hart", "secondary", "10.20.0.5", "Laptop 1")
    concern(school.store, 1, 1, subject=person, group="secondary", family="bullying")
    with served(school) as base, browser(tmp_path / "home") as window:
        window.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        sign_in(window, base, PRIYA)
        begins(window, base)
        works(window)
        folder = tmp_path / "downloads"
        window.execute_cdp_cmd(
            "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)}
        )
        window.find_element(By.ID, "why").send_keys("Strategy meeting")
        window.find_element(By.ID, "password").send_keys(PRIYA[1])
        press(window, "Make the file")
        zips = WebDriverWait(window, 60).until(lambda _: list(folder.glob("case-*.zip")))
    found = verify(zips[0])
    assert found.wrong == ()
    assert found.made_by == "Priya Patel"
    zips[0].write_bytes(zips[0].read_bytes().replace(b"PK\x01\x02", b"PK\x01\x03", 1))
    with pytest.raises(Exception, match="damaged"):
        verify(zips[0])


def test_nothing_stands_out_of_the_window_on_any_of_these_pages(
    school: School, tmp_path: Path
) -> None:
    person, _ = enrol(school, "Amelia Hart", "secondary", "10.20.0.5", "Laptop 1")
    for number in range(1, 9):
        concern(school.store, number, number, subject=person, group="secondary")
    visitor = school.as_(PRIYA)
    sent = {"title": "W" * 190, "severity": "3"}
    case = visitor.send(f"/cases/open?person={person}", sent).location
    paths = (
        "/cases", case, f"{case}/concerns", f"{case}/export", "/find?name=a", "/audit/looks",
        f"/pupils/{person}", "/trends?weeks=52", "/numbers", "/find/export?severity=low",
    )  # fmt: skip
    with served(school) as base, browser(tmp_path / "home") as window:
        metrics = {"width": 320, "height": 700, "deviceScaleFactor": 1, "mobile": True}
        window.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        sign_in(window, base, PRIYA)
        for path in paths:
            window.get(f"{base}{path}")
            wide = window.execute_script("return document.documentElement.scrollWidth")
            assert wide <= 320, path


def test_a_governor_sees_numbers_and_no_name(school: School, tmp_path: Path) -> None:
    for number in range(1, 9):
        person, _ = enrol(school, f"Pupil {number} Hart", "secondary", f"10.20.0.{number}", "L")
        concern(school.store, number, 1, subject=person, group="secondary")
    employ(school, OSCAR[0], "governor")
    with served(school) as base, browser(tmp_path / "home") as window:
        sign_in(window, base, OSCAR)
        says(window, "Concerns, the latest month first.")
        assert "Hart" not in window.page_source
        for path in ("/cases", "/find", "/trends", "/audit/looks", "/events"):
            window.get(f"{base}{path}")
            says(window, "This page belongs to another role")
