"""What a list would have changed of the last week's visits: the stories a technician asks for."""

from datetime import timedelta
from pathlib import Path

import pytest

from filter_rules.formats.format import Format
from safeguard import visit_counts
from safeguard.building import build, compile_alone
from safeguard.core.types import Action, Subject, Target
from safeguard.core.visits import Visits, visit_id, visit_of
from safeguard.importing import import_source
from safeguard.previewing import imported, source_of
from safeguard.problems import UnusableError
from safeguard.rehearsing import Rehearsal, rehearse
from safeguard.settings import Settings
from safeguard.side_by_side import Effect
from safeguard.sources import Source
from safeguard.store import overlay
from safeguard.store.intake import Batch, take_in
from safeguard.store.session import Store
from safeguard.visit_counts import Amount, HostVisits
from tests.safeguard.samples import ALLOWED, NOW, sealed

LATER = NOW + timedelta(hours=6)
DAYS_AGO = 86_400

type Visit = tuple[str, str, str, float]  # group, person, host, seconds before now


class Desk:
    """A school with rules in force and a week of visits."""

    def __init__(self, settings: Settings, store: Store, folder: Path) -> None:
        self.settings, self.store, self._folder = settings, store, folder
        self.said: list[tuple[str, int, int]] = []

    def visited(self, *visits: Visit) -> None:
        made = []
        for number, (group, person, host, before) in enumerate(visits):
            who = Subject(group, f"10.0.0.{number}", person)
            when = visit_id(NOW - timedelta(seconds=before), number.to_bytes(3))
            made.append(visit_of(who, Target(host, f"https://{host}/a"), ALLOWED, when))
        take_in(self.store, Batch("s", "proxy-0", 1, [Visits(tuple(made))]))

    def rehearse(
        self, text: str, category: str = "games", fmt: Format = Format.ADBLOCK
    ) -> Rehearsal:
        (self._folder / "list.txt").write_text(text)
        work = self._folder / "work"
        work.mkdir()
        source = source_of(work, self._folder / "list.txt", fmt, category, NOW)
        return self.of(source, work)

    def again(self, name: str) -> Rehearsal:
        """Rehearse a list that was taken in."""
        source = imported(self.settings.data, name)
        assert source is not None
        work = self._folder / "work"
        work.mkdir()
        return self.of(source, work)

    def of(self, source: Source, work: Path) -> Rehearsal:
        alone = compile_alone(source, work, lambda *_: None)
        return rehearse(self.settings, self.store, source, alone, LATER, self._say)

    def _say(self, what: str, done: int, of: int) -> None:
        self.said.append((what, done, of))


@pytest.fixture
def desk(school: Path, any_settings: Settings, any_store: Store, tmp_path: Path) -> Desk:
    assert school == any_settings.data
    return Desk(any_settings, any_store, tmp_path)


def class_of(group: str, host: str, pupils: int = 6) -> list[Visit]:
    return [(group, f"{group}-{number}", host, number) for number in range(pupils)]


def test_what_a_list_would_newly_block_is_counted_by_visits_hosts_and_people(desk: Desk) -> None:
    desk.visited(
        *class_of("primary", "chess.example"),
        *class_of("primary", "www.chess.example"),
        *class_of("secondary", "rivers.example"),
        ("secondary", "someone", "dice.example", 2 * DAYS_AGO),
    )
    found = desk.rehearse("||chess.example^\n||dice.example^\n||nobody.example^\n")
    assert found.newly == Amount(visits=13, hosts=3, people=7)
    assert found.top[Effect.BLOCKED] == [
        HostVisits("chess.example", 6),
        HostVisits("www.chess.example", 6),
        HostVisits("dice.example", 1),
    ]
    assert (found.days, found.visits, found.hosts, found.cut) == (2, 19, 4, False)
    assert not found.is_in_force
    assert found.last - found.first == timedelta(days=6)
    assert set(found.amounts) == {Effect.BLOCKED}


def test_few_people_are_not_told(desk: Desk) -> None:
    desk.visited(*class_of("primary", "chess.example", pupils=4))
    found = desk.rehearse("||chess.example^\n")
    assert found.newly == Amount(visits=4, hosts=1, people=None)


def test_from_five_people_on_they_are_told(desk: Desk) -> None:
    desk.visited(*class_of("primary", "chess.example", pupils=5))
    assert desk.rehearse("||chess.example^\n").newly == Amount(visits=5, hosts=1, people=5)


def test_visits_of_before_the_week_are_not_looked_at(desk: Desk) -> None:
    desk.visited(
        ("primary", "a", "chess.example", 6 * DAYS_AGO),
        ("primary", "a", "chess.example", 7 * DAYS_AGO),
    )
    assert desk.rehearse("||chess.example^\n").newly.visits == 1


def test_each_group_is_judged_by_the_rules_for_it(desk: Desk) -> None:
    """Games are blocked for pupils; staff may play."""
    desk.visited(*class_of("primary", "chess.example"), *class_of("staff", "chess.example"))
    found = desk.rehearse("||chess.example^\n")
    assert found.amounts == {
        Effect.BLOCKED: Amount(6, 1, 6),
        Effect.NO_RULE: Amount(6, 1, 6),
    }


def test_what_other_lists_block_already_is_counted_apart(desk: Desk) -> None:
    desk.visited(*class_of("primary", "www.bet365.com"))
    found = desk.rehearse("||bet365.com^\n")
    assert found.amounts == {Effect.AS_BEFORE: Amount(6, 1, 6)}
    assert found.newly == Amount()


