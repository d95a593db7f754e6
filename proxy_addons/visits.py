"""What is known of each client connection: who is there, and what was decided at its TLS hello."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from weakref import WeakKeyDictionary

from mitmproxy.connection import Client
from mitmproxy.proxy.layers import HttpLayer

from safeguard.core.types import Subject


class TlsChoice(StrEnum):
    """What to do with a TLS connection. Nothing decided means refuse."""

    REFUSE = "refuse"
    INSPECT = "inspect"
    UNTOUCHED = "pass through"


@dataclass(slots=True)
class Led:
    """The addresses that a host leads to, and when they were found. `cleared`: they may be dialled."""

    addresses: tuple[str, ...]
    found: float
    cleared: bool = False


@dataclass(slots=True)
class Visit:
    """One client connection. `connect_host` is the name of its CONNECT, in its one spelling.

    `led` is where the hosts that it asked for lead; see leads.py. `tunnelled`: its CONNECT was
    granted, so that all that follows is of the one who asked for it.
    """

    subject: Subject
    connect_host: str = ""
    tls: TlsChoice = TlsChoice.REFUSE
    http: HttpLayer | None = None
    led: dict[str, Led] = field(default_factory=dict)
    tunnelled: bool = False

    def cleared(self) -> Mapping[str, tuple[str, ...]]:
        """The hosts that may be dialled, each with its addresses."""
        return {host: led.addresses for host, led in self.led.items() if led.cleared}


class Visits:
    """The visits of the connections that are open; a closed connection takes its own with it."""

    def __init__(self) -> None:
        self._open: WeakKeyDictionary[Client, Visit] = WeakKeyDictionary()

    def begin(self, client: Client, subject: Subject) -> None:
        self._open[client] = Visit(subject)

    def of(self, client: Client) -> Visit:
        """KeyError where nobody was identified: the gate that asks then refuses."""
        return self._open[client]

    def find(self, client: Client) -> Visit | None:
        return self._open.get(client)
