"""What goes through a spool, as bytes: a mark for its shape, then MessagePack."""

import msgspec

from safeguard.core.below_threshold import BelowThreshold
from safeguard.core.events import Growth, Kept, SealedEvent, Tally
from safeguard.core.unblocking import Asked
from safeguard.core.visits import Visits

type Record = Kept | Visits | BelowThreshold | Asked

_SHAPES: tuple[tuple[bytes, type[Record]], ...] = (
    (b"e", SealedEvent),
    (b"g", Growth),
    (b"t", Tally),
    (b"v", Visits),
    (b"b", BelowThreshold),
    (b"q", Asked),
)
_encoder = msgspec.msgpack.Encoder()
_marks = {shape: mark for mark, shape in _SHAPES}
_decoders = {mark: msgspec.msgpack.Decoder(shape) for mark, shape in _SHAPES}


def encode(kept: Record) -> bytes:
    return _marks[type(kept)] + _encoder.encode(kept)


def decode(record: bytes) -> Record:
    """Return what is kept; ValueError where the record is none of ours."""
    decoder = _decoders.get(record[:1])
    if decoder is None:
        raise ValueError("a record of no known shape")
    return decoder.decode(record[1:])
