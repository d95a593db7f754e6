"""What keeps people from being told is said, with its mend."""

from datetime import timedelta

from sqlalchemy import text

from safeguard.notify.troubles import troubles
from safeguard.school_settings import Notify
from safeguard.settings import Settings
from safeguard.store import contacts, outbox
from safeguard.store.contacts import Place, Way
from safeguard.store.outbox import NewMessage, Try
from safeguard.store.session import Store
from tests.safeguard.concern_samples import flagged_event, fold_all, keep
from tests.safeguard.notify_world import minutes, put_concern
from tests.safeguard.samples import NOW, at

GOOD = Notify(site="https://s.example", smtp_host="m.example", mail_from="s@s.example")
DAYS = timedelta(days=1)


def says(store: Store, settings: Settings, notify: Notify = GOOD) -> str:
    found = troubles(store, settings.model_copy(update={"notify": notify}), NOW)
    assert all(one.mend for one in found)
    return " ".join(one.says for one in found)


def add(store: Store, *, ladder: bool = True) -> int:
    made = contacts.add(store, "Lee", Way.EMAIL, Place("l@x.example"), "staff:1", NOW)
    if ladder:
        contacts.put_on_ladder(store, made, 0, "staff:1", NOW)
    return made


def test_where_all_is_well_nothing_is_said(any_store: Store, any_settings: Settings) -> None:
    add(any_store)
    assert says(any_store, any_settings) == ""


def test_without_contacts_nobody_is_told(any_store: Store, any_settings: Settings) -> None:
    assert "there is no contact" in says(any_store, any_settings)
    made = add(any_store)
    contacts.set_active(any_store, made, "staff:1", NOW, active=False)
    assert "there is no contact" in says(any_store, any_settings)


def test_without_a_ladder_only_what_is_urgent_is_told(
    any_store: Store, any_settings: Settings
) -> None:
    add(any_store, ladder=False)
    assert "No ladder names anyone" in says(any_store, any_settings)


def test_settings_that_are_missing_are_named(any_store: Store, any_settings: Settings) -> None:
    add(any_store)
    assert "no mail server is set" in says(any_store, any_settings, Notify())


def test_an_address_that_cannot_be_unsealed_is_said(
    any_store: Store, any_settings: Settings
) -> None:
    add(any_store)
    with any_store.writing() as session:
        session.execute(text("UPDATE contacts SET address = :junk"), {"junk": b"junk"})
    assert "Lee cannot be unsealed" in says(any_store, any_settings)


def test_an_urgent_concern_that_nobody_was_told_of_is_an_alarm(
    any_store: Store, any_settings: Settings
) -> None:
    add(any_store)
    put_concern(any_store, at=NOW - minutes(2))
    assert "1 urgent concern: nobody has been told." in says(any_store, any_settings)


def test_events_that_wait_long_to_become_concerns_are_an_alarm(
    any_store: Store, any_settings: Settings
) -> None:
    add(any_store)
    keep(any_store, flagged_event(NOW - minutes(5)))
    assert says(any_store, any_settings) == ""
    keep(any_store, flagged_event(NOW - minutes(6)))
    assert "Events have waited since 4 March, 10:24" in says(any_store, any_settings)
    fold_all(any_store)
    assert "Events have waited" not in says(any_store, any_settings)


def test_what_waits_and_what_was_given_up_is_said_with_the_last_answer(
    any_store: Store, any_settings: Settings
) -> None:
    lead, then = add(any_store), NOW - minutes(10)
    for number in (1, 2):
        message = NewMessage(f"test:{number}", "test", "", lead, "email", then, urgent=True)
        outbox.put(any_store, [message], then)
    (first,) = outbox.claim(any_store, then)
    outbox.settle(any_store, first, Try(then, accepted=False, said="550 no", took_ms=1))
    said = says(any_store, any_settings)
    assert "Lee: 1 urgent message given up since 4 March, 10:20. Last answer: 550 no." in said
    assert "Lee: 1 urgent message waiting to be sent since 4 March, 10:20." in said


def test_a_weekly_report_that_stays_away_is_said(any_store: Store, any_settings: Settings) -> None:
    lead, then = add(any_store), NOW - 9 * DAYS
    outbox.put(any_store, [NewMessage("weekly:x", "weekly", "x", lead, "email", then)], then)
    (parcel,) = outbox.claim(any_store, then)
    outbox.settle(any_store, parcel, Try(then, accepted=True, said="", took_ms=1))
    assert "No weekly report has arrived since 2026-02-23." in says(any_store, any_settings)
    assert at(0) == NOW
