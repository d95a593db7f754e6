"""Concerns as trends are counted from."""

from datetime import timedelta

from filter_rules.types import Severity
from safeguard.store import trends
from safeguard.store.session import Store
from tests.safeguard.samples import NOW
from tests.safeguard.store.keeping_samples import ago, concern


def test_concerns_between_two_moments_of_these_groups(any_store: Store) -> None:
    concern(any_store, 1, 1, severity=Severity.HIGH)
    concern(any_store, 2, 2, group="secondary")
    concern(any_store, 3, 40)
    concern(any_store, 4, 1, subject_kind="group", subject="primary")
    since = NOW - timedelta(days=30)
    found = trends.concerns(any_store, since, NOW)
    assert [one.group for one in found] == ["secondary", "primary"]
    assert found[1].started_at == ago(1)
    assert found[1].severity is Severity.HIGH
    assert [one.group for one in trends.concerns(any_store, since, NOW, {"primary"})] == ["primary"]
    assert trends.concerns(any_store, since, NOW, set()) == []
    assert len(trends.concerns(any_store, since, NOW, subject="pupil-7")) == 2
    assert trends.concerns(any_store, since, NOW, subject="pupil-8") == []
