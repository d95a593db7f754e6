"""Hooks called as in production: taddons.cycle() would raise and show nothing."""

import asyncio
from collections.abc import Callable
from typing import Any

from mitmproxy.hooks import Hook
from mitmproxy.http import HTTPFlow
from mitmproxy.test import taddons, tflow

from proxy_addons.master import Dispatch


class BrokenError(RuntimeError):
    """A bug."""


class Broken:
    """Fails whatever it is asked: stands for any defect behind a gate."""

    def __getattr__(self, name: str) -> Any:
        raise BrokenError(name)


BROKEN: Any = Broken()


class _BrokenDesk:
    engine = BROKEN

    def __getattr__(self, name: str) -> Any:
        raise BrokenError(name)


BROKEN_DESK: Any = _BrokenDesk()


def trigger(make_hook: Callable[[Any], Hook], subject: Any, *addons: object) -> Any:
    """Once by mitmproxy's own dispatch, once by ours: they must agree."""

    async def run() -> None:
        with taddons.context(*addons) as context:
            await context.master.addons.trigger_event(make_hook(subject))
        ours = Dispatch(context.master)
        ours.chain = list(addons)
        await ours.handle_lifecycle(make_hook(subject))

    asyncio.run(run())
    return subject


def flow(*, response: bool = False) -> HTTPFlow:
    return tflow.tflow(resp=response)
