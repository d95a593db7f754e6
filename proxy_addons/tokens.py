"""Tokens of the block page's form: that we showed it, to this person, for this page, a while ago.

Another site can make a browser send a form, and cannot read the page that has the token.
"""

import hmac
from datetime import datetime

LASTS_SECONDS = 2 * 3600
AHEAD_SECONDS = 60  # a clock may be set back
BYTES = 20


class Tokens:
    """Makes and checks tokens with one key, which the workers share and nobody keeps."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def issue(self, who: str, page: str, now: datetime) -> str:
        at = f"{int(now.timestamp()):x}"
        return f"{at}.{self._mac(at, who, page)}"

    def holds(self, token: str, who: str, page: str, now: datetime) -> bool:
        """Whether it is one of ours, for this person and page, and not too old."""
        at, _, mac = token.partition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(at, who, page).encode()):
            return False
        return -AHEAD_SECONDS <= now.timestamp() - int(at, 16) <= LASTS_SECONDS

    def _mac(self, at: str, who: str, page: str) -> str:
        said = f"{at}\0{who}\0{page}".encode()
        return hmac.digest(self._key, said, "sha256")[:BYTES].hex()
