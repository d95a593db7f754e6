"""Asking for passwords: never on the loop, never for ever, never more often than needed."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from safeguard import credentials
from safeguard.credentials import (
    AWAY,
    REST_SECONDS,
    TOO_MANY,
    WINDOW_SECONDS,
    WRONG,
    WRONG_SECONDS,
    Answer,
    Checker,
    DirectoryAwayError,
    Limits,
    Outcome,
    Tries,
)
from safeguard.logins import Typed

ADA = Typed("ada", "right")
RIGHT = Answer(Outcome.RIGHT, "ada")
LIMITS = Limits(right=600, outlive=7200, patience=0.2, tries=5)


@dataclass
class Knower:
    """Knows that ada's password is `right`; can be away, or hold its breath."""

    asked: list[str] = field(default_factory=list)
    away: bool = False
    breath: threading.Event | None = None

    def check(self, typed: Typed) -> str | None:
        assert threading.current_thread() is not threading.main_thread()
        self.asked.append(typed.password)
        if self.breath:
            self.breath.wait(5)
        if self.away:
            raise DirectoryAwayError("away")
        return typed.login if typed == ADA else None

    def close(self) -> None: ...


@dataclass
class World:
    knower: Knower
    checker: Checker
    now: float = 0.0

    async def ask(self, word: str = "right", login: str = "ada", at: str = "a") -> Answer:
        return await self.checker.ask(Typed(login, word), at)


def within(story: Callable[[World], Awaitable[None]]) -> None:
    knower = Knower()
    world = World(knower, Checker(knower, LIMITS, lambda: world.now, b"k" * 32))

    async def run() -> None:
        try:
            await story(world)
        finally:
            if knower.breath:
                knower.breath.set()
            world.checker.close()

    asyncio.run(run())


def test_a_right_password_is_asked_about_once_in_ten_minutes() -> None:
    async def story(world: World) -> None:
        assert await world.ask() == await world.ask() == RIGHT
        assert len(world.knower.asked) == 1
        world.now = LIMITS.right
        assert await world.ask() == RIGHT
        assert len(world.knower.asked) == 2

    within(story)


def test_a_wrong_password_is_asked_about_once_a_minute() -> None:
    async def story(world: World) -> None:
        assert await world.ask("wrong") == await world.ask("wrong") == WRONG
        assert len(world.knower.asked) == 1
        world.now = WRONG_SECONDS
        assert await world.ask("wrong") == WRONG
        assert len(world.knower.asked) == 2

    within(story)


def test_many_who_ask_the_same_at_once_are_one_question() -> None:
    async def story(world: World) -> None:
        world.knower.breath = threading.Event()
        asking = [asyncio.create_task(world.ask()) for _ in range(20)]
        await asyncio.sleep(0)
        world.knower.breath.set()
        assert await asyncio.gather(*asking) == [RIGHT] * 20
        assert world.knower.asked == ["right"]

    within(story)


def test_who_gives_up_does_not_take_the_answer_from_the_others() -> None:
    async def story(world: World) -> None:
        world.knower.breath = threading.Event()
        first, second = (asyncio.create_task(world.ask()) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        world.knower.breath.set()
        assert await second == RIGHT

    within(story)


def test_while_the_directory_is_away_who_signed_in_lately_stays_signed_in() -> None:
    async def story(world: World) -> None:
        assert await world.ask() == RIGHT
        world.knower.away = True
        world.now = LIMITS.right
        assert await world.ask() == RIGHT
        assert await world.ask("wrong") == AWAY
        world.now = LIMITS.outlive
        assert await world.ask() == AWAY

    within(story)


def test_a_directory_that_is_away_is_left_in_peace_and_then_asked_by_one_at_a_time() -> None:
    async def story(world: World) -> None:
        world.knower.away = True
        assert await world.ask("one") == AWAY
        assert await world.ask("two") == AWAY
        assert world.knower.asked == ["one"]
        world.now = REST_SECONDS
        world.knower.breath = threading.Event()
        probe = asyncio.create_task(world.ask("three"))
        await asyncio.sleep(0)
        assert await world.ask("four") == AWAY
        world.knower.away = False
        world.knower.breath.set()
        assert await probe == WRONG
        assert await world.ask() == RIGHT
        assert world.knower.asked == ["one", "three", "right"]

    within(story)


def test_nobody_waits_longer_than_patience() -> None:
    async def story(world: World) -> None:
        world.knower.breath = threading.Event()
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert await world.ask() == AWAY
        assert await world.ask() == AWAY  # the same question is still under way
        assert await world.ask("other") == AWAY  # and this one is not even asked
        assert loop.time() - began < LIMITS.patience * 3
        assert world.knower.asked == ["right"]

    within(story)


def test_an_answer_that_comes_late_is_remembered() -> None:
    async def story(world: World) -> None:
        world.knower.breath = threading.Event()
        assert await world.ask() == AWAY
        world.knower.breath.set()
        async with asyncio.timeout(5):
            while await world.ask() != RIGHT:  # noqa: ASYNC110  nothing tells
                await asyncio.sleep(0.01)
        assert world.knower.asked == ["right"]

    within(story)


def test_the_queue_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "MOST_WAITING", 3)

    async def story(world: World) -> None:
        world.knower.breath = threading.Event()
        asking = [asyncio.create_task(world.ask(at=str(n), login=str(n))) for n in range(3)]
        await asyncio.sleep(0)
        assert await world.ask("one more") == AWAY
        world.knower.breath.set()
        assert await asyncio.gather(*asking) == [WRONG] * 3

    within(story)


