"""`safeguard themes add|weaken|exempt|list|undo|try`: made by a lead, and taken back."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from safeguard.settings import load
from safeguard.store import schema
from safeguard.store.session import Store
from tests.safeguard.case_samples import lead
from tests.safeguard.cli.conftest import Ran

BY = ("--by", "lee@school.example", "--reason", "what our pupils say")

type Run = Callable[..., Ran]


@pytest.fixture
def store(school: Path) -> Iterator[Store]:
    store = schema.prepare(load(school))
    lead(store)
    yield store
    store.close()


@pytest.mark.usefixtures("store")
def test_a_phrase_is_added_tried_listed_and_taken_back(safeguard: Run) -> None:
    assert safeguard("themes", "list").out == "The themes are as they were shipped.\n"
    assert safeguard("themes", "try", "zorbing flumes").out == "Nothing was found.\n"
    ran = safeguard("themes", "add", "drugs", "zorbing (flumes|things)", "--weight", "7", *BY)
    assert "Change 1 is in force." in ran.out
    assert "drugs: high, score 7" in safeguard("themes", "try", "zorbing flumes").out
    told = json.loads(safeguard("themes", "try", "--json", "zorbing flumes").out)
    assert told["themes"][0]["matches"][0]["sentence"] == "zorbing flumes"
    assert "zorbing (flumes|things)" in safeguard("themes", "list").out
    assert json.loads(safeguard("themes", "list", "--json").out)["change"]["theme"] == "drugs"
    assert safeguard("themes", "undo", "1", *BY).out == "Change 1 is taken back.\n"
    assert safeguard("themes", "undo", "1", *BY).status == 2
    assert safeguard("themes", "try", "zorbing flumes").out == "Nothing was found.\n"


@pytest.mark.usefixtures("store")
def test_trying_a_sentence_tells_what_the_second_opinion_says(safeguard: Run) -> None:
    words = "tidied my room so nobody has to do it after"
    told = safeguard("themes", "try", words, "--kind", "chat").out
    assert "The second opinion: a person should look, above all at “" in told
    harmless = "going to smash my personal best tomorrow"
    told = safeguard("themes", "try", harmless, "--kind", "chat").out
    assert "The second opinion doubts it: the sentence looks harmless." in told


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("weaken", "suicide", "kms", "--weight", "9", *BY), "weigh less than"),
        (("exempt", "suicide", "kms", "--group", "nobody", *BY), "There is no group 'nobody'"),
        (("add", "nothing", "x y", *BY), "There is no theme 'nothing'"),
        (
            ("add", "drugs", "x y", "--by", "x@school.example", "--reason", "r"),
            "is no safeguarding",
        ),
    ],
)
def test_what_cannot_be_changed_is_refused(
    safeguard: Run, words: tuple[str, ...], says: str
) -> None:
    ran = safeguard("themes", *words)
    assert ran.status == 2
    assert says in ran.err
