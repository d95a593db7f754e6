"""Where the chain ended, written down in a file; and the daily look, which the chain tells of."""

import pytest
from sqlalchemy import delete

from safeguard.audit_watch import FILE, KEPT, keep_head, kept_heads, look, verify_kept
from safeguard.core.audit import Broken, Verified
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.store import audit
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from tests.safeguard.samples import NOW, at
from tests.safeguard.store.test_audit_verify import fill, fill_more, remove


def test_an_end_is_written_down_once_and_held_against_the_chain(
    any_store: Store, any_settings: Settings
) -> None:
    data = any_settings.data
    keep_head(any_store, data, NOW)
    assert kept_heads(data) == []
    first = fill(any_store, 5)
    keep_head(any_store, data, NOW)
    keep_head(any_store, data, at(3600))
    second = fill_more(any_store)
    keep_head(any_store, data, at(7200))
    assert kept_heads(data) == [first, second]
    assert verify_kept(any_store, data) == Verified(6, second)
    with any_store.writing() as session:
        remove(session, 6)
    assert verify_kept(any_store, data) == Broken(
        6, "is missing, and so is all after it up to row 6, which was written down"
    )
    assert (data / FILE).stat().st_mode & 0o777 == 0o600


def test_no_more_than_a_thousand_ends_are_kept(any_store: Store, any_settings: Settings) -> None:
    data = any_settings.data
    (data / FILE).write_text(f"2026-01-01T00:00:00+00:00 1:{'00' * 32}\n" * (KEPT + 5))
    end = fill(any_store, 2)
    keep_head(any_store, data, NOW)
    heads = kept_heads(data)
    assert len(heads) == KEPT
    assert heads[-1] == end


@pytest.mark.usefixtures("any_store")  # it makes the folder
def test_a_file_that_was_altered_is_no_proof_and_says_so(any_settings: Settings) -> None:
    (any_settings.data / FILE).write_text("2026-01-01T00:00:00+00:00 nonsense\n")
    with pytest.raises(UnusableError, match=r"does not hold what Safeguard wrote.*--expect"):
        kept_heads(any_settings.data)


def test_the_daily_look_is_told_in_the_chain(any_store: Store, any_settings: Settings) -> None:
    fill(any_store, 4)
    assert isinstance(look(any_store, any_settings.data, NOW), Verified)
    with any_store.writing() as session:
        session.execute(delete(AuditPayloadRow).where(AuditPayloadRow.id == 3))
    assert isinstance(look(any_store, any_settings.data, at(60)), Broken)
    with any_store.reading() as session:
        verified, broken = session.get_one(AuditRow, 5), session.get_one(AuditRow, 6)
        assert (verified.who, verified.what, verified.at) == ("safeguard", audit.VERIFIED, NOW)
        assert (broken.what, broken.about) == (audit.BROKEN, "3")


def test_an_altered_file_is_an_alarm_of_the_daily_look(
    any_store: Store, any_settings: Settings
) -> None:
    fill(any_store, 4)
    (any_settings.data / FILE).write_text("nonsense\n")
    found = look(any_store, any_settings.data, NOW)
    assert found == Broken(0, "cannot be held against audit-heads.txt: somebody altered that file")
