"""The file of RADIUS secrets: read with care, and complained of without telling a secret."""

from pathlib import Path

import pytest

from safeguard.identity_feeds import secrets_file
from safeguard.identity_feeds.secrets_file import secrets_in
from safeguard.problems import UnusableError

SECRET = "correct-horse-battery"


def made(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "radius-secrets"
    file.write_text(text, "utf-8")
    file.chmod(mode)
    return file


def test_the_narrowest_network_counts(tmp_path: Path) -> None:
    text = (
        f"# wireless\n10.0.0.0/8 {SECRET}\n\n10.9.0.1 {SECRET}-of-one\n2001:db8::/32 {SECRET}-6\n"
    )
    found = secrets_in(made(tmp_path, text))
    assert found.of("10.1.2.3") == ("10.0.0.0/8", SECRET.encode())
    assert found.of("10.9.0.1") == ("10.9.0.1/32", f"{SECRET}-of-one".encode())
    assert found.of("::ffff:10.9.0.1") == found.of("10.9.0.1")
    assert found.of("2001:db8::7%eth0") == ("2001:db8::/32", f"{SECRET}-6".encode())
    assert found.of("192.0.2.1") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("10.0.0.0/8\n", "line 1: write a network"),
        (f"\nhere {SECRET}\n", "line 2: here is no network"),
        ("10.0.0.0/8 short\n", "line 1: the secret is too short"),
        ("10.0.0.0/8 two words-of-secret\n", "line 1: write a network"),
    ],
)
def test_a_line_that_is_wrong_stops_it(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UnusableError, match=says) as found:
        secrets_in(made(tmp_path, text))
    assert "short\n" not in str(found.value)
    assert "words-of-secret" not in str(found.value)


def test_what_others_can_read_is_no_secret(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="chmod 600"):
        secrets_in(made(tmp_path, f"10.0.0.0/8 {SECRET}\n", 0o640))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="cannot be read"):
        secrets_in(tmp_path / "nothing")


def test_a_file_that_is_far_too_large_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets_file, "MOST_BYTES", 10)
    with pytest.raises(UnusableError, match="larger than"):
        secrets_in(made(tmp_path, f"10.0.0.0/8 {SECRET}\n"))
