"""The proxy's log goes through the standard library, since mitmproxy's does.

mitmproxy logs hosts and client addresses below ERROR.
"""

import logging
import sys

from safeguard.logs import Discreet


def configure() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet("proxy: %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("mitmproxy").setLevel(logging.ERROR)
