"""The settings of who asks."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from safeguard.identity_settings import Identity


def test_by_itself_there_is_no_page_to_sign_in_and_no_guest() -> None:
    settings = Identity()
    assert settings.portal_networks == ()
    assert not settings.portal_guests


def test_times_are_an_hour_half_a_day_and_a_month() -> None:
    settings = Identity()
    assert settings.portal_idle == timedelta(hours=1)
    assert settings.portal_longest == timedelta(hours=12)
    assert settings.sessions_kept == timedelta(days=30)


def test_the_quiet_time_is_within_the_longest() -> None:
    with pytest.raises(ValidationError, match="portal_idle_minutes must be within"):
        Identity(portal_idle_minutes=61, portal_hours=1)
