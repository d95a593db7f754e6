"""The walk through the whole system: a pupil, the lead and the technician, each in a browser.

Real Chromium, real TLS, real DNS, a real database: once on SQLite, once on PostgreSQL. Set
SAFEGUARD_SCREENSHOTS to a folder to keep the pictures that the README shows.
"""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.conftest import absent
from tests.postgres import PostgresServer, postgres_server
from tests.system.browser import browser
from tests.system.filter import Filter, running, until
from tests.system.internet import Internet, internet

__all__ = ["postgres_server"]  # a fixture, used by its name

WORDS = "i want to kill myself"
PASSWORDS = {"lead": "ten green bottles hanging", "technician": "nine blue kettles boiling"}
PUPIL, STAFF = "127.0.0.1", "127.0.0.2"
REFERENCE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")


@dataclass(frozen=True)
class School:
    """The filter that runs, the internet beyond it, and where browsers keep their profiles."""

    filter: Filter
    internet: Internet
    homes: Path


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def school(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[School]:
    folder = tmp_path_factory.mktemp(f"walk-{request.param}")
    database = ""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        database = server.empty_database()
    with internet(folder) as world:
        names = f"udp://127.0.0.1:{world.dns_port}"
        filter_ = Filter(
            folder / "data",
            more={
                "SAFEGUARD_PROXY__RESOLVER": names,
                "SAFEGUARD_PROXY__UPSTREAM_CA": str(world.authority),
                "SAFEGUARD_PROXY__ALLOW_NETWORKS": "127.0.0.0/8",
                "SAFEGUARD_DNS__UPSTREAMS": names,
                "SAFEGUARD_DATABASE__URL": database,
                "SAFEGUARD_SCHOOL__NAME": "Hill School",
            },
        )
        roll = folder / "roll.csv"
        roll.write_text(
            "name,group,address,device\n"
            f"Ada Example,secondary,{PUPIL},Library laptop 4\n"
            f"Sam Teacher,staff,{STAFF},Staff room\n"
        )
        imported = filter_.command("users", "import", str(roll))
        assert imported.returncode == 0, imported.stderr
        with running(filter_):
            yield School(filter_, world, folder / "homes")


@pytest.fixture(scope="module")
def pupil(school: School) -> Iterator[webdriver.Chrome]:
    authority = school.filter.data / "ca" / "safeguard-ca.pem"
    home = school.homes / "pupil"
    port = school.filter.proxy_port
    with browser(home, proxy_port=port, trusts=authority, size="900,1000") as opened:
        yield opened


@pytest.fixture(scope="module")
def staff_browser(school: School) -> Iterator[Callable[[str], webdriver.Chrome]]:
    """A browser of its own for each member of staff, signed in."""
    set_up(school)
    with (
        browser(school.homes / "lead") as lead,
        browser(school.homes / "technician") as technician,
    ):
        opened = {"lead": lead, "technician": technician}
        for role, one in opened.items():
            one.get(f"{school.filter.site}/login")
            type_into(one, email=f"{role}@hill.example", password=PASSWORDS[role])
            press(one, "Sign in")
        yield opened.__getitem__


def set_up(school: School) -> None:
    link = school.filter.set_up_link()
    with browser(school.homes / "set-up") as one:
        one.get(link)
        for role in ("lead", "technician"):
            password = PASSWORDS[role]
            type_into(
                one,
                **{
                    f"{role}_name": f"{role.capitalize()} Person",
                    f"{role}_email": f"{role}@hill.example",
                    f"{role}_password": password,
                    f"{role}_repeated": password,
                },
            )
        submit(one, one.find_element(By.CSS_SELECTOR, "main form button"))
        assert one.current_url.endswith("/login")
        one.get(link)
        assert "Sign in" not in one.title  # the link worked once, and never again


def type_into(one: webdriver.Chrome, **fields: str) -> None:
    for name, text in fields.items():
        found = one.find_element(By.NAME, name)
        found.clear()
        found.send_keys(text)


def press(one: webdriver.Chrome, words: str) -> None:
    submit(one, one.find_element(By.XPATH, f"//main//button[normalize-space()='{words}']"))


def submit(one: webdriver.Chrome, button: WebElement) -> None:
    """Press the button and wait for the page after it; between two pages any question may fail."""
    one.execute_script("window.beforeSubmit = true")
    click(one, button)
    arrived = "return !window.beforeSubmit && document.readyState === 'complete'"
    wait = WebDriverWait(one, 20, ignored_exceptions=[WebDriverException])
    wait.until(lambda driver: driver.execute_script(arrived))


def choose(one: webdriver.Chrome, name: str, value: str) -> None:
    click(one, one.find_element(By.CSS_SELECTOR, f"input[name='{name}'][value='{value}']"))


def click(one: webdriver.Chrome, element: WebElement) -> None:
    """Click where it stands still: pages scroll smoothly, and a click would land beside it."""
    one.execute_script(
        "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element
    )
    element.click()


def text_of(one: webdriver.Chrome) -> str:
    found: WebElement = one.find_element(By.TAG_NAME, "body")
    return str(found.text)


def picture(one: webdriver.Chrome, name: str) -> None:
    if folder := os.environ.get("SAFEGUARD_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        one.save_screenshot(str(Path(folder) / name))


def dig(school: School, name: str, asker: str) -> tuple[str, list[str]]:
    """The status of the answer, and the addresses in it, as one who asks from this address."""
    if shutil.which("dig") is None:
        absent("dig (dnsutils) is not installed")
    command = ["dig", "+tries=1", "+time=5", "-b", asker, "@127.0.0.1", "-p"]
    found = subprocess.run(
        [*command, str(school.filter.dns_port), name, "A"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    status = re.findall(r"status: (\w+)", found)
    return status[0], re.findall(r"^[^;].*\sIN\s+A\s+(\S+)$", found, re.MULTILINE)


def test_a_pupil_opens_an_allowed_page_and_does_not_notice_the_filter(
    school: School, pupil: webdriver.Chrome
) -> None:
    pupil.get(school.internet.url("www.science.test"))
    assert pupil.title == "Science"
    assert "Light and water." in text_of(pupil)


def test_a_gambling_site_is_a_kind_page_over_https_and_the_site_is_never_reached(
    school: School, pupil: webdriver.Chrome
) -> None:
    pupil.get(school.internet.url("www.bet365.com"))
    assert "Hill School" in pupil.title
    assert "gambling" in text_of(pupil).lower()
    assert REFERENCE.search(text_of(pupil))
    assert not any(one.startswith("www.bet365.com") for one in school.internet.seen)


def test_a_page_whose_words_cross_a_threshold_is_replaced(
    school: School, pupil: webdriver.Chrome
) -> None:
    pupil.get(school.internet.url("dark.pages.test"))
    assert "nobody would miss me" not in text_of(pupil)
    assert "Childline" in text_of(pupil)
    assert REFERENCE.search(text_of(pupil))


def test_a_search_about_suicide_is_refused_with_help_first(
    school: School, pupil: webdriver.Chrome
) -> None:
    pupil.get(school.internet.url("www.google.com", f"/search?q={WORDS.replace(' ', '+')}"))
    assert "0800 1111" in text_of(pupil)
    assert "kill myself" not in text_of(pupil)
    assert not any("kill" in one for one in school.internet.seen)
    picture(pupil, "block-page.png")


def test_dns_forwards_allowed_names_and_answers_blocked_ones_by_group(school: School) -> None:
    assert dig(school, "www.science.test", PUPIL) == ("NOERROR", ["127.0.0.1"])
    assert dig(school, "www.bet365.com", PUPIL) == ("NOERROR", ["0.0.0.0"])
    assert dig(school, "www.tiktok.com", PUPIL) == ("NOERROR", ["0.0.0.0"])
    assert dig(school, "www.tiktok.com", STAFF) == ("NOERROR", ["127.0.0.1"])
    assert dig(school, "use-application-dns.net", PUPIL)[0] == "NXDOMAIN"


def test_the_lead_sees_who_what_when_and_why_and_reviews_with_a_note(
    school: School, staff_browser: Callable[[str], webdriver.Chrome]
) -> None:
    lead = staff_browser("lead")

    def listed() -> bool:
        lead.get(f"{school.filter.site}/")
        return WORDS in text_of(lead)

    until(listed, what="the event on the lead's page")
    page = text_of(lead)
    assert "Ada Example" in page
    assert "Library laptop 4" in page
    assert "uicide" in page
    picture(lead, "lead.png")

    lead.get(f"{school.filter.site}/events?kept=all")
    assert "www.bet365.com" in text_of(lead)  # blocked, and no matter of safeguarding: not flagged
    assert "gambling" in text_of(lead)
    lead.get(f"{school.filter.site}/")

    row = lead.find_element(By.XPATH, f"//tr[contains(., '{WORDS}')]//a")
    submit(lead, row)
    assert "/events/" in lead.current_url
    page = text_of(lead)
    assert WORDS in page
    assert PUPIL in page
    assert "pupils: searches and prompts about harm" in page
    assert REFERENCE.search(page)

    click(lead, lead.find_elements(By.CSS_SELECTOR, "input[name='outcome']")[0])
    type_into(lead, note="Spoke with Ada and rang home.")
    press(lead, "Save the review")
    assert "Spoke with Ada and rang home." in text_of(lead)
    lead.refresh()
    assert "Lead Person" in text_of(lead)


def test_a_list_that_stays_open_says_that_a_concern_came_in(
    school: School, pupil: webdriver.Chrome, staff_browser: Callable[[str], webdriver.Chrome]
) -> None:
    lead = staff_browser("lead")
    review, list_of_today = lead.current_url, f"{school.filter.site}/"
    lead.get(list_of_today)
    told = lead.find_element(By.CSS_SELECTOR, "[data-live]")
    assert not told.is_displayed()
    pupil.get(school.internet.url("www.google.com", "/search?q=how+to+bypass+the+school+filter"))
    until(told.is_displayed, what="the line that says so")
    assert "A concern has come in since this page was opened" in told.text
    picture(lead, "new-concern.png")
    lead.get(review)


def test_the_technician_sees_nothing_of_that(
    school: School, staff_browser: Callable[[str], webdriver.Chrome]
) -> None:
    technician = staff_browser("technician")
    technician.get(f"{school.filter.site}/")
    assert WORDS not in text_of(technician)
    lead = staff_browser("lead")
    technician.get(lead.current_url)
    assert WORDS not in text_of(technician)


def test_the_technician_blocks_a_site_and_proxy_and_dns_obey_within_a_second(
    school: School,
    pupil: webdriver.Chrome,
    staff_browser: Callable[[str], webdriver.Chrome],
) -> None:
    url = school.internet.url("later.blocked.test")
    pupil.get(url)
    assert "Open for now" in text_of(pupil)
    assert dig(school, "later.blocked.test", PUPIL)[1] == ["127.0.0.1"]

    technician = staff_browser("technician")
    technician.get(f"{school.filter.site}/rules/add")
    type_into(technician, address="later.blocked.test", reason="A distraction in lessons")
    choose(technician, "action", "block")
    choose(technician, "groups", "secondary")
    press(technician, "See what it would change")
    assert "What changes" in text_of(technician)
    press(technician, "Put it in force")
    saved = time.monotonic()

    until(lambda: dig(school, "later.blocked.test", PUPIL)[1] == ["0.0.0.0"], 1.0, "DNS")
    until(lambda: status_through_proxy(school, url) == 403, 1.5, "the proxy")
    assert time.monotonic() - saved < 2.5  # both, with the time that dig and curl take

    def refused() -> bool:  # by whichever worker the browser reaches
        pupil.get(url)
        return "Open for now" not in text_of(pupil)

    until(refused, 3.0, "the block page")
    assert dig(school, "later.blocked.test", STAFF)[1] == ["127.0.0.1"]
    technician.get(f"{school.filter.site}/rules")
    assert "A distraction in lessons" in text_of(technician)
    picture(technician, "technician.png")


def status_through_proxy(school: School, url: str) -> int:
    authority = school.filter.data / "ca" / "safeguard-ca.pem"
    command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", str(authority)]
    proxy = f"http://127.0.0.1:{school.filter.proxy_port}"
    found = subprocess.run(
        [*command, "-x", proxy, url], capture_output=True, text=True, check=False
    )
    return int(found.stdout)


def test_the_command_line_gives_the_verdict_that_was_carried_out(school: School) -> None:
    url = school.internet.url("later.blocked.test")
    found = school.filter.command("check", "--json", "--ip", PUPIL, url)
    verdict = json.loads(found.stdout)
    assert (verdict["action"], verdict["rule"]) == ("block", "own entry: later.blocked.test")
    assert found.returncode == 1
