"""mitmproxy's master with our chain, and without what a filter does not need."""

import inspect
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, override

from mitmproxy import addonmanager, exceptions, hooks, options
from mitmproxy.master import Master
from mitmproxy.proxy.layers.http import _http1, _http2

from proxy_addons.block_page import Pages
from proxy_addons.failure import refuse
from proxy_addons.last_word import LastWord

logger = logging.getLogger(__name__)

IDLE_SECONDS = 300
FAILURES = {
    400: "The request for it could not be understood.",
    502: "The site did not answer, or it is out of the filter's reach.",
}


class Dispatch(addonmanager.AddonManager):
    """Calls only the addons that have the hook, from a table made at first use.

    mitmproxy asks every addon for every hook, and again for `update` after each; nobody here
    listens to `update`. This is on the path of every request, several times.
    """

    def __init__(self, master: Master) -> None:
        super().__init__(master)  # type: ignore[no-untyped-call]  # mitmproxy's
        self._table: dict[str, tuple[Callable[..., Any], ...]] = {}

    @override
    async def handle_lifecycle(self, event: hooks.Hook) -> None:
        await self.trigger_event(event)

    @override
    async def trigger_event(self, event: hooks.Hook) -> None:
        called = self._table.get(event.name)
        if called is None:
            called = self._table[event.name] = self._with_hook(event.name)
        arguments = event.args()
        for hook in called:
            try:
                result = hook(*arguments)
                if result is not None and inspect.isawaitable(result):
                    await result
            except exceptions.AddonHalt:
                return
            except Exception:
                logger.exception("an addon failed in %s, so it was refused", event.name)
                for subject in arguments:
                    refuse(event.name, subject)
                return

    def _with_hook(self, name: str) -> tuple[Callable[..., Any], ...]:
        found = (getattr(addon, name, None) for addon in self.chain)
        return tuple(hook for hook in found if callable(hook))


class FilterMaster(Master):
    """A master that runs our chain. It listens on nothing: connections are handed to it."""

    def __init__(
        self,
        addons: Sequence[object | None],
        trusted: Path | None,
        page_limit: int,
        idle: int = IDLE_SECONDS,
    ) -> None:
        super().__init__(options.Options(server=False, mode=["regular"]), with_termlog=False)
        self._legacy_log_events.uninstall()  # each log line would be made twice
        self.addons = Dispatch(self)
        addons = [one for one in addons if one is not None]  # what the settings leave out
        self.addons.add(*addons)  # type: ignore[no-untyped-call]  # mitmproxy's
        for one in addons:
            if isinstance(one, LastWord):
                one.require(addons)
        self.options.update(  # type: ignore[no-untyped-call]  # mitmproxy's
            connection_strategy="lazy",  # nothing is sent before it was judged
            rawtcp=False,
            tcp_timeout=idle,
            stream_large_bodies=str(page_limit),  # never hold more; see page_gate
            ssl_verify_upstream_trusted_ca=str(trusted) if trusted else None,
        )


def use_our_error_pages(pages: Pages) -> None:
    """Where a site cannot be fetched mitmproxy answers by itself: in our words then."""

    def format_error(status: int, _message: str) -> bytes:
        says = FAILURES.get(status, FAILURES[502])
        return pages.failed("This page could not be loaded", says).encode()

    for protocol in (_http1, _http2):
        protocol.format_error = format_error  # type: ignore[attr-defined]  # it has no types
