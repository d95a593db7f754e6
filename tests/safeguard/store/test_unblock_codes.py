"""Codes for a lesson: each opens one thing once, for one pupil of the class, and guesses end."""

import os
import threading
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from safeguard.core.overrides import Override
from safeguard.core.policy import Who
from safeguard.core.types import Subject
from safeguard.core.unblocking import CODE_BYTES, code_of
from safeguard.problems import UnusableError
from safeguard.store import overrides, unblock_codes
from safeguard.store.session import Store
from safeguard.store.tables.policy import UnblockCodeRow, UnblockTryRow
from tests.safeguard.policy_samples import (
    ANN,
    BELL,
    OTHER,
    PUPIL,
    audited,
    document,
    later,
    override,
)

DOCUMENT = document()


def make(store: Store, count: int = 2, **changes: Any) -> tuple[str, ...]:
    return unblock_codes.make(store, override(**changes), count, DOCUMENT, ANN, os.urandom)


def use(store: Store, code: str, subject: Subject = PUPIL, minutes: float = 1) -> Override:
    return unblock_codes.use(store, code, subject, DOCUMENT, later(minutes))


def wrong(number: int) -> str:
    return code_of(number.to_bytes(CODE_BYTES))


def test_a_code_becomes_an_override_for_who_typed_it_until_the_bell(any_store: Store) -> None:
    first, _ = make(any_store, until=later(100))
    made = use(any_store, first.lower().replace("-", " "))
    assert made.who == Who(people=frozenset({"pupil-7"}))
    assert made.categories == {"games"}
    assert (made.until, made.by) == (BELL, "staff:1")
    (living,) = overrides.living(any_store, later(2))
    assert (living.override, living.came_from) == (made, "code")


def test_a_code_is_used_once(any_store: Store) -> None:
    first, second = make(any_store)
    use(any_store, first)
    with pytest.raises(UnusableError, match="cannot be used"):
        use(any_store, first, OTHER)
    use(any_store, second, OTHER)
    assert len(overrides.living(any_store, later(2))) == 2


def test_a_device_that_nobody_is_known_at_may_use_one(any_store: Store) -> None:
    (code,) = make(any_store, 1)
    made = use(any_store, code, Subject("secondary", "10.0.0.9", device="tablet-9"))
    assert made.who.people == {"tablet-9"}


NOT_THEIRS = [
    Subject("primary", "10.0.0.9", "pupil-9"),
    Subject("staff", "10.0.0.9", "teacher"),
    Subject("secondary", "10.0.0.9"),  # nobody knows who that is
]


def test_a_code_of_another_class_opens_nothing_and_is_not_used_up(any_store: Store) -> None:
    (code,) = make(any_store, 1)
    for subject in NOT_THEIRS:
        with pytest.raises(UnusableError, match="cannot be used"):
            use(any_store, code, subject)
    with pytest.raises(UnusableError, match="cannot be used"):
        use(any_store, code, OTHER, minutes=41)  # the lesson is over
    use(any_store, code)


def test_the_code_itself_is_nowhere_in_the_database(any_store: Store) -> None:
    codes = make(any_store)
    with any_store.reading() as session:
        kept = [
            str(value) for row in session.execute(select(UnblockCodeRow.__table__)) for value in row
        ]
    entries = audited(any_store, "override")
    for code in codes:
        assert not any(code in one or code.replace("-", "") in one for one in kept)
        assert code not in str(entries)
    assert entries[0].details["codes"] == 2


def test_whoever_guesses_is_stopped_and_others_are_not(any_store: Store) -> None:
    (code,) = make(any_store, 1)
    for number in range(unblock_codes.MOST_TRIES):
        with pytest.raises(UnusableError, match="cannot be used"):
            use(any_store, wrong(number))
    with pytest.raises(UnusableError, match="Too many codes were wrong"):
        use(any_store, code)  # not even the right one
    use(any_store, code, OTHER)
    (again,) = make(any_store, 1)
    use(any_store, again, minutes=17)  # a quarter of an hour later
    with any_store.reading() as session:
        assert session.scalars(select(UnblockTryRow.id)).all() == []


def test_many_who_guess_together_are_stopped(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unblock_codes, "MOST_TRIES_OF_ALL", 4)
    (code,) = make(any_store, 1)
    for number in range(4):
        with pytest.raises(UnusableError, match="cannot be used"):
            use(any_store, "?", replace(PUPIL, person=f"pupil-{number}"))
    with pytest.raises(UnusableError, match="Too many"):
        use(any_store, code)


def test_of_many_who_type_one_code_at_once_one_gets_it(any_store: Store) -> None:
    (code,) = make(any_store, 1)
    made: list[Override] = []

    def one(number: int) -> None:
        with suppress(UnusableError):
            made.append(use(any_store, code, replace(PUPIL, person=f"pupil-{number}")))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"count": 0}, "1 to 100"),
    ({"count": 101}, "1 to 100"),
    ({"who": Who(people=frozenset({"pupil-7"}))}, "for a class"),
    ({"who": Who()}, "never for everyone"),
    ({"categories": frozenset({"adult"})}, "'adult' cannot be lifted"),
    ({"until": later(121)}, "120 minutes at most"),
]


def test_codes_go_no_further_than_an_override_would(any_store: Store) -> None:
    for changes, says in REFUSED:
        with pytest.raises(UnusableError, match=says):
            make(any_store, **changes)
    assert unblock_codes.batches(any_store, later(1)) == []


def test_staff_see_how_many_are_left(any_store: Store) -> None:
    code, *_ = make(any_store, 3, site="games.example", categories=frozenset())
    make(any_store, 1, until=later(10))
    use(any_store, code)
    site, games = unblock_codes.batches(any_store, later(2))
    assert (site.made, site.left, site.site) == (3, 2, "games.example")
    assert (games.made, games.left) == (1, 1)
    assert games.categories == {"games"}
    assert [one.made for one in unblock_codes.batches(any_store, later(20))] == [3]
