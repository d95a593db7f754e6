"""Events found by a word, without the word being anywhere."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from filter_rules.types import Kind
from safeguard.core.events import Event, Private, SealedEvent
from safeguard.keeping_settings import Retention
from safeguard.settings import Settings
from safeguard.store import events, retention, tokens
from safeguard.store.events import StoredEvent, Wanted
from safeguard.store.intake import Batch, take_in
from safeguard.store.session import Store
from safeguard.store.tables.events import EventRow, WordTokenRow
from safeguard.vault import Vault, rotate
from tests.safeguard.samples import NOW, stored_event
from tests.safeguard.store.keeping_samples import ago, event, there


def put(
    store: Store,
    number: int,
    words: str,
    days: float = 0,
    excerpt: str = "",
    phrases: tuple[str, ...] = (),
) -> str:
    private = Private("https://a.example/", words, excerpt, phrases)
    one = event(store, number, days, private=private, kind=Kind.SEARCH)
    tokens.index_waiting(store)
    return one.id


def holding(store: Store, text: str) -> tuple[StoredEvent, ...]:
    return events.search(store, Wanted(keyed_words=tokens.keyed(store.vault, text))).events


def number_of(one: StoredEvent) -> int:
    return int.from_bytes(bytes.fromhex(one.event.id.replace("-", ""))[6:]) & 7


@pytest.fixture
def store(any_store: Store) -> Store:
    put(any_store, 1, "why am I so SAD today")
    put(any_store, 2, "Café música, çok üzgün", days=1)
    put(any_store, 3, "sad songs", days=2, excerpt="a page about rivers", phrases=("so low",))
    put(any_store, 4, "withheld")
    put(any_store, 5, "")
    return any_store


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sad", [1, 3]),
        ("SÁD", [1, 3]),
        ("sad today", [1]),
        ("today sad sad", [1]),
        ("cafe musica", [2]),
        ("üzgün", [2]),
        ("rivers", [3]),
        ("low", [3]),
        ("sa", []),
        ("sadly", []),
        ("sad rivers today", []),
        ("withheld", []),
    ],
)
def test_whole_words_find_events_however_they_are_spelt(
    store: Store, text: str, found: list[int]
) -> None:
    assert [number_of(one) for one in holding(store, text)] == found


@pytest.mark.parametrize("text", ["", "...", " "])
def test_a_text_without_a_word_has_nothing_to_look_for(store: Store, text: str) -> None:
    assert tokens.keyed(store.vault, text) == ()


def test_the_newest_come_first_page_by_page(any_store: Store) -> None:
    ids = [put(any_store, number, "sad", days=9 - number) for number in range(5)]
    wanted = Wanted(keyed_words=tokens.keyed(any_store.vault, "sad"))
    first = events.search(any_store, wanted, limit=3)
    rest = events.search(any_store, wanted, first.older, limit=3)
    assert [one.event.id for one in [*first.events, *rest.events]] == ids[::-1]
    assert rest.older == ""


def test_few_words_are_asked_for_at_once(store: Store) -> None:
    assert len(tokens.keyed(store.vault, " ".join("abcdefghijklmnop"))) == tokens.MOST_ASKED


def test_no_word_can_be_read_from_the_index(store: Store) -> None:
    with store.reading() as session:
        found = session.scalars(select(WordTokenRow.token)).all()
    assert {len(one) for one in found} == {10}
    assert not any(b"sad" in one for one in found)


def test_what_is_brought_twice_is_indexed_once(any_store: Store) -> None:
    put(any_store, 1, "so sad")
    put(any_store, 1, "so sad")
    assert there(any_store, WordTokenRow) == 2


def test_the_tokens_go_with_their_event(store: Store) -> None:
    retention.purge(store, Retention().periods, ago(-91))
    assert there(store, WordTokenRow) == there(store, EventRow) == 0


def test_words_are_found_after_the_content_key_was_changed(
    store: Store, any_settings: Settings
) -> None:
    rotate(any_settings.data, NOW.date())
    put(store, 6, "sad again", days=-1)
    assert len(holding(store, "sad")) == 3


def test_an_index_that_was_lost_is_made_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "BATCH", 2)
    before = there(store, WordTokenRow)
    with store.writing() as session:
        first = select(WordTokenRow.token).limit(1).scalar_subquery()
        session.execute(delete(WordTokenRow).where(WordTokenRow.token == first))
        session.execute(update(WordTokenRow).values(token=func.substr(WordTokenRow.token, 2)))
    assert list(tokens.index_again(store)) == [2, 2, 1]
    assert there(store, WordTokenRow) == before
    assert len(holding(store, "sad")) == 2


def test_what_no_key_opens_has_no_words(any_store: Store) -> None:
    take_in(any_store, Batch("s", "proxy-0", 1, [SealedEvent(spoken(1), b"another key's")]))
    assert tokens.index_waiting(any_store) == 1
    assert there(any_store, WordTokenRow) == 0


def test_words_are_bounded() -> None:
    many = " ".join(f"word{number}" for number in range(1000))
    assert len(tokens.words_of(Private("", many))) == tokens.MOST_WORDS


def test_an_event_without_words_is_not_even_noted(any_store: Store) -> None:
    event(any_store, 1, 0, words="kept by nobody's rule")
    assert there(any_store, WordTokenRow) == 0
    assert tokens.index_waiting(any_store) == 0


def spoken(number: int) -> Event:
    return stored_event(number, kind=Kind.SEARCH)


def waiting(store: Store) -> int:
    query = select(func.count()).where(WordTokenRow.token == tokens.WAITS)
    with store.reading() as session:
        return session.scalar(query) or 0


def test_events_wait_for_their_words_however_late_they_come(any_store: Store) -> None:
    for number, days in enumerate((1, 9, 0, 5)):
        event(any_store, number, days, kind=Kind.SEARCH)
    assert not holding(any_store, "sad")
    done = []
    while count := tokens.index_waiting(any_store, 3):
        done.append((count, waiting(any_store)))
        event(any_store, 7, 3, kind=Kind.SEARCH) if len(done) == 1 else None
    assert done == [(3, 1), (2, 0)]
    assert len(holding(any_store, "sad")) == 5


def test_what_does_not_search_for_the_mark_does_not_find_it(any_store: Store) -> None:
    event(any_store, 1, 0, kind=Kind.SEARCH)
    assert waiting(any_store) == 1
    assert tokens.WAITS not in tokens.keyed(any_store.vault, "sad")
    assert not holding(any_store, "sad")


def test_an_event_brought_again_is_indexed_as_before(any_store: Store) -> None:
    for _ in range(2):
        event(any_store, 1, 0, kind=Kind.SEARCH)
        assert tokens.index_waiting(any_store) == 1
        assert there(any_store, WordTokenRow) == 3
    assert waiting(any_store) == 0


def test_an_event_that_is_removed_meanwhile_leaves_no_token(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [event(any_store, number, 0, kind=Kind.SEARCH).id for number in (1, 2)]
    made = tokens._tokens

    def removed_meanwhile(vault: Vault, events: Sequence[tuple[str, bytes]]) -> list[Any]:
        with any_store.writing() as session:
            session.execute(delete(EventRow).where(EventRow.id == ids[0]))
        return made(vault, events)

    monkeypatch.setattr(tokens, "_tokens", removed_meanwhile)
    assert tokens.index_waiting(any_store) == 2
    assert [one.event.id for one in holding(any_store, "sad")] == ids[1:]
    assert there(any_store, WordTokenRow) == 3


def test_the_mark_goes_with_its_event(any_store: Store) -> None:
    event(any_store, 1, 0, kind=Kind.SEARCH)
    retention.purge(any_store, Retention().periods, ago(-91))
    assert there(any_store, WordTokenRow) == 0
