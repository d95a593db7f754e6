"""The chain without a database: what fits, and what any other hand leaves behind."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.core.audit import (
    KEY_HELD,
    START,
    Broken,
    Entry,
    Head,
    Link,
    Said,
    Spans,
    Verified,
    chained,
    check,
    digest_of,
    head_of,
    key_told,
    run_of,
)
from tests.safeguard.samples import NOW, at

KEY = b"k" * 32
OTHER_KEY = b"o" * 32
SALT = b"s" * 32
NEW_KEY = key_told(OTHER_KEY)

type Rows = list[tuple[Link, Said | None]]


def entry(number: int) -> Entry:
    return Entry(1, at(number), "staff:1", "viewed", "person", f"p{number}")


def chain(length: int, key: bytes = KEY) -> Rows:
    rows: Rows = []
    before = START
    for number in range(1, length + 1):
        salt = bytes([number % 256]) * 32
        plain = key_told(key) if number == 1 else b"seen %d" % number
        link = chained(key, before, entry(number), salt, plain)
        rows.append((link, Said(salt, plain)))
        before = Head(link.id, link.hash)
    return rows


def checked(
    rows: Rows, erased: Spans | None = None, heads: dict[int, bytes] | None = None
) -> Verified | Broken:
    return check(rows, (erased or Spans()).__contains__, heads or {})


def end(rows: Rows) -> Head:
    return Head(rows[-1][0].id, rows[-1][0].hash)


def test_a_chain_as_it_was_written_is_verified_with_its_head() -> None:
    rows = chain(5)
    assert checked(rows) == Verified(5, end(rows))
    assert checked(rows, heads={link.id: link.hash for link, _ in rows}) == Verified(5, end(rows))
    assert checked([]) == Verified(0, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"school_id": 2},
        {"at": NOW + timedelta(microseconds=1)},
        {"who": "staff:2"},
        {"what": "viewe"},
        {"about_kind": "devices"},
        {"about": "p9"},
        # What leaves one column and enters the next does not come to the same.
        {"who": "staff:1v", "what": "iewed"},
        {"about_kind": "personp", "about": "3"},
    ],
)
def test_a_changed_column_names_its_row(changes: dict[str, object]) -> None:
    rows = chain(5)
    link, said = rows[2]
    rows[2] = (link._replace(entry=link.entry._replace(**changes)), said)  # type: ignore[arg-type]  # any column
    assert checked(rows) == Broken(3, "was changed, or was not written by Safeguard")


def test_rows_made_without_the_key_do_not_fit() -> None:
    forged = [chain(1)[0], *chain(5, OTHER_KEY)[1:]]
    assert checked(forged) == Broken(2, "was changed, or was not written by Safeguard")


def test_a_chain_whose_key_cannot_be_had_is_broken_where_the_key_stands() -> None:
    rows = chain(3)
    link, said = rows[0]
    assert said is not None
    for lost in (None, said._replace(plain=None)):
        assert checked([(link, lost), *rows[1:]]) == Broken(
            1, "cannot be opened: it holds the chain's key"
        )
    for plain in (b"no JSON", b"[]", b"{}", b'{"key":7}', b'{"key":"x"}'):
        assert checked([(link, said._replace(plain=plain))]) == Broken(
            1, "cannot be opened: it holds the chain's key"
        )


def test_a_later_row_may_hold_the_key_of_those_after_it() -> None:
    rows = chain(3)
    begun = chained(
        OTHER_KEY, end(rows), Entry(1, NOW, "safeguard", "began", *KEY_HELD), SALT, NEW_KEY
    )
    after = chained(OTHER_KEY, Head(4, begun.hash), entry(5), SALT, b"seen")
    rows += [(begun, Said(SALT, NEW_KEY)), (after, Said(SALT, b"seen"))]
    assert checked(rows) == Verified(5, end(rows))
    rows[3] = (begun, Said(SALT, None))
    assert checked(rows) == Broken(4, "cannot be opened: it holds the chain's key")


def test_a_row_of_another_day_of_the_same_chain_does_not_follow() -> None:
    # Such as from a backup: all its hashes are right, but what stood before it was another.
    old, new = chain(3), chain(2)
    other = chained(KEY, end(new[:1]), entry(77), b"s" * 32, b"seen")
    new[1] = (other, Said(b"s" * 32, b"seen"))
    assert checked([*new, old[2]]) == Broken(3, "does not follow the row before it")


def test_details_that_were_altered_swapped_or_taken_away_name_their_row() -> None:
    first, (link, said) = chain(2)
    assert said is not None
    for wrong, what in (
        (said._replace(plain=b"other"), "has other details than were written"),
        (said._replace(salt=b"x" * 32), "has other details than were written"),
        (said._replace(plain=None), "has details that cannot be opened: they were changed"),
        (None, "lost its details, and no row says they were erased"),
    ):
        assert checked([first, (link, wrong)]) == Broken(2, what)


def test_details_that_the_chain_says_were_erased_may_be_missing() -> None:
    rows = chain(5)
    for place in (1, 2, 3):
        rows[place] = (rows[place][0], None)
    assert checked(rows, Spans([(2, 4)])) == Verified(5, end(rows))
    assert checked(rows, Spans([(2, 2), (4, 4)])) == Broken(
        3, "lost its details, and no row says they were erased"
    )


def test_a_head_that_was_written_down_tells_of_rows_removed_from_the_end() -> None:
    rows = chain(5)
    head = {5: rows[4][0].hash}
    assert checked(rows[:3]) == Verified(3, end(rows[:3]))
    assert checked(rows[:3], heads=head) == Broken(
        4, "is missing, and so is all after it up to row 5, which was written down"
    )
    assert checked([], heads=head) == Broken(
        1, "is missing, and so is all after it up to row 5, which was written down"
    )


def test_a_head_that_was_written_down_tells_of_a_chain_made_anew_with_the_key() -> None:
    rows = chain(5)
    made_anew = chain(4)
    link = chained(KEY, end(made_anew), entry(99), b"s" * 32, b"")
    made_anew.append((link, Said(b"s" * 32, b"")))
    assert checked(made_anew) == Verified(5, end(made_anew))
    assert checked(made_anew, heads={5: rows[4][0].hash}) == Broken(
        5, "is not the row whose hash was written down"
    )


@dataclass(frozen=True)
class Tampering:
    rows: Rows
    named: int


def replaced(link: Link, field: str, value: bytes) -> Link:
    return Link(**{**link._asdict(), field: value})


@st.composite
def tamperings(draw: st.DrawFn) -> Tampering:
    """A chain of some length with one thing done to it, and the row that must be named."""
    rows = chain(draw(st.integers(2, 12)))
    place = draw(st.integers(0, len(rows) - 1))
    link, said = rows[place]
    assert said is not None
    match draw(st.sampled_from(["edit", "delete", "swap", "insert", "repeat", "details"])):
        case "edit":
            field = draw(st.sampled_from(["digest", "previous", "hash"]))
            changed = bytearray(getattr(link, field))
            changed[draw(st.integers(0, 31))] ^= draw(st.integers(1, 255))
            rows[place] = (replaced(link, field, bytes(changed)), said)
        case "delete":
            del rows[place]
            if place == len(rows):  # the end: only a head tells
                rows.append((link._replace(id=link.id + 1), said))
        case "swap":
            other = draw(st.integers(0, len(rows) - 1).filter(lambda it: it != place))
            # The rows change places, and their numbers too, so that none is missing.
            one, two = rows[place], rows[other]
            rows[place] = (two[0]._replace(id=place + 1), two[1])
            rows[other] = (one[0]._replace(id=other + 1), one[1])
            place = min(place, other)
        case "insert":
            forged = chained(OTHER_KEY, Head(place, link.previous), entry(50), b"s" * 32, b"")
            moved = [(at_row._replace(id=at_row.id + 1), what) for at_row, what in rows[place:]]
            rows = [*rows[:place], (forged, Said(b"s" * 32, b"")), *moved]
        case "repeat":
            rows.insert(place, rows[place])
            return Tampering(rows, place + 1)
        case _:
            altered = draw(st.binary(max_size=8).filter(lambda it: it != said.plain))
            rows[place] = (link, said._replace(plain=altered))
    return Tampering(rows, place + 1)


@given(tamperings())
def test_whatever_is_done_to_a_row_is_found_and_the_row_named(tampering: Tampering) -> None:
    found = checked(tampering.rows)
    assert isinstance(found, Broken)
    assert found.row == tampering.named


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 9))))
def test_runs_of_rows_hold_what_each_of_them_holds(pairs: list[tuple[int, int]]) -> None:
    runs = [(first, first + more) for first, more in pairs]
    spans = Spans(runs)
    for row in range(80):
        assert (row in spans) == any(first <= row <= last for first, last in runs)
    kept = list(spans)
    assert all(one[1] + 1 < two[0] for one, two in pairwise(kept))


def test_a_run_of_rows_is_read_as_it_is_written() -> None:
    assert run_of("7") == (7, 7)
    assert run_of("7-12") == (7, 12)
    for odd in ("", "x", "7-y", "-"):
        with pytest.raises(ValueError):  # noqa: PT011  # int's own words
            run_of(odd)


def test_a_head_is_read_as_it_is_printed() -> None:
    head = end(chain(3))
    assert head_of(f" {head.text}\n") == head
    for odd in ("", "3", "3:zz", f"0:{'00' * 32}", "3:00"):
        with pytest.raises(ValueError):  # noqa: PT011  # some of them are int's own words
            head_of(odd)


def test_the_digest_says_nothing_without_salt_and_key() -> None:
    known = digest_of(KEY, b"s" * 32, b"why am i sad")
    assert known != digest_of(KEY, b"t" * 32, b"why am i sad")
    assert known != digest_of(OTHER_KEY, b"s" * 32, b"why am i sad")
