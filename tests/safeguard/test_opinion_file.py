"""The second opinion is read whole, or its absence is said and texts are read without it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from filter_rules.opinion import ABUSE
from safeguard.opinion_file import CARD, FAMILIES, WEIGHTS, opinion_or_none, read_opinion, shipped
from safeguard.problems import UnusableError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (CARD, FAMILIES, WEIGHTS):
        shutil.copy(shipped() / name, tmp_path / name)
        (tmp_path / name).chmod(0o600)
    return tmp_path


def test_what_is_shipped_can_be_read_and_is_small() -> None:
    assert opinion_or_none(shipped()) is not None
    assert (shipped() / WEIGHTS).stat().st_size <= 2 * 1024 * 1024


def test_what_is_shipped_tells_an_insult_from_a_lesson() -> None:
    opinion = read_opinion(shipped())
    insult = opinion.judge("you are a stupid ugly bitch and everybody hates you")
    lesson = opinion.judge("how do volcanoes form when tectonic plates move apart")
    assert insult.abuse > 0.7
    assert lesson.abuse < 0.3
    assert set(opinion.because("you are a stupid ugly bitch and everybody hates you", ABUSE)) & {
        "stupid",
        "ugly",
        "bitch",
    }


def test_what_is_shipped_tells_who_may_be_in_danger_from_a_lesson() -> None:
    opinion = read_opinion(shipped())
    danger = opinion.judge(
        "nobody would notice if i was gone and i have stopped wanting to wake up"
    )
    lesson = opinion.judge("how do volcanoes form when tectonic plates move apart")
    assert danger.eye > 0.9
    assert lesson.eye < 0.3
    assert danger.theme == "suicide"


def _cut(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-1])


def _changed(folder: Path) -> None:
    weights = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(bytes([weights[0] ^ 1]) + weights[1:])


@pytest.mark.parametrize(
    "breaks",
    [
        lambda folder: (folder / WEIGHTS).unlink(),
        lambda folder: (folder / CARD).unlink(),
        lambda folder: (folder / WEIGHTS).write_bytes(b""),
        lambda folder: (folder / FAMILIES).unlink(),
        lambda folder: (folder / FAMILIES).write_text('fear = "afraid"'),
        lambda folder: (folder / CARD).write_text("scale = ["),
        lambda folder: (folder / CARD).write_text("digest = 1"),
        _cut,
        _changed,
    ],
)
def test_what_is_broken_is_a_sentence_and_no_opinion(
    folder: Path, breaks: Callable[[Path], object]
) -> None:
    breaks(folder)
    with pytest.raises(UnusableError, match="install this version of Safeguard again"):
        read_opinion(folder)
    assert opinion_or_none(folder) is None