def test_what_staff_allow_and_what_helps_stays_open(desk: Desk) -> None:
    overlay.add(desk.store, "chess.example", Action.ALLOW, (), "the chess club", "Tom", NOW)
    desk.visited(*class_of("primary", "chess.example"), *class_of("primary", "childline.org.uk"))
    found = desk.rehearse("||chess.example^\n||childline.org.uk^\n")
    assert found.amounts == {Effect.KEPT_OPEN: Amount(12, 2, 6)}
    assert {one.host for one in found.top[Effect.KEPT_OPEN]} == {
        "chess.example",
        "childline.org.uk",
    }


def test_a_category_that_no_rule_speaks_of_blocks_nothing(desk: Desk) -> None:
    desk.visited(*class_of("primary", "chess.example"))
    found = desk.rehearse("||chess.example^\n", category="board-games")
    assert found.amounts == {Effect.NO_RULE: Amount(6, 1, 6)}


def test_what_staff_allow_against_another_list_is_not_kept_open_against_this_one(
    desk: Desk,
) -> None:
    overlay.add(desk.store, "tiktok.com", Action.ALLOW, (), "media studies", "Tom", NOW)
    desk.visited(*class_of("primary", "www.tiktok.com"))
    found = desk.rehearse("||tiktok.com^\n", category="board-games")
    assert found.amounts == {Effect.NO_RULE: Amount(6, 1, 6)}


def test_a_list_of_help_opens_what_was_blocked(desk: Desk) -> None:
    desk.visited(*class_of("primary", "www.bet365.com"))
    found = desk.rehearse("||bet365.com^\n", category="help")
    assert found.amounts == {Effect.OPENED: Amount(6, 1, 6)}


def test_an_exception_of_the_list_keeps_its_site_open_and_no_other_list_s(desk: Desk) -> None:
    desk.visited(*class_of("primary", "chess.example"), *class_of("primary", "www.bet365.com"))
    text = "||chess.example^\n@@||chess.example^\n||bet365.com^\n@@||bet365.com^\n"
    assert desk.rehearse(f"{text}||dice.example^\n").amounts == {}


def test_parts_of_sites_and_patterns_cannot_be_told_from_hosts(desk: Desk) -> None:
    desk.visited(
        *class_of("primary", "www.rivers.example"),
        *class_of("secondary", "other.example"),
    )
    found = desk.rehearse("||rivers.example/games^\n||nobody.example/x^\n/banner/*/advert.\n")
    assert found.amounts == {Effect.IN_PART: Amount(6, 1, 6)}
    assert found.patterns == 1


def test_a_list_that_is_in_force_is_taken_out_for_the_comparison(desk: Desk) -> None:
    path = desk.settings.data.parent / "mine.txt"
    path.write_text("chess.example\n")
    import_source(desk.settings.data, path, Format.DOMAINS, "games", "mine", NOW)
    build(desk.settings.data, lambda *_: None)
    desk.visited(*class_of("primary", "chess.example"))
    found = desk.again("mine")
    assert found.is_in_force
    assert found.newly == Amount(6, 1, 6)


def test_what_a_sealed_list_withheld_is_no_host(desk: Desk) -> None:
    who = Subject("primary", "10.0.0.1", "p")
    made = visit_of(who, Target("bad.example"), sealed(), visit_id(NOW, bytes(3)))
    take_in(desk.store, Batch("s", "proxy-0", 1, [Visits((made,))]))
    found = desk.rehearse("||withheld^\n||bad.example^\n")
    assert (found.visits, found.amounts) == (1, {})


def test_more_hosts_than_can_be_looked_at_are_cut_and_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit_counts, "MOST_HOSTS", 3)
    hosts = [f"site-{number}.example" for number in range(5)]
    desk.visited(*[("primary", "p", host, n) for n, host in enumerate(hosts)])
    found = desk.rehearse("".join(f"||{host}^\n" for host in hosts))
    assert (found.cut, found.hosts, found.newly.hosts) == (True, 3, 3)


def test_hosts_that_come_again_on_another_day_are_no_more_hosts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit_counts, "MOST_HOSTS", 2)
    desk.visited(
        *[
            ("primary", "p", f"site-{n}.example", n + day * DAYS_AGO)
            for n in (0, 1)
            for day in (0, 1)
        ]
    )
    found = desk.rehearse("||site-0.example^\n")
    assert (found.cut, found.hosts, found.newly.visits) == (False, 2, 2)


def test_the_most_visited_come_first_and_no_more_than_can_be_read(desk: Desk) -> None:
    desk.visited(
        *[("primary", f"p{n}", f"site-{n}.example", n) for n in range(30)],
        ("primary", "p", "site-29.example", 70),
    )
    top = desk.rehearse("".join(f"||site-{n}.example^\n" for n in range(30))).top[Effect.BLOCKED]
    assert len(top) == visit_counts.TOP
    assert top[0] == HostVisits("site-29.example", 2)


def test_the_progress_is_told_a_step_a_day(desk: Desk) -> None:
    desk.visited(("primary", "p", "a.example", 0), ("primary", "p", "a.example", DAYS_AGO))
    desk.rehearse("||a.example^\n")
    assert [(done, of) for what, done, of in desk.said if "week" in what] == [
        (0, 4), (1, 4), (1, 4), (2, 4), (2, 4), (3, 4), (3, 4), (4, 4),
    ]  # fmt: skip


def test_without_a_log_there_is_nothing_to_tell(desk: Desk) -> None:
    with pytest.raises(UnusableError, match="no access log"):
        desk.rehearse("||chess.example^\n")


def test_without_rules_in_force_there_is_nothing_to_compare(desk: Desk) -> None:
    (desk.settings.data / "rules-in-force").unlink()
    desk.visited(*class_of("primary", "chess.example"))
    with pytest.raises(UnusableError, match="rules build"):
        desk.rehearse("||chess.example^\n")
