"""The settings of directories: what does not fit together stops the start."""

from pathlib import Path
from typing import Any

import pytest

from safeguard.problems import UnusableError
from safeguard.settings import Settings, load


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ({"ldap_directory": {"server": "ldaps://dc1.school.example"}}, "base is needed"),
        ({"ldap_directory": {"server": "ldap://dc1", "base": "dc=x"}}, "ldaps:// goes with"),
        ({"ldap_directory": {"server": "dc1.school.example"}}, "pattern"),
        ({"google_directory": {"key_file": "key.json"}}, "admin is needed"),
    ],
)
def test_what_does_not_fit_together_is_refused(section: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Settings.model_validate(section)


def test_ways_that_fit_are_taken() -> None:
    for server, security in (("ldaps://dc1:636", "tls"), ("ldap://[::1]:389", "starttls")):
        section = {"server": server, "security": security, "base": "dc=x"}
        assert Settings.model_validate({"ldap_directory": section}).ldap_directory.base == "dc=x"


def test_secrets_and_groups_come_from_the_environment_and_are_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAFEGUARD_MICROSOFT_DIRECTORY__CLIENT_SECRET", "invented")
    monkeypatch.setenv("SAFEGUARD_MICROSOFT_DIRECTORY__GROUPS", '{"g7": "year-7"}')
    found = load(tmp_path)
    assert found.microsoft_directory.groups == {"g7": "year-7"}
    assert "invented" not in repr(found)
    monkeypatch.setenv("SAFEGUARD_LDAP_DIRECTORY__SERVER", "nonsense")
    with pytest.raises(UnusableError, match=r"ldap_directory\.server"):
        load(tmp_path)
