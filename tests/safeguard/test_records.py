"""What goes through a spool comes out as it went in."""

import pytest

from safeguard.core.below_threshold import BelowThreshold
from safeguard.core.events import Growth, Private, SealedEvent, Tally, event_of, new_event_id
from safeguard.core.unblocking import Asked
from safeguard.core.visits import Visits, visit_of
from safeguard.records import decode, encode
from tests.safeguard.samples import ALLOWED, NOW, PLACE, PUPIL, SEARCH, flagged


def test_every_shape_comes_back_as_it_was() -> None:
    event = event_of(flagged(), PUPIL, SEARCH, NOW, new_event_id(NOW, bytes(10)))
    assert event is not None
    assert event.private != Private()
    visit = visit_of(PUPIL, PLACE, ALLOWED, 1 << 60)._replace(path=b"\x00sealed", times=3)
    for kept in (
        SealedEvent(event, b"\x00sealed"),
        Growth(event.id, 7, ("a.example", "b.example"), NOW),
        Tally("writer", NOW, "adverts", 9),
        Visits((visit, visit), 2),
        BelowThreshold("writer", NOW, "low-mood", "primary", 15, 3),
        Asked(NOW, "x.example", ("games",), "primary", "p", "d", "192.0.2.1", b"\x00sealed"),
    ):
        assert decode(encode(kept)) == kept


def test_an_event_of_the_first_version_can_be_read() -> None:
    event = event_of(flagged(), PUPIL, SEARCH, NOW, new_event_id(NOW, bytes(10)))
    assert event is not None
    written = encode(SealedEvent(event, b""))
    name = b"\xaaconfidence"
    assert name in written
    older = written.replace(name + b"\xa6likely", b"").replace(b"\x83\xa5event", b"\x83\xa5event")
    at = older.index(b"event") + 5
    older = older[:at] + _one_fewer(older[at:])
    read = decode(older)
    assert isinstance(read, SealedEvent)
    assert read.event.confidence == ""


def _one_fewer(mapping: bytes) -> bytes:
    """A MessagePack map that says it has one entry fewer."""
    assert mapping[0] == 0xDE
    return bytes([0xDE]) + (int.from_bytes(mapping[1:3]) - 1).to_bytes(2) + mapping[3:]


@pytest.mark.parametrize("record", [b"", b"x", b"e", b"eabc", b"g\x80", b"v\x80", b"z" + bytes(9)])
def test_what_is_no_record_is_refused(record: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode(record)
