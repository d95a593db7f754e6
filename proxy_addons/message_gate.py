"""Reads the messages of a WebSocket both ways: what is typed into it, and what is shown from it.

A message is judged before it is passed on. One that is blocked is dropped, and the connection
ends: there is no page that could say why.
"""

from dataclasses import replace

from mitmproxy.http import HTTPFlow

from filter_rules.typed.words import by_length
from filter_rules.types import Kind
from proxy_addons.desk import Desk
from proxy_addons.failure import cut_flow, fail_closed
from proxy_addons.following import Said
from proxy_addons.request_gate import JUDGED
from proxy_addons.visits import Visits
from safeguard.core.types import Target

SAID = "safeguard remembers what was said"  # of late, by the other side of a WebSocket


def _pass_on(_flow: HTTPFlow) -> None:
    """Let through what could not be read, in a group whose policy is to do so."""


class MessageGate:
    """Decides about each message, before it leaves."""

    def __init__(self, visits: Visits, desk: Desk) -> None:
        self.visits = visits
        self.desk = desk

    @fail_closed(cut_flow, opens=_pass_on)
    def websocket_message(self, flow: HTTPFlow) -> None:
        if flow.websocket is None or not flow.websocket.messages:
            return
        asked: Target = flow.metadata[JUDGED]
        subject, engine = self.visits.of(flow.client_conn).subject, self.desk.engine
        if not (engine.text_is_read(subject) and engine.is_inspected(subject, asked.host)):
            return
        message = flow.websocket.messages[-1]
        said = engine.said_in_message(
            asked.url, message.content, from_pupil=bool(message.from_client)
        )
        if message.from_client:
            parts = [replace(asked, words=part.words, kind=part.kind)
                     for one in said for part in by_length(one)]  # fmt: skip
            blocked = any(self.desk.weigh(subject, part)[0].blocked for part in parts)
        else:
            before: Said = flow.metadata.setdefault(SAID, Said())
            words = before.add("\n".join(one.words for one in said)) if said else ""
            shown = replace(asked, words=words, kind=Kind.PAGE)
            blocked = bool(words) and self.desk.goes_on_to_what_is_blocked(flow, subject, shown)
        if blocked:
            cut_flow(flow)
