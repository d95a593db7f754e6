"""The settings of what is kept, and of backups."""

import pytest
from pydantic import ValidationError

from safeguard.core.retention import PERIODS, Kept
from safeguard.keeping_settings import Backup, Retention, names

KEY = "age1" + "q" * 58


def test_each_class_has_a_setting_of_its_own_period() -> None:
    assert [kept for kept, _ in names()] == list(Kept)
    assert Retention().periods.days == {kept: one.days for kept, one in PERIODS.items()}
    assert Retention(low_days=60).periods.days[Kept.LOW] == 60


@pytest.mark.parametrize("days", [6, 93])
def test_a_period_outside_its_limits_is_refused(days: int) -> None:
    with pytest.raises(ValidationError, match="access_days"):
        Retention(access_days=days)


def test_recipients_are_public_age_keys() -> None:
    assert Backup.model_validate({"recipients": f"{KEY}, {KEY}"}).recipients == (KEY, KEY)
    with pytest.raises(ValidationError, match="new-backup-key"):
        Backup.model_validate({"recipients": "AGE-SECRET-KEY-1QQ"})
