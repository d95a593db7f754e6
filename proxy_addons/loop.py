"""Our event loop: names resolve in a pool of their own, dialling has a deadline and a guard.

mitmproxy has no setting for any of these. It connects through the loop's `create_connection`,
so that is where they stand. A literal address takes the same way as a name. Law: nothing is
dialled but what was CLEARED for the client that it is dialled for.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, override

from proxy_addons.destinations import Destinations
from proxy_addons.resolving import Lookup

if TYPE_CHECKING:
    from asyncio import SelectorEventLoop as PlainLoop
else:
    try:
        from uvloop import Loop as PlainLoop
    except ImportError:
        from asyncio import SelectorEventLoop as PlainLoop

CONNECT_SECONDS = 8.0
ADDRESS_SECONDS = 3.0  # of one address, where the name has more
RESOLVERS = 32
MOST_ADDRESSES = 6

# Hosts, and the addresses that a gate has cleared for each. Set by the task that dials.
CLEARED: ContextVar[Mapping[str, Sequence[str]]] = ContextVar("CLEARED")


class Dialler:
    """Finds the addresses of a host, and refuses those that are out of bounds."""

    def __init__(self, destinations: Destinations, lookup: Lookup) -> None:
        self.destinations = destinations
        self.lookup = lookup
        self._pool = ThreadPoolExecutor(RESOLVERS, thread_name_prefix="resolve")

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """The addresses to dial; OSError where there are none, or one is out of bounds."""
        cleared = CLEARED.get({}).get(host)
        if cleared is None:
            raise OSError("the filter has not judged where this leads")
        if not cleared:
            raise OSError("this name is not known")
        for address in cleared:
            self.destinations.check(address, port)
        return cleared[:MOST_ADDRESSES]

    async def look_up(self, host: str) -> Sequence[str]:
        """Find the addresses of a host; OSError where that fails. An address is its own."""
        if _is_address(host):
            return [host]
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self.lookup, host)


def _is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


class FilterLoop(PlainLoop):
    """A loop that dials through a Dialler."""

    def __init__(self, dialler: Dialler) -> None:
        super().__init__()
        self.dialler = dialler

    @override
    async def create_connection(  # type: ignore[override]  # as it is called: host and port
        self,
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        host: str,
        port: int,
        **options: Any,
    ) -> tuple[asyncio.BaseTransport, asyncio.BaseProtocol]:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                addresses = self.dialler.addresses(host, port)
                for address in addresses[:-1]:
                    try:
                        async with asyncio.timeout(ADDRESS_SECONDS):
                            return await super().create_connection(
                                protocol_factory, address, port, **options
                            )
                    except OSError:
                        continue
                return await super().create_connection(
                    protocol_factory, addresses[-1], port, **options
                )
        except TimeoutError:
            raise TimeoutError("the site did not answer in time") from None  # it is shown

    @override
    def set_task_factory(self, factory: Any) -> None:
        """Uvloop passes `eager_start`, which the eager factory of some Pythons refuses."""
        if factory is asyncio.eager_task_factory:

            def eager(loop: Any, coro: Any, *, eager_start: Any = None, **named: Any) -> Any:
                del eager_start
                return asyncio.eager_task_factory(loop, coro, **named)

            super().set_task_factory(eager)
        else:
            super().set_task_factory(factory)
