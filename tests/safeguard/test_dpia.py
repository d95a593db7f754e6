"""The facts of an assessment are those of the settings in force."""

from safeguard import dpia
from safeguard.keeping_settings import Backup, Retention
from safeguard.school_settings import Notify, School
from safeguard.settings import Settings
from safeguard.store.session import Store
from safeguard.store.tables.notices import ContactRow
from tests.safeguard.samples import NOW, reviewer


def test_it_says_what_the_settings_say(any_store: Store, any_settings: Settings) -> None:
    reviewer(any_store)
    page = dpia.page(any_settings, any_store, NOW)
    assert "| contacts | nothing | none are set up |" in page
    assert "| backups | everything | none are made |" in page
    assert "| mail server | those messages by e-mail | not set up |" in page
    assert "| lead | 1 |" in page
    assert "| staff | 1 |" in page
    assert "| 30 | the visit |" in page
    changed = any_settings.model_copy(
        update={
            "school": School(name="Hill | School"),
            "retention": Retention(access_days=7),
            "backup": Backup(recipients=("age1abc",)),
            "notify": Notify(smtp_host="mail.school.example", mail_from="a@school.example"),
        }
    )
    with any_store.writing() as session:
        session.add(ContactRow(school_id=1, name="n", channel="email", address=b"", active=True))
    page = dpia.page(changed, any_store, NOW)
    assert "the facts of Hill \\| School" in page
    assert "| 7 | the visit |" in page
    assert "| backups | everything | encrypted to 1 keys |" in page
    assert "mail.school.example" in page
    assert (
        "| contacts by email | that there is a concern, and a link; no words, no name (initials if a "
        "contact is set so) | 1 active |" in page
    )


def test_every_field_that_is_kept_is_explained(any_store: Store, any_settings: Settings) -> None:
    page = dpia.page(any_settings, any_store, NOW)
    for table in ("events", "concerns", "notes", "audit_chain", "word_tokens"):
        assert f"### {table}" in page
    assert "| sealed | URL, words and excerpt, encrypted. |" in page


def test_every_table_of_the_page_is_whole(any_store: Store, any_settings: Settings) -> None:
    columns = 0
    for line in dpia.page(any_settings, any_store, NOW).splitlines():
        found = line.replace("\\|", "").count("|")
        assert found == columns or not columns or not found
        columns = found
