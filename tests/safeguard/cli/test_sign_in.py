"""`safeguard sign-in`: proxy passwords are set and taken away on record; a check says what ails."""

import struct
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from safeguard.cli.sign_in import _time_of
from safeguard.local_passwords import FilePasswords
from safeguard.logins import Typed
from safeguard.settings import load
from safeguard.store import audit, schema
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from tests.proxy_addons.world import TestAuthority
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.slapd_world import BASE, READER, READER_PASSWORD, slapd

PASSWORD = "only for the proxy"
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


def test_a_password_is_set_and_taken_away_on_record(
    safeguard: Callable[..., Ran], school: Path
) -> None:
    ran = safeguard("sign-in", "password", "SCHOOL\\Ada", stdin=f"{PASSWORD}\n")
    assert (ran.status, ran.out) == (0, "The proxy password of ada is set.\n")
    passwords = FilePasswords(school / "proxy-passwords")
    assert passwords.check(Typed("ada", PASSWORD)) == "ada"
    assert safeguard("sign-in", "forget", "ada").out == "The proxy password of ada is removed.\n"
    assert safeguard("sign-in", "forget", "ada").out == "There was none.\n"
    assert passwords.check(Typed("ada", PASSWORD)) is None
    store = schema.prepare(load(school))
    query = select(AuditRow.what, AuditPayloadRow.payload).join_from(AuditRow, AuditPayloadRow)
    query = query.where(AuditRow.about_kind == "proxy password").order_by(AuditRow.id)
    with store.reading() as session:
        told = [
            (what, audit.opened(store.vault, payload)) for what, payload in session.execute(query)
        ]
    store.close()
    assert [what for what, _ in told] == ["set", "removed", "removed"]
    assert PASSWORD not in repr(told)


def test_a_password_that_is_too_short_changes_nothing(
    safeguard: Callable[..., Ran], school: Path
) -> None:
    ran = safeguard("sign-in", "password", "ada", stdin="short\n")
    assert (ran.status, ran.err) == (2, "A proxy password needs at least 10 characters.\n")
    assert not (school / "proxy-passwords").exists()


def test_where_nobody_must_sign_in_a_check_says_so(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("sign-in", "check")
    assert (ran.status, ran.out[:28]) == (0, "Nobody needs to sign in: see")


def test_a_check_says_what_is_wrong_with_the_keytab(
    safeguard: Callable[..., Ran], school: Path
) -> None:
    keytab = school / "proxy.keytab"
    (school / "safeguard.toml").write_text(
        f'[proxy_auth]\nnetworks = ["10.0.0.0/8"]\nkeytab = "{keytab}"\n'
    )
    assert "cannot be read" in safeguard("sign-in", "check").err
    keytab.write_bytes(b"")
    keytab.chmod(0o644)
    assert "chmod 600" in safeguard("sign-in", "check").err
    keytab.chmod(0o600)
    assert "is no keytab" in safeguard("sign-in", "check").err
    keytab.write_bytes(b"\x05\x02" + struct.pack(">i", 0))
    assert "holds no key for HTTP/" in safeguard("sign-in", "check").err


def test_a_check_asks_each_directory(
    safeguard: Callable[..., Ran], school: Path, tmp_path: Path, free_port: int
) -> None:
    (tmp_path / "slapd").mkdir()
    authority = TestAuthority(tmp_path)
    authority.context_for("proxy.test")
    with slapd(tmp_path / "slapd") as server:
        away = f"ldaps://localhost:{free_port}"
        (school / "safeguard.toml").write_text(
            "[proxy_auth]\n"
            'networks = ["10.0.0.0/8"]\npasswords = "ldap"\n'
            f'ldap_servers = ["{server.tls}", "{away}"]\nldap_base = "{BASE}"\n'
            f'ldap_user = "{READER}"\nldap_password = "{READER_PASSWORD}"\n'
            f'ldap_ca = "{server.ca}"\ntls_port = 8443\n'
            f'tls_cert = "{tmp_path}/proxy.test.pem"\ntls_key = "{tmp_path}/proxy.test.pem"\n'
        )
        ran = safeguard("sign-in", "check")
    assert ran.status == 1
    assert ran.out.splitlines()[0] == f"{server.tls} answers."
    assert ran.out.splitlines()[1].startswith(f"{away} cannot be asked (LDAPSocketOpenError)")


@pytest.mark.parametrize(
    ("text", "time"),
    [("20260901110000.0Z", datetime(2026, 9, 1, 11, tzinfo=UTC)), ("", NOW), ("never", NOW)],
)
def test_the_time_of_a_directory_is_read(text: str, time: datetime) -> None:
    assert _time_of(text, NOW) == time
