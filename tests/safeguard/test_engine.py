"""The engine: one judgement for every edge, swapped whole, and never silent passing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from filter_rules.detector import Detector
from filter_rules.formats.format import Format
from filter_rules.languages import read_themes
from filter_rules.overlay import Overlay
from filter_rules.types import Hit, Kind, Severity
from safeguard.building import build
from safeguard.core import evasion
from safeguard.core.explain import sentences
from safeguard.core.identifying import Claim, Method
from safeguard.core.modes import Modes, SafeSearch, YouTube
from safeguard.core.overrides import Override
from safeguard.core.policy import Policy
from safeguard.core.rules import InspectionRule, ModeRule, PolicyRule, TextRule, Times, Who
from safeguard.core.timetable import timetable
from safeguard.core.types import Action, Channel, Reason, Subject, Target, Verdict
from safeguard.engine import Engine, judged_by, open_engine
from safeguard.identity.roster import Roster
from safeguard.importing import import_source
from safeguard.loading import shipped_groups, with_overrides
from safeguard.problems import UnusableError
from safeguard.sealed_imports import import_sealed, remove_sealed
from safeguard.settings import Settings, load
from safeguard.sources import shipped_themes
from safeguard.store import generation, overlay, people, sessions
from safeguard.store.people import Network
from safeguard.store.people_records import PersonRecord
from safeguard.store.session import Store, open_store
from safeguard.store.tables.people import PersonRow
from tests.postgres import PostgresServer
from tests.system.filter import until

NOW = datetime(2026, 9, 7, 9, tzinfo=UTC)
PUPIL = Subject("secondary")
STAFF = Subject("staff")


@pytest.fixture
def settings(school: Path) -> Settings:
    return load(school)


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    opened = open_engine(settings)
    yield opened
    opened.close()


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = open_store(settings)
    yield opened
    opened.close()


def judged(engine: Engine, subject: Subject, text: str) -> tuple[str, bool, str]:
    target = engine.target_of(text)
    assert target is not None
    verdict = engine.judge(subject, target)
    return verdict.action.value, verdict.flagged, verdict.reason.value


# who, what they ask for, what happens, whether a person should know
TABLE = [
    (PUPIL, "https://www.bbc.co.uk/news", "allow", False),
    (PUPIL, "https://www.bet365.com/", "block", False),
    (STAFF, "https://www.bet365.com/", "block", False),
    (PUPIL, "https://www.tiktok.com/", "block", False),
    (STAFF, "https://www.tiktok.com/", "allow", False),
    (PUPIL, "https://chatgpt.com/", "block", False),
    (Subject("sixth-form"), "https://chatgpt.com/", "allow", False),
    (Subject("unidentified"), "https://chatgpt.com/", "block", False),
    (PUPIL, "https://www.childline.org.uk/", "allow", False),
    (PUPIL, "http://192.168.0.1/", "block", False),
    (PUPIL, "https://never-heard-of.example/", "allow", False),
    (PUPIL, "https://www.google.com/search?q=how+plants+grow", "allow", False),
    (PUPIL, "https://www.google.com/search?q=i+want+to+kill+myself", "block", True),
    (
        PUPIL,
        "https://www.google.com/search?q=worried+about+my+friend+she+wants+to+kill+herself",
        "allow",
        True,
    ),
    (PUPIL, "https://www.google.com/search?q=how+to+help+a+friend+who+self+harms", "allow", False),
    (STAFF, "https://www.google.com/search?q=i+want+to+kill+myself", "allow", False),
]


@pytest.mark.parametrize(
    ("subject", "text", "action", "flagged"),
    TABLE,
    ids=[f"{subject.group} {text}" for subject, text, *_ in TABLE],
)
def test_the_default_policy_judges(
    engine: Engine, subject: Subject, text: str, action: str, *, flagged: bool
) -> None:
    assert judged(engine, subject, text)[:2] == (action, flagged)


def test_a_verdict_says_which_policy_and_which_rules_gave_it(engine: Engine) -> None:
    verdict = engine.judge(PUPIL, Target("www.bet365.com", channel=Channel.DNS))
    assert verdict.artefact == engine.snapshot.stamp.artefact
    assert verdict.policy_version.startswith("1.")


def test_what_is_neither_a_url_nor_a_host_is_no_target(engine: Engine) -> None:
    assert engine.target_of("not a host") is None
    assert engine.typed_in_url("not a host") is None
    assert engine.typed_in_body("not a host", "text/plain", b"hello") == ()


def test_a_bare_host_has_no_url_and_a_search_has_words(engine: Engine) -> None:
    bare = engine.target_of("www.bbc.co.uk")
    search = engine.target_of("https://www.google.com/search?q=how+plants+grow")
    assert bare == Target("www.bbc.co.uk")
    assert search is not None
    assert (search.words, search.kind) == ("how plants grow", Kind.SEARCH)


def test_what_staff_block_is_blocked_after_the_next_refresh(engine: Engine, store: Store) -> None:
    assert not engine.refresh()
    before = judged(engine, PUPIL, "https://new.example/page")
    entry = overlay.add(store, "new.example", Action.BLOCK, (), "a distraction", "Tom", NOW)
    assert engine.refresh()
    assert (before[0], judged(engine, PUPIL, "https://new.example/page")[0]) == ("allow", "block")
    overlay.remove(store, entry.id, "Tom", NOW)
    assert engine.refresh()
    assert judged(engine, PUPIL, "https://new.example/page")[0] == "allow"


def test_what_staff_allow_for_a_group_is_open_to_that_group_alone(
    engine: Engine, store: Store
) -> None:
    overlay.add(store, "tiktok.com", Action.ALLOW, ["sixth-form"], "media studies", "Tom", NOW)
    engine.refresh()
    assert judged(engine, Subject("sixth-form"), "https://www.tiktok.com/")[0] == "allow"
    assert judged(engine, PUPIL, "https://www.tiktok.com/")[0] == "block"


def timed(engine: Engine, *rules: PolicyRule, now: list[datetime]) -> Engine:
    """The engine with more rules, a schedule, and the clock that is given."""
    lunch = timetable(UTC, {}, {}).schedule("lunch", ["mon-fri 12:00-13:00"])
    policy = engine.snapshot.policy
    more = replace(policy, rules=(*policy.rules, *rules), schedules={"lunch": lunch})
    return Engine(engine.settings, replace(engine.snapshot, policy=more), clock=lambda: now[0])


NEWS = "https://www.bbc.co.uk/news"
NO_NEWS = PolicyRule(
    "no news at lunch",
    Action.BLOCK,
    frozenset({"news"}),
    Who(frozenset({"secondary"})),
    times=Times("lunch"),
)


def test_a_schedule_begins_and_ends_with_a_refresh_though_nothing_else_changed(
    engine: Engine,
) -> None:
    now = [datetime(2026, 9, 7, 11, 59, 59, tzinfo=UTC)]
    one = timed(engine, NO_NEWS, now=now)
    seen = []
    for hour in (11, 12, 12, 13, 12):  # the last: the clock was put back
        now[0] = now[0].replace(hour=hour, minute=59 if hour == 11 else 0)
        before = one.snapshot
        turned = one.refresh()
        assert turned is (one.snapshot is not before)
        seen.append((turned, judged(one, PUPIL, NEWS)[0]))
    one.close()
    assert seen == [
        (False, "allow"),
        (True, "block"),
        (False, "block"),
        (True, "allow"),
        (True, "block"),
    ]


def test_a_schedule_begins_though_the_database_is_away(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [datetime(2026, 9, 7, 11, tzinfo=UTC)]
    one = timed(engine, NO_NEWS, now=now)
    monkeypatch.setattr("safeguard.engine.open_store", _away)
    now[0] += timedelta(hours=1)
    assert one.refresh()
    assert judged(one, PUPIL, NEWS)[0] == "block"


def _away(_settings: Settings) -> Store:
    raise OSError("away")


def test_rules_that_cannot_be_put_in_force_leave_those_before_and_stop_no_other_change(
    engine: Engine, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("a defect")

    now = [datetime(2026, 9, 7, 11, tzinfo=UTC)]
    one = timed(engine, NO_NEWS, now=now)
    now[0] += timedelta(hours=1)
    with monkeypatch.context() as patched:
        patched.setattr("safeguard.engine.Engine._in_force", broken)
        assert not one.refresh()
    assert judged(one, PUPIL, NEWS)[0] == "allow"
    assert one.refresh()  # it is tried again
    assert judged(one, PUPIL, NEWS)[0] == "block"
    overlay.add(store, "new.example", Action.BLOCK, (), "a distraction", "Tom", NOW)
    assert one.refresh()
    assert judged(one, PUPIL, "https://new.example/page")[0] == "block"
    one.close()


def test_an_override_of_a_site_opens_it_for_its_class_while_it_lasts_and_says_so(
    engine: Engine,
) -> None:
    lesson = Override(
        3,
        Who(frozenset({"secondary"})),
        datetime(2026, 9, 7, 9, tzinfo=UTC),
        datetime(2026, 9, 7, 10, tzinfo=UTC),
        "Tom",
        "media studies",
        site="tiktok.com",
    )
    assert lesson.entry is not None
    now = [datetime(2026, 9, 7, 9, 30, tzinfo=UTC)]
    more = replace(
        engine.snapshot,
        policy=with_overrides(engine.snapshot.policy, [lesson]),
        overlay=Overlay([lesson.entry]),
    )
    one = Engine(engine.settings, more, clock=lambda: now[0])
    tiktok = one.target_of("https://www.tiktok.com/")
    assert tiktok is not None
    verdict = one.judge(PUPIL, tiktok)
    assert (verdict.action, verdict.rule) == (Action.ALLOW, "override 3: tiktok.com")
    assert sentences(verdict)[1] == (
        "“override 3: tiktok.com” would allow, for tiktok.com in the list overrides (own:-3): "
        "decisive."
    )
    assert one.judge(Subject("primary"), tiktok).blocked
    now[0] += timedelta(minutes=30)
    assert one.refresh()
    one.close()
    assert sentences(one.judge(PUPIL, tiktok))[-1].endswith("lost, because it has ended.")
    assert one.judge(PUPIL, tiktok).blocked


def test_who_is_in_a_group_that_is_gone_is_as_one_whom_nobody_knows(engine: Engine) -> None:
    roster = Roster(networks=[Network("10.9.0.0/16", "year 9")])
    one = Engine(engine.settings, replace(engine.snapshot, roster=roster))
    assert one.subject_at("10.9.0.1").group == "unidentified"


def test_a_device_that_becomes_known_is_known_after_the_next_refresh(
    engine: Engine, store: Store
) -> None:
    assert engine.subject_at("10.0.0.5").group == "unidentified"
    people.import_people(store, [PersonRecord(1, "Ada", "sixth-form", "10.0.0.5", "Laptop 5")])
    engine.refresh()
    assert engine.subject_at("10.0.0.5").group == "sixth-form"


def test_who_signs_in_is_known_after_the_next_refresh_and_nothing_else_is_loaded_for_it(
    engine: Engine, store: Store
) -> None:
    ada = people.add_person(store, "Ada", "sixth-form")
    engine.refresh()
    before, round_ = engine.snapshot, engine.rounds
    now = datetime.now(UTC)
    claim = Claim("10.0.0.9", Method.RADIUS, now, now + timedelta(hours=1), ada.id)
    sessions.put(store, claim, "radius", "s1", now)
    assert not engine.refresh()
    assert engine.snapshot is before
    assert engine.rounds == round_ + 1
    subject = engine.subject_at("10.0.0.9")
    assert (subject.group, subject.person, subject.until) == ("sixth-form", ada.id, claim.until)


def test_a_new_worker_knows_from_its_start_who_is_signed_in(
    settings: Settings, store: Store
) -> None:
    now = datetime.now(UTC)
    claim = Claim("10.0.0.9", Method.PORTAL, now, now + timedelta(hours=1), group="guest")
    sessions.put(store, claim, "portal", "s1", now)
    assert open_engine(settings).subject_at("10.0.0.9").group == "guest"


def test_a_request_may_prove_who_asks(engine: Engine, store: Store) -> None:
    ada = people.add_person(store, "Ada", "sixth-form")
    with store.writing() as session:
        session.get_one(PersonRow, ada.id).login = "ada"
        generation.bump(session)
    engine.refresh()
    assert engine.person_of_login("ADA") == ada.id
    assert engine.person_of_login("ben") == ""
    now = datetime.now(UTC)
    proof = Claim("10.0.0.9", Method.KERBEROS, now, now + timedelta(seconds=9), ada.id)
    subject = engine.subject_of(proof)
    assert (subject.group, subject.person, subject.method) == ("sixth-form", ada.id, "kerberos")


def test_an_unchanged_artefact_is_taken_over_by_the_next_snapshot(
    engine: Engine, store: Store
) -> None:
    rules = engine.snapshot.rules
    overlay.add(store, "new.example", Action.BLOCK, (), "why", "Tom", NOW)
    engine.refresh()
    assert engine.snapshot.rules is rules


def test_new_rules_that_cannot_be_read_leave_the_last_good_ones_in_force(
    engine: Engine, school: Path
) -> None:
    (school / "rules-in-force").write_text("0" * 32)
    engine.refresh()
    assert judged(engine, PUPIL, "https://www.bet365.com/")[0] == "block"


def test_new_rules_that_cannot_be_read_are_said(
    engine: Engine, school: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (school / "rules-in-force").write_text("0" * 32)
    assert engine.refresh()
    assert not engine.refresh()
    assert capsys.readouterr().err.count("rules cannot be read") == 1


@pytest.mark.parametrize("before", ["rules of before", "no rules"])
def test_broken_rules_that_are_built_anew_are_in_force_though_they_are_the_same(
    settings: Settings, school: Path, before: str
) -> None:
    (school / "mine.txt").write_text("mine.example\n", encoding="utf-8")
    engine = open_engine(settings) if before == "rules of before" else None
    import_source(school, school / "mine.txt", Format.DOMAINS, "gambling", "mine", NOW)
    made = build(school, lambda *_: None).fingerprint
    trie = school / "rules" / made / "hosts.trie"
    trie.write_bytes(trie.read_bytes()[:100])
    engine = engine or open_engine(settings)
    engine.refresh()
    assert engine.snapshot.rules is None or engine.snapshot.rules.fingerprint != made
    assert build(school, lambda *_: None).fingerprint == made
    assert engine.refresh()
    assert judged(engine, PUPIL, "https://mine.example/")[0] == "block"
    assert judged(engine, PUPIL, "https://www.bbc.co.uk/")[0] == "allow"
    engine.close()


def test_a_database_that_goes_away_leaves_the_snapshot_in_force_and_is_said_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def gone(*_: object) -> None:
        raise OSError("the database that knows Ada Example is away")

    monkeypatch.setattr("safeguard.engine.current_stamp", gone)
    assert not engine.refresh()
    assert not engine.refresh()
    said = capsys.readouterr().err
    assert said.count("could not be refreshed") == 1
    assert "OSError" in said
    assert "Ada Example" not in said
    assert "settings" not in said, "a trace shows what the settings hold"
    assert judged(engine, PUPIL, "https://www.bet365.com/")[0] == "block"


@pytest.fixture
def without_rules(school: Path) -> Callable[[str], Engine]:
    def opened(stance: str) -> Engine:
        (school / "rules-in-force").unlink(missing_ok=True)
        (school / "safeguard.toml").write_text(f'[rules]\nwithout_rules = "{stance}"\n')
        return open_engine(load(school))

    return opened


def test_without_rules_everything_is_blocked(without_rules: Callable[[str], Engine]) -> None:
    engine = without_rules("block")
    assert engine.snapshot.rules is None
    for text in ("https://www.bbc.co.uk/", "https://www.childline.org.uk/"):
        assert judged(engine, STAFF, text) == ("block", False, Reason.NO_RULES.value)
    assert engine.detect("i want to kill myself", Kind.SEARCH) == ()
    assert engine.is_inspected(PUPIL, "www.bbc.co.uk")


def test_without_rules_helplines_may_stay_reachable(
    without_rules: Callable[[str], Engine],
) -> None:
    engine = without_rules("allow-list")
    assert judged(engine, PUPIL, "https://www.childline.org.uk/")[0] == "allow"
    assert judged(engine, PUPIL, "https://www.bbc.co.uk/")[0] == "block"


def test_private_addresses_are_reached_where_the_settings_say_so(school: Path) -> None:
    (school / "safeguard.toml").write_text('[proxy]\nallow_networks = ["127.0.0.0/8"]\n')
    engine = open_engine(load(school))
    assert judged(engine, PUPIL, "http://127.0.0.1:8000/")[0] == "allow"
    assert judged(engine, PUPIL, "http://localhost/")[0] == "allow"
    assert judged(engine, PUPIL, "http://192.168.0.1/")[0] == "block"
    assert judged(engine, PUPIL, "https://www.bet365.com/")[0] == "block"


@pytest.mark.parametrize(
    ("group", "host", "inspected"),
    [
        ("secondary", "www.bbc.co.uk", True),
        ("staff", "www.bbc.co.uk", True),
        ("guest", "www.bbc.co.uk", False),
        ("secondary", "www.childline.org.uk", False),
        ("secondary", "www.barclays.co.uk", False),
    ],
)
def test_some_traffic_is_never_decrypted(
    engine: Engine, group: str, host: str, *, inspected: bool
) -> None:
    assert engine.is_inspected(Subject(group), host) is inspected


def with_policy(engine: Engine, **changes: Any) -> Engine:
    policy = replace(engine.snapshot.policy, **changes)
    return Engine(engine.settings, replace(engine.snapshot, policy=policy), clock=lambda: NOW)


def test_a_rule_may_pass_traffic_by_but_shows_nothing_that_is_private(engine: Engine) -> None:
    passed = InspectionRule("pinned", False, frozenset({"site:app.example"}))
    look = InspectionRule("look", True)
    other = with_policy(engine, inspection=(passed, look))
    assert engine.is_inspected(PUPIL, "www.app.example")
    assert not other.is_inspected(PUPIL, "www.app.example")
    assert other.is_inspected(PUPIL, "www.bbc.co.uk")
    assert not other.is_inspected(PUPIL, "www.barclays.co.uk")
    assert not other.is_inspected(GUEST, "www.bbc.co.uk")


def test_a_host_that_carries_entries_is_inspected_though_a_rule_would_pass_it(
    sealed: Engine,
) -> None:
    other = with_policy(sealed, inspection=(InspectionRule("all", False),))
    assert not other.is_inspected(PUPIL, "www.bbc.co.uk")
    assert other.is_inspected(PUPIL, WHOLE)
    assert other.is_inspected(PUPIL, "cdn.carrier.test")


def test_modes_are_those_of_the_group_and_the_time(engine: Engine) -> None:
    assert engine.modes_of(Subject("primary")) == Modes(SafeSearch.STRICT, YouTube.STRICT)
    lesson = ModeRule("lesson", youtube=YouTube.OFF, who=Who(rooms=frozenset({"Library"})))
    other = with_policy(engine, mode_rules=(lesson,))
    assert other.modes_of(replace(PUPIL, room="Library")).youtube is YouTube.OFF
    assert other.modes_of(PUPIL).youtube is YouTube.MODERATE


def test_a_rule_about_programs_knows_them_by_their_address(engine: Engine) -> None:
    programs = PolicyRule("no programs", Action.BLOCK, frozenset({"file:programs"}))
    other = with_policy(engine, rules=(*engine.snapshot.policy.rules, programs))
    assert judged(other, PUPIL, "https://new.example/setup.exe")[0] == "block"
    assert judged(other, PUPIL, "https://new.example/setup.html")[0] == "allow"


def test_own_words_are_looked_for_where_words_are_read(engine: Engine) -> None:
    vape = TextRule(
        "no vapes", Action.BLOCK, frozenset(Kind), Severity.URGENT, frozenset({"typed:vape shop"})
    )
    other = with_policy(engine, text_rules=(*engine.snapshot.policy.text_rules, vape))
    search = "https://www.google.com/search?q=nearest+Vape+Shop"
    assert judged(engine, PUPIL, search)[0] == "allow"
    assert judged(other, PUPIL, search)[::2] == ("block", "what was typed or shown")
    assert judged(other, Subject("staff"), search)[0] == "allow"


def test_a_text_is_read_for_so_long_and_what_is_found_says_that_it_was_cut(
    engine: Engine,
) -> None:
    ticks = iter(range(10**9))
    slow = Engine(
        engine.settings, engine.snapshot, clock=lambda: NOW, ticks=lambda: next(ticks) / 5
    )
    words = "i want to kill myself tonight " + "a calm word " * 20_000
    for one, cut in ((slow, True), (engine, False)):
        verdict = one.judge(PUPIL, Target("news.example", words=words, kind=Kind.CHAT))
        assert {found.cut for found in verdict.findings if found.theme == "suicide"} == {cut}


def test_the_time_for_reading_begins_when_all_is_ready_to_read(engine: Engine) -> None:
    assert engine.snapshot.rules is not None
    now = [0.0]

    def slowly() -> Detector:
        now[0] += 60
        return Detector(read_themes(shipped_themes(), {})[0])

    rules = engine.snapshot.rules.detecting_by(slowly)
    snapshot = replace(engine.snapshot, rules=rules)
    one = Engine(engine.settings, snapshot, clock=lambda: NOW, ticks=lambda: now[0])
    target = Target("news.example", words="i want to kill myself", kind=Kind.CHAT)
    assert one.judge(PUPIL, target).severity is Severity.URGENT


def test_words_are_read_for_pupils_and_nobody_else(engine: Engine) -> None:
    read = {one: engine.text_is_read(Subject(one)) for one in ("primary", "staff", "guest")}
    assert read == {"primary": True, "staff": False, "guest": False}


@pytest.fixture
def networked(school: Path, tmp_path: Path) -> Iterator[Engine]:
    """With networks that are blocked, and an address on a list of hosts."""
    for name, form, text in (
        ("bad-networks", Format.NETWORKS, "93.184.215.0/24\n2a00:bad::/48\n"),
        ("bad-hosts", Format.DOMAINS, "198.51.100.7\n"),
    ):
        (tmp_path / name).write_text(text)
        import_source(school, tmp_path / name, form, "malware", name, NOW)
    build(school, lambda _doing, _done, _of: None)
    opened = open_engine(load(school))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("host", "addresses", "entry"),
    [
        ("news.example", ("198.51.100.1",), ""),
        ("news.example", ("93.184.215.9",), "93.184.215.0/24"),
        ("news.example", ("198.51.100.1", "93.184.215.9"), "93.184.215.0/24"),
        ("news.example", ("2a00:bad::1",), "2a00:bad::/48"),
        ("news.example", ("64:ff9b::5db8:d709",), "93.184.215.0/24"),
        ("news.example", ("198.51.100.7",), ""),  # many sites share an address
        ("198.51.100.7", (), "198.51.100.7"),
        ("93.184.215.9", (), "93.184.215.0/24"),
        ("93.184.215.9", ("93.184.215.9",), "93.184.215.0/24"),
        ("news.example", ("not an address",), ""),
    ],
)
def test_where_a_site_leads_is_judged_by_the_lists_of_networks(
    networked: Engine, host: str, addresses: tuple[str, ...], entry: str
) -> None:
    verdict = networked.judge(STAFF, Target(host, addresses=addresses))
    assert verdict.blocked is bool(entry)
    about = [one.about for one in verdict.considered if not one.lost_because]
    found = {one.entry for one in about if isinstance(one, Hit) and one.list != evasion.LIST}
    assert found == ({entry} if entry else set())


def test_helplines_and_what_staff_opened_work_whatever_they_lead_to(
    networked: Engine, school: Path
) -> None:
    opened = open_store(load(school))
    overlay.add(opened, "club.example", Action.ALLOW, (), "the chess club", "Tom", NOW)
    opened.close()
    networked.refresh()
    for host in ("www.childline.org.uk", "www.club.example"):
        assert not networked.judge(PUPIL, Target(host, addresses=("93.184.215.9",))).blocked


def test_a_process_that_reads_text_is_ready_before_the_first_text(settings: Settings) -> None:
    made = [
        "_detector" in vars(open_engine(settings, reads_text=reads).snapshot.rules)
        for reads in (True, False)
    ]
    assert made == [True, False]


def test_a_database_that_nobody_made_ready_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with pytest.raises(UnusableError, match="Start with `safeguard run`"):
        open_engine(load(tmp_path / "data"))


GUEST = Subject("guest")
FEED = ("whole.test", "https://carrier.test/album/7", "childline.org.uk/sealed-page")
WHOLE, PAGE, OTHER = "whole.test", "https://carrier.test/album/7", "https://carrier.test/fine"


@pytest.fixture
def sealed(school: Path) -> Iterator[Engine]:
    import_sealed(school, "test-list", FEED, NOW)
    opened = open_engine(load(school))
    yield opened
    opened.close()


def verdict_of(engine: Engine, subject: Subject, text: str) -> Verdict:
    target = engine.target_of(text)
    assert target is not None
    return engine.judge(subject, target)


@pytest.mark.parametrize("group", shipped_groups())
@pytest.mark.parametrize("text", [WHOLE, f"https://www.{WHOLE}/x", PAGE, PAGE + "?x=1"])
def test_a_sealed_entry_is_blocked_for_every_group_and_never_told(
    sealed: Engine, group: str, text: str
) -> None:
    verdict = verdict_of(sealed, Subject(group), text)
    assert (verdict.action, verdict.reason) == (Action.BLOCK, Reason.SEALED)
    assert verdict.flagged
    assert [(hit.category, hit.list, hit.entry) for hit in verdict.hits] == [
        ("illegal", "test-list", "withheld")
    ]
    assert verdict.artefact == sealed.snapshot.stamp.artefact


def test_no_entry_of_the_schools_own_and_no_helpline_lifts_a_sealed_entry(
    sealed: Engine, store: Store
) -> None:
    for host in (WHOLE, "carrier.test", "carrier.test/album/7"):
        overlay.add(store, host, Action.ALLOW, (), "let it through", "Tom", NOW)
    assert sealed.refresh()
    for text in (WHOLE, PAGE, "https://www.childline.org.uk/sealed-page"):
        assert verdict_of(sealed, STAFF, text).reason is Reason.SEALED
    assert judged(sealed, PUPIL, "https://www.childline.org.uk/") == (
        "allow",
        False,
        Reason.HELP.value,
    )


def test_dns_blocks_whole_hosts_alone(sealed: Engine) -> None:
    asked = {
        host: sealed.judge(GUEST, Target(host, channel=Channel.DNS)).reason
        for host in ("whole.test", "www.whole.test", "carrier.test")
    }
    assert asked == {
        "whole.test": Reason.SEALED,
        "www.whole.test": Reason.SEALED,
        "carrier.test": Reason.DEFAULT,
    }


def test_a_host_that_carries_entries_is_always_inspected(sealed: Engine) -> None:
    for group in shipped_groups():
        for host in (WHOLE, "carrier.test", "cdn.carrier.test", "www.childline.org.uk"):
            assert sealed.is_inspected(Subject(group), host)
    assert not sealed.is_inspected(GUEST, "www.bbc.co.uk")


@pytest.mark.parametrize(
    ("subject", "text", "reason"),
    [
        (PUPIL, "carrier.test", Reason.DEFAULT),
        (PUPIL, OTHER, Reason.DEFAULT),
        (GUEST, "carrier.test", Reason.UNSEEN),
        (GUEST, OTHER, Reason.UNSEEN),
        (GUEST, "http://carrier.test/fine", Reason.DEFAULT),
        (GUEST, "www.childline.org.uk", Reason.UNSEEN),
        (GUEST, "never-heard-of.example", Reason.DEFAULT),
    ],
)
def test_where_nobody_could_see_the_page_a_host_that_carries_entries_is_refused(
    sealed: Engine, subject: Subject, text: str, reason: Reason
) -> None:
    verdict = verdict_of(sealed, subject, text)
    assert (verdict.reason, verdict.flagged, verdict.hits) == (reason, False, ())


def test_a_sealed_list_comes_and_goes_at_the_next_refresh(engine: Engine, school: Path) -> None:
    engine.refresh()
    assert judged(engine, PUPIL, WHOLE)[0] == "allow"
    import_sealed(school, "test-list", FEED, NOW)
    assert engine.refresh()
    assert judged(engine, PUPIL, WHOLE)[0] == "block"
    sealing = engine.snapshot.sealing
    assert not engine.refresh()
    assert engine.snapshot.sealing is sealing
    remove_sealed(school, "test-list", (), "a test", NOW)
    assert engine.refresh()
    assert judged(engine, PUPIL, WHOLE)[0] == "allow"


def test_sealed_entries_are_blocked_without_rules_too(
    sealed: Engine, without_rules: Callable[[str], Engine]
) -> None:
    assert sealed.snapshot.rules
    engine = without_rules("allow-list")
    assert verdict_of(engine, PUPIL, "https://childline.org.uk/sealed-page").reason is Reason.SEALED
    assert verdict_of(engine, PUPIL, "https://childline.org.uk/").reason is Reason.HELP


@pytest.fixture
def required(school: Path) -> Callable[[str], Engine]:
    def opened(stance: str) -> Engine:
        (school / "safeguard.toml").write_text(
            f'[sealed]\nrequired = ["test-list"]\nstance = "{stance}"\n'
        )
        return open_engine(load(school))

    return opened


@pytest.mark.parametrize(("stance", "action"), [("block", "block"), ("warn", "allow")])
def test_a_required_list_that_is_missing_blocks_all_but_help_or_is_warned_of(
    required: Callable[[str], Engine],
    school: Path,
    capsys: pytest.CaptureFixture[str],
    stance: str,
    action: str,
) -> None:
    engine = required(stance)
    for _ in range(3):
        engine.refresh()
    assert capsys.readouterr().err.count("NON-COMPLIANT") == 1
    assert judged(engine, STAFF, "https://www.bbc.co.uk/")[0] == action
    dns = engine.judge(PUPIL, Target("www.bbc.co.uk", channel=Channel.DNS))
    assert dns.action.value == action
    assert judged(engine, PUPIL, "https://www.childline.org.uk/")[0] == "allow"

    import_sealed(school, "test-list", FEED, NOW)
    engine.refresh()
    engine.refresh()
    assert "every sealed list is in force again" in capsys.readouterr().err
    assert judged(engine, STAFF, "https://www.bbc.co.uk/")[0] == "allow"
    engine.close()


@pytest.mark.parametrize("stance", ["block", "warn"])
def test_a_list_that_is_altered_or_taken_away_stays_in_force_where_it_was(
    required: Callable[[str], Engine], school: Path, stance: str
) -> None:
    file, key = school / "sealed/test-list.sealed", school / "keys/sealed.key"
    import_sealed(school, "test-list", ["old-entry.test"], NOW)
    older = file.read_bytes()
    import_sealed(school, "test-list", FEED, NOW)
    whole = file.read_bytes()
    engine = required(stance)
    flipped = bytes([*whole[:99], whole[99] ^ 1, *whole[100:]])
    for tamper in (
        lambda: file.write_bytes(flipped),
        lambda: file.write_bytes(whole[:-1]),
        lambda: file.write_bytes(older),
        file.unlink,
        lambda: file.write_bytes(whole) and key.write_bytes(b"k" * 32),
        key.unlink,
    ):
        tamper()
        assert engine.refresh()
        assert verdict_of(engine, PUPIL, PAGE).reason is Reason.SEALED
        other = verdict_of(engine, PUPIL, "https://never-heard-of.example/").reason
        assert other is (Reason.SEALED_MISSING if stance == "block" else Reason.DEFAULT)
    engine.close()


def test_where_nodes_share_a_database_a_change_on_one_is_in_force_on_the_other_at_once(
    school: Path, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAFEGUARD_DATABASE__URL", postgres_server.ready_database(school))
    settings = load(school)
    near, store = open_engine(settings), open_store(settings)
    assert not near.refresh()
    overlay.add(store, "later.example", Action.BLOCK, (), "a distraction", "Tom", NOW)
    until(near.refresh, what="word of the change")
    assert near.judge(PUPIL, Target("later.example")).blocked
    near.close()
    store.close()


def test_a_policy_that_is_not_in_force_judges_what_it_is_given() -> None:
    draft = Policy((PolicyRule("r", Action.BLOCK, frozenset({"games"})),))
    assert judged_by(draft, PUPIL, [Hit("games", "list", "chess.example")]).rule == "r"
    assert not judged_by(draft, PUPIL, [Hit("news", "list", "chess.example")]).blocked


def test_a_target_can_be_judged_as_of_another_moment(engine: Engine) -> None:
    policy = engine.snapshot.policy
    soon = Times(until=NOW + timedelta(hours=1))
    rule = PolicyRule("soon over", Action.BLOCK, frozenset({"news"}), times=soon)
    engine.snapshot = replace(engine.snapshot, policy=replace(policy, rules=(rule,)))
    news = Target("www.theguardian.com")
    then = [engine.snapshot.policy.at(NOW + timedelta(hours=hours)) for hours in (0, 2)]
    assert [engine.judge(PUPIL, news, one).blocked for one in then] == [True, False]
