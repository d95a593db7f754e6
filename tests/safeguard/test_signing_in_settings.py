"""Settings of signing in that would be unsafe, or would do nothing, stop the start."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from safeguard.signing_in_settings import ProxyAuth

TLS = {"tls_port": 8443, "tls_cert": "a.pem", "tls_key": "a.key"}
LDAP = {"passwords": "ldap", "ldap_servers": "ldaps://dc1.school.test", "ldap_base": "dc=school"}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (LDAP, "in the clear"),
        ({"tls_port": 8443}, "go together"),
        (LDAP | TLS | {"ldap_base": ""}, "needs ldap_servers and ldap_base"),
        (LDAP | TLS | {"ldap_servers": ""}, "needs ldap_servers and ldap_base"),
        (LDAP | TLS | {"ldap_user": "cn=reader"}, "go together"),
        ({"networks": "10.0.0.0/8"}, "nothing says how"),
        ({"networks": "10.0.0.0/99"}, "does not appear to be"),
        ({"ldap_servers": "http://dc1"}, "is no directory"),
        ({"ldap_servers": "ldap://user:secret@dc1"}, "is no directory"),
        ({"ldap_filter": "(uid=ada)"}, "holds {login}"),
        ({"ldap_filter": "uid={login}"}, "in brackets"),
        ({"user_header": "No Header"}, "name of a header"),
        ({"remember_minutes": 0}, "greater than or equal"),
    ],
)
def test_what_cannot_be_is_said(given: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        ProxyAuth.model_validate(given)


def test_several_are_given_with_commas() -> None:
    chosen = ProxyAuth.model_validate(
        LDAP | TLS | {"ldap_servers": "ldaps://dc1.school.test, ldap://[2001:db8::1]:1389"}
    )
    assert chosen.ldap_servers == ("ldaps://dc1.school.test", "ldap://[2001:db8::1]:1389")


def test_a_password_is_not_shown() -> None:
    chosen = ProxyAuth.model_validate(
        LDAP | TLS | {"ldap_user": "cn=reader", "ldap_password": "the secret"}
    )
    assert "the secret" not in repr(chosen)


def test_the_file_of_passwords_is_in_the_data_folder_unless_said_otherwise() -> None:
    assert ProxyAuth().password_file_in(Path("/data")) == Path("/data/proxy-passwords")
    other = ProxyAuth(password_file=Path("/etc/p"))
    assert other.password_file_in(Path("/data")) == Path("/etc/p")
