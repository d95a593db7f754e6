"""The trace: in what order rules are told of, and that it is as good as a tuple."""

from filter_rules.types import Hit
from safeguard.core.rules import PolicyRule
from safeguard.core.stands import PERSON_RANK, Stand
from safeguard.core.trace import Dropped, Trace, Weighed
from safeguard.core.types import Action, Considered, Scope

HIT = Hit("games", "list", "games.example")


def weighed(name: str, rank: int = 0, rests: str = "") -> Weighed:
    return Stand(PolicyRule(name, Action.BLOCK, frozenset()), rank, rests=rests), HIT


def told(name: str, because: str = "", scope: Scope = Scope.EVERYONE) -> Considered:
    return Considered(name, Action.BLOCK, scope, HIT, because)


WON, LATE, EARLY, ASIDE = (
    weighed("won", PERSON_RANK),
    weighed("late", 2),
    weighed("early"),
    weighed("aside"),
)
TRACE = Trace(
    decisive=[WON],
    losing=[ASIDE],
    losing_because="stricter",
    rounds=[
        Dropped("first round", [EARLY, WON, LATE], [WON, LATE]),
        Dropped("second round", [WON, LATE], [WON]),
    ],
    resting=[weighed("resting", rests="it has ended")],
)
TOLD = (
    told("won", scope=Scope.PERSON),
    told("aside", "stricter"),
    told("late", "second round", Scope.GROUP),
    told("early", "first round"),
    told("resting", "it has ended"),
)


def test_what_decided_is_first_then_what_lost_last_and_what_rests_at_the_end() -> None:
    assert TRACE.told == TOLD


def test_it_is_as_good_as_a_tuple() -> None:
    assert TRACE == TOLD
    assert TRACE[:2] == TOLD[:2]
    assert (TRACE[0], len(TRACE), hash(TRACE)) == (TOLD[0], len(TOLD), hash(TOLD))
    assert TOLD[1:] != TRACE
    assert TRACE != 1  # and not an error
    assert not Trace((), (), "", (), ())
