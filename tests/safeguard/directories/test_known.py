"""The directories of the settings: opened with their secrets, which come from a file or nowhere."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from safeguard.directories import known
from safeguard.directories.port import DirectoryError
from safeguard.settings import Settings
from tests.safeguard.directories.web_server import WebServer
from tests.slapd import ADMIN, BASE, PASSWORD, Slapd, person


def settings(**sections: dict[str, Any]) -> Settings:
    return Settings.model_validate(sections)


def test_none_is_asked_unless_the_settings_say_so() -> None:
    assert known.names(Settings()) == ()
    with pytest.raises(DirectoryError, match="no directory x"), known.opened(Settings(), "x"):
        pass


def test_ldap_is_asked_with_the_password_of_a_file(slapd: Slapd, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{PASSWORD}\n")
    slapd.add(person("aexample", "Ada Example", "ou=Staff"))
    found = settings(
        ldap_directory={
            "server": slapd.address, "security": "none", "user": ADMIN, "base": BASE,
            "password_file": tmp_path / "secret", "groups": {"staff": "staff"},
            "filter": "(objectClass=inetOrgPerson)", "login_attribute": "cn",
        }
    )  # fmt: skip
    assert known.names(found) == ("ldap",)
    with known.opened(found, "ldap") as one:
        assert [told.login for told in one.read("", ()).people] == ["ada example"]


def test_microsoft_is_asked_with_its_secret(web: WebServer) -> None:
    web.says("/t/oauth2/v2.0/token", {"access_token": "x"})
    web.says("/v1.0/users/delta", {"value": [], "@odata.deltaLink": "later"})
    found = settings(
        microsoft_directory={
            "tenant": "t", "client_id": "c", "client_secret": "invented", "sign_in": web.address,
            "address": web.address, "otherwise": "staff",
        }
    )  # fmt: skip
    assert known.names(found) == ("microsoft",)
    with known.opened(found, "microsoft") as one:
        assert one.read("", ()).cursor == "later"
    assert web.asked[0].form["client_secret"] == ["invented"]
    assert "invented" not in repr(found)


def test_google_is_asked_with_its_key(web: WebServer, tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    told = {"client_email": "r@p.example", "private_key": key.decode()}
    (tmp_path / "key.json").write_text(json.dumps(told))
    web.says("/token", {"access_token": "x"})
    web.says("/admin/directory/v1/users", {})
    found = settings(
        google_directory={
            "key_file": tmp_path / "key.json", "admin": "a@school.example",
            "sign_in": f"{web.address}/token", "address": web.address,
        }
    )  # fmt: skip
    assert known.names(found) == ("google",)
    with known.opened(found, "google") as one:
        assert one.read("", ()).people == ()


def test_a_secret_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    assert known.secret(None, None, "the password") == ""
    assert known.secret(SecretStr("a"), tmp_path / "none", "the password") == "a"
    with pytest.raises(DirectoryError, match="the password cannot be read from"):
        known.secret(None, tmp_path / "none", "the password")
    (tmp_path / "odd").write_bytes(b"\xff\xfe")
    with pytest.raises(DirectoryError, match="holds no text"):
        known.secret(None, tmp_path / "odd", "the password")
