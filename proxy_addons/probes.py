"""How operating systems and browsers ask whether there is internet, and what they expect to hear.

On a network where people sign in they are led to the sign-in page until somebody has, and are
answered here from then on: a device that is told nothing else shows no sign-in page, or leaves.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expected:
    """The answer that says: there is internet."""

    status: int
    body: bytes = b""
    kind: str = "text/plain"


NOTHING = Expected(204)
APPLE = Expected(
    200, b"<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>", "text/html"
)
NETWORK_MANAGER = Expected(200, b"NetworkManager is online\n")

PROBES: Mapping[tuple[str, str], Expected] = {
    ("captive.apple.com", "/hotspot-detect.html"): APPLE,
    ("captive.apple.com", "/"): APPLE,
    ("www.apple.com", "/library/test/success.html"): APPLE,
    ("connectivitycheck.gstatic.com", "/generate_204"): NOTHING,
    ("connectivitycheck.android.com", "/generate_204"): NOTHING,
    ("www.gstatic.com", "/generate_204"): NOTHING,
    ("clients3.google.com", "/generate_204"): NOTHING,
    ("play.googleapis.com", "/generate_204"): NOTHING,
    ("www.google.com", "/gen_204"): NOTHING,
    ("edge-http.microsoft.com", "/captiveportal/generate_204"): NOTHING,
    ("www.msftconnecttest.com", "/connecttest.txt"): Expected(200, b"Microsoft Connect Test"),
    ("ipv6.msftconnecttest.com", "/connecttest.txt"): Expected(200, b"Microsoft Connect Test"),
    ("www.msftncsi.com", "/ncsi.txt"): Expected(200, b"Microsoft NCSI"),
    ("detectportal.firefox.com", "/success.txt"): Expected(200, b"success\n"),
    ("detectportal.firefox.com", "/canonical.html"): Expected(
        200,
        b'<meta http-equiv="refresh" '
        b'content="0;url=https://support.mozilla.org/kb/captive-portal"/>',
        "text/html",
    ),
    ("nmcheck.gnome.org", "/check_network_status.txt"): NETWORK_MANAGER,
    ("network-test.debian.org", "/nm"): NETWORK_MANAGER,
    ("connectivity-check.ubuntu.com", "/"): NOTHING,
    ("fedoraproject.org", "/static/hotspot.txt"): Expected(200, b"OK"),
}


def probe(scheme: str, host: str, path: str) -> Expected | None:
    """What is expected where a device asks whether there is internet; None: it asks something else."""
    return PROBES.get((host, path.partition("?")[0])) if scheme == "http" else None
