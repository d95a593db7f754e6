"""Where hosts lead: found before anything is dialled, so that the gates can judge the addresses.

Law: a connection is dialled only to addresses that were found here for its client and that a
gate has cleared. A host that cannot be found leads nowhere: to dial it says why.
"""

import asyncio
import logging
from collections.abc import Callable

from proxy_addons.loop import CONNECT_SECONDS, Dialler
from proxy_addons.visits import Led, Visit

FRESH_SECONDS = 60.0
MOST_HOSTS = 16  # of one client connection; only a client without TLS names more than one
MOST_JUDGED = 64  # addresses of one host; fewer are dialled

logger = logging.getLogger(__name__)


class Leads:
    """Finds where hosts lead, and remembers it with the visit. `clock` never jumps."""

    def __init__(self, dialler: Dialler, clock: Callable[[], float]) -> None:
        self.dialler = dialler
        self.clock = clock

    def known(self, visit: Visit, host: str, *, connected: bool = False) -> Led | None:
        """What was found a short while ago; or ever, where the server is connected to."""
        led = visit.led.get(host)
        if led is None or connected or self.clock() - led.found < FRESH_SECONDS:
            return led
        return None

    async def find(self, visit: Visit, host: str) -> Led:
        """Look a host up, as the client wrote it: that is what would be dialled."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                addresses = await self.dialler.look_up(host)
        except (OSError, UnicodeError) as error:  # of a name that no resolver can be asked for
            logger.info("a host could not be looked up (%s)", type(error).__name__)
            addresses = ()
        led = Led(tuple(addresses[:MOST_JUDGED]), self.clock())
        visit.led.pop(host, None)
        if len(visit.led) >= MOST_HOSTS:
            del visit.led[next(iter(visit.led))]
        visit.led[host] = led
        return led
