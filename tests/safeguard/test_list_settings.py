"""The settings of lists: what they are where nobody says anything."""

import pytest
from pydantic import ValidationError

from safeguard.list_settings import Rules, Sealed, Subscriptions


def test_without_a_word_nothing_passes_where_lists_are_missing() -> None:
    assert Rules().without_rules == "block"
    assert Sealed().stance == "block"


def test_what_is_out_of_bounds_is_refused() -> None:
    with pytest.raises(ValidationError):
        Sealed(most_lost=100)
    with pytest.raises(ValidationError):
        Subscriptions(largest_download_mib=0)
