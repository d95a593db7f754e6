"""Reads what a person types into what they send: a prompt, a message, a form. Short bodies only.

A body that is short is held until it is judged (see request_gate.py), so that words which are
refused reach nobody. Longer ones stream, as files do, and are not read here.
"""

from dataclasses import replace

from mitmproxy.http import HTTPFlow

from filter_rules.typed.bodies import is_read
from filter_rules.typed.words import by_length
from proxy_addons.answers import is_ours
from proxy_addons.decoding import CannotDecodeError, decoded
from proxy_addons.desk import Desk
from proxy_addons.failure import fail_closed, refuse_flow
from proxy_addons.request_gate import JUDGED
from proxy_addons.visits import Visits
from safeguard.core.types import Target

MOST_UNPACKED = 128 * 1024  # bytes; a short body that unpacks to more is read by its beginning


def _send_on(_flow: HTTPFlow) -> None:
    """Let through what could not be read, in a group whose policy is to do so."""


class TypingGate:
    """Decides when the whole request is there, before any of it is sent on."""

    def __init__(self, visits: Visits, desk: Desk) -> None:
        self.visits = visits
        self.desk = desk

    @fail_closed(refuse_flow, opens=_send_on)
    def request(self, flow: HTTPFlow) -> None:
        body = flow.request.raw_content
        if is_ours(flow) or flow.request.stream or not body:
            return
        media = flow.request.headers.get("content-type", "")
        subject, engine = self.visits.of(flow.client_conn).subject, self.desk.engine
        asked: Target = flow.metadata[JUDGED]
        if not (is_read(media) and engine.text_is_read(subject)):
            return
        if not engine.is_inspected(subject, asked.host):
            return
        try:
            plain = decoded(body, flow.request.headers.get("content-encoding", ""), MOST_UNPACKED)
        except CannotDecodeError:
            if not self.desk.fails_open(subject):
                says = "The filter could not read what was sent, so it was not sent on."
                self.desk.say(flow, 403, "This could not be checked", says)
            return
        typed = engine.typed_in_body(asked.url, media, plain)
        for one in (part for whole in typed for part in by_length(whole)):
            target = replace(asked, words=one.words, kind=one.kind)
            if self.desk.judge(flow, subject, target).blocked:
                return
