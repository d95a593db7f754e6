"""What a case is made of."""

from dataclasses import FrozenInstanceError

import pytest

from safeguard.store.case_parts import Written
from tests.safeguard.samples import NOW


def test_what_was_told_of_a_case_cannot_be_changed_on_its_way() -> None:
    note = Written(1, "", NOW, "Lee Lead", "note", "words")
    with pytest.raises(FrozenInstanceError):
        note.text = "other words"  # type: ignore[misc]  # that is tried
    assert (note.until, note.until_by, note.readable) == (None, "", True)
