"""What a desk remembers, for how long and for whom."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dns_filter.answers import Ede
from dns_filter.received import Answer
from safeguard.core.identifying import Claim, Method
from safeguard.core.rules import PolicyRule, Who
from safeguard.core.types import Action, Subject
from safeguard.engine import Engine
from safeguard.store import overlay, people, sessions
from safeguard.store.session import Store
from tests.dns_filter.conftest import NOW, PUPIL, TEACHER, open_office
from tests.dns_filter.packets import question, run


def test_a_client_is_known_by_its_address_however_it_is_written(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            assert office.desk.client(PUPIL).subject.group == "primary"
            assert office.desk.client(f"::ffff:{TEACHER}").subject.group == "staff"
            assert office.desk.client("fe80::1%eth0").subject.group == "unidentified"
            assert office.desk.client(PUPIL) is office.desk.client(PUPIL)

    run(walk())


def test_who_someone_is_and_what_was_judged_is_forgotten_with_the_snapshot(
    own_engine: Engine, store: Store
) -> None:
    async def walk() -> None:
        async with open_office(own_engine) as office:
            client = office.desk.client(PUPIL)
            verdict = office.desk.judge(client, "good.test")
            assert office.desk.judge(client, "good.test") is verdict
            people.put_network(store, f"{PUPIL}/32", "staff")
            overlay.add(store, "good.test", Action.BLOCK, ("staff",), "", "someone", NOW)
            assert own_engine.refresh()
            client = office.desk.client(PUPIL)
            assert client.subject.group == "staff"
            assert office.desk.judge(client, "good.test").blocked

    run(walk())


def test_who_signs_in_is_known_though_the_rules_are_the_same(
    own_engine: Engine, store: Store
) -> None:
    async def walk() -> None:
        async with open_office(own_engine) as office:
            assert office.desk.client(PUPIL).subject.group == "primary"
            now = datetime.now(UTC)
            claim = Claim(PUPIL, Method.PORTAL, now, now + timedelta(hours=1), group="guest")
            sessions.put(store, claim, "portal", "s1", now)
            assert not own_engine.refresh()
            assert office.desk.client(PUPIL).subject.group == "guest"

    run(walk())


def test_a_verdict_is_shared_by_those_whom_the_same_rules_are_for(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            one, two = office.desk.client("192.0.2.1"), office.desk.client("192.0.2.2")
            assert one.policy_class == two.policy_class
            assert office.desk.judge(one, "a.test") is office.desk.judge(two, "a.test")
            assert office.desk.client(TEACHER).policy_class != one.policy_class

    run(walk())


def test_no_verdict_of_a_room_or_a_pupil_that_has_rules_is_shared(engine: Engine) -> None:
    class_of = engine.snapshot.policy.class_of
    policy = engine.snapshot.policy
    for who in (Who(rooms=frozenset({"Library"})), Who(people=frozenset({"ada"}))):
        rule = PolicyRule("r", Action.BLOCK, frozenset({"news"}), who)
        policy = replace(policy, rules=(*policy.rules, rule))
    pupil = Subject("secondary", "192.0.2.1")
    apart = [pupil, replace(pupil, room="Library"), replace(pupil, person="ada")]
    assert len({class_of(one) for one in apart}) == 1
    assert len({policy.class_of(one) for one in apart}) == len(apart)


def test_an_answer_that_must_not_be_kept_is_not(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            office.resolver.rcode = 2
            asked = question("a.test")
            assert isinstance(await office.desk.ask(asked), Answer)
            assert office.desk.known(asked) is None
            office.resolver.rcode = 0
            assert isinstance(await office.desk.ask(asked), Answer)
            assert office.desk.known(asked) is not None
            office.time.ahead = 301
            assert office.desk.known(asked) is None

    run(walk())


def test_a_defect_in_asking_is_an_answer_for_all_who_wait(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def defect(*_: object) -> None:
        raise ZeroDivisionError

    async def walk() -> None:
        async with open_office(engine) as office:
            monkeypatch.setattr(office.desk._upstreams, "ask", defect)
            assert await office.desk.ask(question("a.test")) is Ede.OTHER
            assert not office.desk._flights
            assert office.desk.faults == {"asking upstream: ZeroDivisionError": 1}

    run(walk())
