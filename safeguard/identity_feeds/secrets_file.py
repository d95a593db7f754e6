"""The file of RADIUS secrets: a network of access points and its secret on each line.

10.20.0.0/24    correct-horse-battery-staple
"""

import ipaddress
import stat
from pathlib import Path

from safeguard.identity_feeds.radius import Network, Secrets
from safeguard.problems import UnusableError

SHORTEST = 12
MOST_BYTES = 1024 * 1024
OTHERS = stat.S_IRWXG | stat.S_IRWXO
CELLS = 2


def secrets_in(file: Path) -> Secrets:
    """Read it; UnusableError names the line and what to do, never the secret."""
    try:
        found = file.stat()
        raw = file.read_bytes()[: MOST_BYTES + 1]
    except OSError as error:
        raise UnusableError(
            f"The RADIUS secrets {file} cannot be read ({error.strerror}): "
            "make the file, or give the account that runs Safeguard access to it."
        ) from error
    if found.st_mode & OTHERS:
        raise UnusableError(
            f"Others can read the RADIUS secrets {file}: run chmod 600 on it, and choose new ones."
        )
    if len(raw) > MOST_BYTES:
        raise UnusableError(f"The RADIUS secrets {file} are larger than {MOST_BYTES >> 20} MiB.")
    secrets: dict[Network, bytes] = {}
    for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            network, secret = _line(f"{file}, line {number}", line)
            secrets[network] = secret
    return Secrets(secrets)


def _line(where: str, line: str) -> tuple[Network, bytes]:
    cells = line.split()
    if len(cells) != CELLS:
        raise UnusableError(f"{where}: write a network, a space and its secret (without spaces).")
    try:
        network = ipaddress.ip_network(cells[0], strict=False)
    except ValueError as error:
        raise UnusableError(
            f"{where}: {cells[0]} is no network: write 10.20.0.0/24, or one address."
        ) from error
    if len(cells[1]) < SHORTEST:
        raise UnusableError(
            f"{where}: the secret is too short. It is all that keeps others from signing people "
            f"in and out: take at least {SHORTEST} characters, drawn by chance."
        )
    return network, cells[1].encode()
