"""`safeguard run`: unusable input before anything starts. The rest is in tests/system."""

from collections.abc import Callable
from pathlib import Path

import pytest

from safeguard.cli.run import site_address
from safeguard.settings import load
from tests.safeguard.cli.conftest import Ran


def test_a_role_that_does_not_exist_is_a_sentence(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("run", "--only", "proxy,mail")
    assert ran.status == 2
    assert "There is no role 'mail'. Choose from: proxy, dns, admin, jobs." in ran.err


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("", "http://127.0.0.1:8000"),
        ("[admin]\nlisten = '::1'\nport = 8443", "http://[::1]:8443"),
        ("[admin]\nlisten = '10.0.0.2'\ncert = 'a'\nkey = 'b'", "https://10.0.0.2:8000"),
    ],
)
def test_the_address_of_the_site_is_one_a_browser_takes(
    tmp_path: Path, text: str, address: str
) -> None:
    file = tmp_path / "s.toml"
    file.write_text(text)
    assert site_address(load(config=file)) == address