def test_guesses_at_one_name_from_one_address_are_bounded() -> None:
    async def story(world: World) -> None:
        for number in range(LIMITS.tries):
            assert await world.ask(f"guess {number}") == WRONG
        assert await world.ask("right") == TOO_MANY
        assert await world.ask("right", at="b") == RIGHT  # the owner, elsewhere
        assert await world.ask("right") == RIGHT  # what is known is not guessed
        world.now = WINDOW_SECONDS
        assert await world.ask("another guess") == WRONG

    within(story)


def test_guesses_from_one_address_and_at_one_name_are_bounded() -> None:
    async def story(world: World) -> None:
        for number in range(LIMITS.tries * 3):
            assert await world.ask("guess", f"name {number}") == WRONG
        assert await world.ask("guess", "one more") == TOO_MANY
        for number in range(LIMITS.tries * 5):
            assert await world.ask(f"guess {number}", "Tom", f"address {number}") == WRONG
        for written in ("tom", "SCHOOL\\Tom", "tom@anywhere.test"):
            assert await world.ask("guess", written, "elsewhere") == TOO_MANY

    within(story)


def test_guesses_that_are_under_way_count() -> None:
    async def story(world: World) -> None:
        world.knower.breath = threading.Event()
        asking = [asyncio.create_task(world.ask(str(n))) for n in range(LIMITS.tries)]
        await asyncio.sleep(0)
        assert await world.ask("one more") == TOO_MANY
        world.knower.breath.set()
        await asyncio.gather(*asking)

    within(story)


def test_right_passwords_and_a_directory_that_is_away_cost_no_tries() -> None:
    async def story(world: World) -> None:
        for number in range(LIMITS.tries * 2):
            world.now = number * 1000.0
            assert await world.ask() == RIGHT
        world.knower.away = True
        for number in range(LIMITS.tries * 2):
            world.now += REST_SECONDS
            assert await world.ask(f"guess {number}") == AWAY

    within(story)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "MOST_REMEMBERED", 2)
    monkeypatch.setattr(credentials, "MOST_COUNTED", 2)

    async def story(world: World) -> None:
        for number in range(4):
            await world.ask("guess", str(number), str(number))
        assert len(world.checker._known) == 2

    within(story)
    tries = Tries(1)
    for key in "abc":
        tries.add(key, 0.0)
    assert [tries.spent(key, 0.0) for key in "abc"] == [False, True, True]


def test_no_password_is_kept() -> None:
    async def story(world: World) -> None:
        await world.ask("a very special guess")
        assert all(b"special" not in key for key in world.checker._known)
        assert "special" not in repr([*world.checker._known.values(), world.checker._asking])

    within(story)


def test_a_colon_in_a_name_makes_nobody_else_of_them() -> None:
    async def story(world: World) -> None:
        checker = world.checker
        assert checker._digest(Typed("a", "b:c")) != checker._digest(Typed("a:b", "c"))

    within(story)
