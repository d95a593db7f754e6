"""The core does no input or output: shown at run time, not only by its imports."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from filter_rules.types import Finding, Hit, Kind, Severity
from safeguard.core.decide import decide
from safeguard.core.explain import as_record, sentences
from safeguard.core.policy import Policy, PolicyRule, TextRule
from safeguard.core.types import Action, Subject

WORLD = ("open", "socket.", "subprocess.", "sqlite3.", "os.", "shutil.", "urllib.", "smtplib.")
_watching = False


class TouchedTheWorldError(AssertionError):
    pass


def _watch(event: str, args: tuple[object, ...]) -> None:
    if _watching and event.startswith(WORLD):
        raise TouchedTheWorldError(f"{event}{args!r}")


sys.addaudithook(_watch)  # cannot be taken away again, hence the flag


@contextmanager
def no_world() -> Iterator[None]:
    global _watching  # noqa: PLW0603  the hook stays for good
    _watching = True
    try:
        yield
    finally:
        _watching = False


def test_the_watch_works() -> None:
    with pytest.raises(TouchedTheWorldError), no_world():
        open("/dev/null").close()


def test_a_decision_and_its_explanation_touch_nothing() -> None:
    policy = Policy(
        (PolicyRule("r", Action.BLOCK, frozenset({"gambling"})),),
        (TextRule("t", Action.BLOCK, frozenset(Kind), Severity.HIGH),),
        monitored=frozenset({"primary"}),
    )
    with no_world():
        verdict = decide(
            Subject("primary"),
            [Hit("gambling", "list", "bet.example")],
            [Finding("suicide", Severity.HIGH, 9)],
            Kind.SEARCH,
            policy,
        )
        assert sentences(verdict)[0] == "Block and a person should know: a rule applied."
        assert as_record("bet.example", "bet.example", verdict)["flagged"]
