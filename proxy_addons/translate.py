"""From mitmproxy's words to ours: the names a connection or request claims, and its target."""

from collections.abc import Iterable

from mitmproxy.http import HTTPFlow

from filter_rules.hosts import canonical_host
from proxy_addons.visits import Visit
from safeguard.core.types import Channel, Subject, Target
from safeguard.engine import Engine

DEFAULT_PORTS = {"http": 80, "https": 443}


class NotAHostError(ValueError):
    """A name that cannot be judged, because it is no host name."""


def host_of(claimed: str) -> str:
    host = canonical_host(claimed)
    if host is None:
        raise NotAHostError
    return host


def hosts_of(claims: Iterable[str | None]) -> tuple[str, ...]:
    """Each host that is claimed, once, in its one spelling."""
    return tuple({host_of(claim): None for claim in dict.fromkeys(claims) if claim})


def claimed_by_request(flow: HTTPFlow, visit: Visit) -> tuple[str, ...]:
    """The hosts that this request names, the one it would be sent to first.

    More than one means that somebody is told one name and somebody else another.
    """
    request = flow.request
    return hosts_of(
        (
            request.host,
            without_port(request.authority),
            without_port(request.headers.get("host", "")),
            visit.connect_host,
            flow.client_conn.sni,
        )
    )


def without_port(authority: str) -> str:
    """The host of `host:port`; an IPv6 address keeps its brackets."""
    host, colon, port = authority.rpartition(":")
    if colon and port.isdecimal() and (":" not in host or host.endswith("]")):
        return host
    return authority


def url_of(flow: HTTPFlow, host: str) -> str:
    request = flow.request
    shown = f"[{host}]" if ":" in host else host
    port = "" if DEFAULT_PORTS.get(request.scheme) == request.port else f":{request.port}"
    return f"{request.scheme}://{shown}{port}{request.path}"


def target_of_request(engine: Engine, flow: HTTPFlow, host: str, subject: Subject) -> Target:
    """What is asked for, with the words that were typed into its address, if they may be read."""
    url = url_of(flow, host)
    typed = engine.typed_in_url(url)
    if typed and engine.is_inspected(subject, host):
        return Target(host, url, typed.words, typed.kind, Channel.WEB)
    return Target(host, url, channel=Channel.WEB)
