"""`safeguard themes rehearse`."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from filter_rules.types import Kind, Severity
from safeguard.core.below_threshold import BelowThreshold
from safeguard.core.events import Private, SealedEvent
from safeguard.core.types import Action
from safeguard.settings import load
from safeguard.store.audit_search import WantedRows, search
from safeguard.store.intake import Batch, take_in
from safeguard.store.session import open_store
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.samples import stored_event


@pytest.fixture
def fortnight(school: Path) -> Path:
    """A few flags, some that nearly were, and one that no key opens."""
    now = datetime.now(UTC)
    store = open_store(load(school))
    kept: list[SealedEvent | BelowThreshold] = []
    for number, score in enumerate((4.5, 8.0, 0.0)):
        private = msgspec.msgpack.encode(Private(words="secret", scores=(("drugs", score),)))
        event = stored_event(
            number,
            now,
            flagged=True,
            kind=Kind.CHAT,
            themes=(("drugs", Severity.HIGH),),
            action=Action.ALLOW,
            group="secondary",
        )
        kept.append(SealedEvent(event, store.vault.seal(private) if score else b"elsewhere"))
    kept += [
        BelowThreshold("w", now.replace(minute=0), "drugs", "primary", 35, 12),
        BelowThreshold("w", now.replace(minute=0), "help-seeking", "primary", 35, 99),
    ]
    take_in(store, Batch("s", "proxy-0", 1, kept))
    store.close()
    return school


def test_a_lower_threshold_brings_more(safeguard: Callable[..., Ran], fortnight: Path) -> None:
    ran = safeguard("themes", "rehearse", "--threshold", "3", "--theme", "drugs")
    assert (ran.status, ran.out) == (0, MORE)
    assert "So it is “at most”." in ran.err
    assert "1 flags could not be opened with this key" in ran.err
    store = open_store(load(fortnight))
    (look,) = search(store, WantedRows(what="rehearsed")).rows
    store.close()
    assert (look.about_kind, look.about, look.details["threshold"]) == ("theme", "drugs", 3.0)


MORE = """\
Of “drugs”, in what was typed, in the last 14 days: from 3 instead of 4.

group              flags  at most more   fewer
primary                0            12       0
secondary              2             0       0
together               2            12       0
"""


@pytest.mark.usefixtures("fortnight")
def test_a_higher_threshold_spares_some(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("themes", "rehearse", "--threshold", "5.5")
    assert ran.out.startswith("Of all themes, in what was typed")
    assert "secondary              2             0       1\n" in ran.out
    assert "at most”" not in ran.err


@pytest.mark.usefixtures("fortnight")
def test_a_program_reads_it_as_one_object(safeguard: Callable[..., Ran]) -> None:
    found = json.loads(safeguard("themes", "rehearse", "--threshold", "5.5", "--json").out)
    assert found["groups"] == [{"group": "secondary", "flags": 2, "more": 0, "fewer": 1}]
    assert (found["threshold"], found["now"], found["days"], found["unread"]) == (5.5, 4.0, 14, 1)


def test_where_nothing_was_found_there_is_nothing_to_rehearse(
    safeguard: Callable[..., Ran],
) -> None:
    ran = safeguard("themes", "rehearse", "--threshold", "10", "--text", "page")
    assert "on pages, in the last 14 days: from 10 instead of 15." in ran.out
    assert "there is nothing to rehearse" in ran.out


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("--threshold", "3.3"), "half points"),
        (("--threshold", "0"), "half points"),
        (("--threshold", "3", "--theme", "no-such"), "Choose from: abuse-disclosure"),
        (("--threshold", "3", "--theme", "help-seeking"), "No theme 'help-seeking' can be flagged"),
    ],
)
def test_what_cannot_be_rehearsed_is_said_with_the_mend(
    safeguard: Callable[..., Ran], given: tuple[str, ...], says: str
) -> None:
    ran = safeguard("themes", "rehearse", *given)
    assert (ran.status, says in ran.err) == (2, True)


@pytest.mark.usefixtures("fortnight")
def test_what_stayed_below_is_told_by_theme(safeguard: Callable[..., Ran]) -> None:
    assert safeguard("themes", "below").out == (
        "theme                  times  highest\n"
        "help-seeking              99      3.5\n"
        "drugs                     12      3.5\n"
    )
    told = safeguard("themes", "below", "--json").out.splitlines()
    assert json.loads(told[1]) == {"theme": "drugs", "times": 12, "highest": 3.5}


def test_where_nothing_stayed_below_that_is_said(safeguard: Callable[..., Ran]) -> None:
    assert safeguard("themes", "below").out == "Nothing stayed below in the last 14 days.\n"
    assert safeguard("themes", "below", "--json").out == ""
