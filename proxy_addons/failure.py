"""An error in a gate refuses. mitmproxy alone would log it and let the connection go on.

Each stage refuses in its own way: see the `refuse_…` functions. A guarded hook may be plain or
async; the await is inside the guard. A guard marks what its hook has done, and the last addon of
the chain looks for the marks: so a gate that never ran is noticed too. An error that no guard
met is met by our dispatch (master.py), which refuses by the stage alone: see `refuse`.
"""

import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any, Concatenate

from mitmproxy.connection import Client
from mitmproxy.flow import Flow
from mitmproxy.http import HTTPFlow
from mitmproxy.proxy.layer import NextLayer
from mitmproxy.proxy.server_hooks import ServerConnectionHookData
from mitmproxy.tls import ClientHelloData, TlsData

from proxy_addons.answers import OURS, refuse_unchecked
from proxy_addons.layers import GatedTls, HangUp
from proxy_addons.visits import TlsChoice
from safeguard.recorder import RecorderError

logger = logging.getLogger(__name__)

PASSED = "safeguard passed"  # which guarded hooks have judged the flow
# Where an answer of ours can still take the place of what is on its way.
ANSWERABLE = frozenset({"http_connect", "requestheaders", "request"})


def fail_closed[Gate, Stage](
    refuse: Callable[[Stage], None], opens: Callable[[Stage], None] | None = None
) -> Callable[
    [Callable[Concatenate[Gate, Stage, ...], Any]], Callable[[Gate, Stage], Awaitable[None] | None]
]:
    """Guard a deciding hook: if it raises, `refuse` ends what it was to decide on.

    `opens`: what lets content through instead, in groups whose policy fails open. Only for
    hooks that read content: their flow's address was judged before, sealed lists and all.
    """

    def guard(
        hook: Callable[Concatenate[Gate, Stage, ...], Any],
    ) -> Callable[[Gate, Stage], Awaitable[None] | None]:
        name = hook.__qualname__

        def failed(gate: Gate, stage: Stage, error: Exception) -> None:
            if opens is not None and not isinstance(error, RecorderError) and _open(gate, stage):
                logger.error("%s failed; its group's policy is to let through", name, exc_info=True)  # noqa: LOG014  see callers
                opens(stage)
                _mark(stage, name)
                return
            logger.error("%s failed, so it refused", name, exc_info=True)  # noqa: LOG014  see callers
            refuse(stage)

        @wraps(hook)
        def guarded(gate: Gate, stage: Stage) -> None:
            try:
                hook(gate, stage)
                _mark(stage, name)
            except Exception as error:  # noqa: BLE001  whatever it was, it was not checked
                failed(gate, stage, error)

        @wraps(hook)
        async def guarded_async(gate: Gate, stage: Stage) -> None:
            try:
                await hook(gate, stage)
                _mark(stage, name)
            except Exception as error:  # noqa: BLE001  whatever it was, it was not checked
                failed(gate, stage, error)

        chosen: Any = guarded_async if inspect.iscoroutinefunction(hook) else guarded
        chosen.guards = name  # see `guarded_hooks`
        return chosen  # type: ignore[no-any-return]  # it is a hook

    return guard


def guarded_hooks(addon: object) -> Mapping[str, str]:
    """Each hook of the addon that is guarded, and the mark that its guard leaves on a flow."""
    kind = type(addon)
    found = ((name, getattr(getattr(kind, name, None), "guards", "")) for name in dir(kind))
    return {name: mark for name, mark in found if mark}


def passed(flow: Flow) -> set[str]:
    """The marks of the guarded hooks that have judged the flow so far."""
    found: set[str] | None = flow.metadata.get(PASSED)
    if found is None:
        found = flow.metadata[PASSED] = set()
    return found


def _mark(stage: object, name: str) -> None:
    if type(stage) is HTTPFlow:  # on the path of every request; others have no marks
        passed(stage).add(name)


def _open(gate: Any, stage: Any) -> bool:
    """Whether the policy of who asks is to let through what could not be read; no, if in doubt."""
    try:
        return bool(gate.desk.fails_open(gate.visits.of(stage.client_conn).subject))
    except Exception:  # noqa: BLE001  then nobody knows
        return False


def refuse(event: str, subject: Any) -> None:
    """End whatever a hook was called for, by its stage alone: an addon failed, and nobody knows."""
    match subject:
        case Client() if event == "client_connected":
            refuse_client(subject)
        case NextLayer():
            refuse_layer(subject)
        case ClientHelloData() | TlsData():
            end_tls(subject)
        case ServerConnectionHookData() if event == "server_connect":
            subject.server.error = "not checked"
        case HTTPFlow():
            refuse_stage(event, subject)
        case Flow() if subject.killable:
            subject.kill()  # type: ignore[no-untyped-call]  # mitmproxy's
        case _:
            pass  # nothing is decided there


def refuse_stage(event: str, flow: HTTPFlow) -> None:
    """Refuse an HTTP flow as its stage allows: by an answer while nothing was sent, else by its end."""
    if event == "http_connected":  # too late for an answer: the last word looks for this
        flow.client_conn.error = "not checked"
        return
    held = event == "response" and flow.response is not None and not flow.response.stream
    if event in ANSWERABLE or held:
        flow.metadata.pop(OURS, None)
        refuse_unchecked(flow)
    else:
        cut_flow(flow)


def end_tls(data: ClientHelloData | TlsData) -> None:
    """Neither inspect nor pass through: the handshake ends."""
    if isinstance(data, TlsData):
        data.ssl_conn = None
        return
    data.ignore_connection = data.establish_server_tls_first = False
    for layer in data.context.layers:
        if isinstance(layer, GatedTls):
            layer.visit.tls = TlsChoice.REFUSE


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
    if flow.websocket is not None:  # to kill it does nothing: see limits.py, which hangs up
        flow.client_conn.error = "not checked"
        if flow.websocket.messages:
            flow.websocket.messages[-1].drop()  # type: ignore[no-untyped-call]  # mitmproxy's
    if flow.killable:
        flow.kill()  # type: ignore[no-untyped-call]  # mitmproxy's
