"""Events found by a word, without the word being anywhere."""

import msgspec
import pytest
from sqlalchemy import delete, func, select, update

from filter_rules.types import Kind
from safeguard.core.events import Private, SealedEvent
from safeguard.keeping_settings import Retention
from safeguard.settings import Settings
from safeguard.store import retention, tokens
from safeguard.store.session import Store
from safeguard.store.tables.events import EventRow, WordTokenRow
from safeguard.vault import rotate
from tests.safeguard.samples import NOW
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
    sealed = SealedEvent(one, store.vault.seal(msgspec.msgpack.encode(one.private)))
    with store.writing() as session:
        tokens.add(session.connection(), store.vault, [sealed])
    return one.id


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
        ("", []),
        ("...", []),
    ],
)
def test_whole_words_find_events_however_they_are_spelt(
    store: Store, text: str, found: list[int]
) -> None:
    events, older = tokens.search(store, text)
    assert [
        int.from_bytes(bytes.fromhex(one.event.id.replace("-", ""))[6:]) & 7 for one in events
    ] == found
    assert older == ""
    conditions = tokens.holding_words(store.vault, text)
    if conditions:
        with store.reading() as session:
            ids = session.scalars(
                select(EventRow.id).where(*conditions).order_by(EventRow.id.desc())
            ).all()
        assert list(ids) == [one.event.id for one in events]


def test_the_newest_come_first_page_by_page(any_store: Store) -> None:
    ids = [put(any_store, number, "sad", days=9 - number) for number in range(5)]
    first, older = tokens.search(any_store, "sad", limit=3)
    rest, end = tokens.search(any_store, "sad", older, limit=3)
    assert [one.event.id for one in [*first, *rest]] == ids[::-1]
    assert end == ""
    assert tokens.search(any_store, "sad", "no id", limit=1)[0][0].event.id == ids[-1]


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
    assert len(tokens.search(store, "sad")[0]) == 3


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
    assert len(tokens.search(store, "sad")[0]) == 2


def test_what_no_key_opens_has_no_words(any_store: Store) -> None:
    one = event(any_store, 1, 0, kind=Kind.SEARCH)
    with any_store.writing() as session:
        tokens.add(session.connection(), any_store.vault, [SealedEvent(one, b"another key's")])
    assert there(any_store, WordTokenRow) == 0


def test_words_are_bounded() -> None:
    many = " ".join(f"word{number}" for number in range(1000))
    assert len(tokens.words_of(Private("", many))) == tokens.MOST_WORDS


def test_an_event_without_words_is_not_even_opened(any_store: Store) -> None:
    one = event(any_store, 1, 0, words="kept by nobody's rule")
    sealed = SealedEvent(one, any_store.vault.seal(msgspec.msgpack.encode(one.private)))
    with any_store.writing() as session:
        tokens.add(session.connection(), any_store.vault, [sealed])
    assert there(any_store, WordTokenRow) == 0
