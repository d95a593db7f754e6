"""An error in a gate refuses. mitmproxy alone would log it and let the connection go on.

Each stage refuses in its own way: see the `refuse_…` functions. A guarded hook may be plain or
async; the await is inside the guard.
"""

import inspect
import logging
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Concatenate

from mitmproxy.connection import Client
from mitmproxy.http import HTTPFlow
from mitmproxy.proxy.layer import NextLayer
from mitmproxy.tls import ClientHelloData

from proxy_addons.answers import refuse_unchecked
from proxy_addons.layers import HangUp

logger = logging.getLogger(__name__)


def fail_closed[Gate, Stage](
    refuse: Callable[[Stage], None],
) -> Callable[
    [Callable[Concatenate[Gate, Stage, ...], Any]], Callable[[Gate, Stage], Awaitable[None] | None]
]:
    """Guard a deciding hook: if it raises, `refuse` ends what it was to decide on."""

    def guard(
        hook: Callable[Concatenate[Gate, Stage, ...], Any],
    ) -> Callable[[Gate, Stage], Awaitable[None] | None]:
        def failed(gate: Gate, stage: Stage) -> None:
            name = f"{type(gate).__name__}.{hook.__name__}"
            logger.error("%s failed, so it refused", name, exc_info=True)  # noqa: LOG014  see callers
            refuse(stage)

        @wraps(hook)
        def guarded(gate: Gate, stage: Stage) -> None:
            try:
                hook(gate, stage)
            except Exception:  # noqa: BLE001  whatever it was, it was not checked
                failed(gate, stage)

        @wraps(hook)
        async def guarded_async(gate: Gate, stage: Stage) -> None:
            try:
                await hook(gate, stage)
            except Exception:  # noqa: BLE001  whatever it was, it was not checked
                failed(gate, stage)

        return guarded_async if inspect.iscoroutinefunction(hook) else guarded

    return guard


def refuse_client(client: Client) -> None:
    client.error = "not identified"


def refuse_layer(nextlayer: NextLayer) -> None:
    nextlayer.layer = HangUp(nextlayer.context)


def refuse_tls(_hello: ClientHelloData) -> None:
    """Nothing to do: a TLS connection is refused unless a gate chose otherwise."""


def refuse_flow(flow: HTTPFlow) -> None:
    """Before anything was sent to the client: our answer instead."""
    refuse_unchecked(flow)


def cut_flow(flow: HTTPFlow) -> None:
    """While a response arrives an answer of ours would be overwritten by it: end the flow."""
    if flow.killable:
        flow.kill()  # type: ignore[no-untyped-call]  # mitmproxy's
