"""What an exception lifts: entries of its own list, as far as its rank says.

Formats differ. In Adblock syntax an exception lifts all that its list says of the target, save
what is marked important. To a resolver the most exact entry holds, whichever of the two it is.
"""

from collections.abc import Sequence

from filter_rules.listing import Found
from filter_rules.types import Part, Rank, Reach


def standing(found: Sequence[Found]) -> Sequence[Found]:
    """Return the entries that are no exceptions and that no exception lifts."""
    exceptions = [one for one in found if one.listing.allow]
    if not exceptions:
        return found
    return [
        one
        for one in found
        if not one.listing.allow and not any(_lifts(other, one) for other in exceptions)
    ]


def _lifts(exception: Found, entry: Found) -> bool:
    if exception.listing.list != entry.listing.list:
        return False
    rank = exception.listing.rank
    if Rank.IMPORTANT in (rank, entry.listing.rank):
        return rank is Rank.IMPORTANT
    if rank is Rank.ORDINARY:
        return True
    wide, narrow = _exactness(entry), _exactness(exception)
    as_wide = rank is Rank.LIFTS_AS_WIDE and wide == narrow
    return exception.part is entry.part and (wide < narrow or as_wide)


def _exactness(found: Found) -> tuple[int, bool]:
    """All entries found cover the same target, so the longer one is the more exact."""
    if found.part is Part.NETWORK:
        return int(found.entry.rpartition("/")[2]), False
    return len(found.entry), found.listing.reach is Reach.EXACT
