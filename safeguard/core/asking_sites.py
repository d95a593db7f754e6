"""What is asked of sites that are let through: safe search, YouTube's restriction, whose accounts.

Search engines are asked by a parameter of the address, YouTube and sign-in pages by a header of
the request. Parameters and headers: those that Chromium and the sites themselves document. What
a client says of these headers by itself is taken away, or it could name a tenant of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote_plus, unquote_plus

from safeguard.core.modes import Modes, SafeSearch, YouTube

GOOGLE_DOMAINS = "X-GoogApps-Allowed-Domains"
MICROSOFT_PERSONAL = "sec-Restrict-Tenant-Access-Policy"
YOUTUBE_RESTRICT = "YouTube-Restrict"
# Headers that say for whom a site should be restricted: only we say so.
OURS = (
    GOOGLE_DOMAINS,
    MICROSOFT_PERSONAL,
    YOUTUBE_RESTRICT,
    "Restrict-Access-To-Tenants",
    "Restrict-Access-Context",
    "ChatGPT-Allowed-Workspace-Id",
    "X-Slack-Allowed-Workspaces-Requester",
    "X-Slack-Allowed-Workspaces",
    "X-Dropbox-allowed-Team-Ids",
)
YOUTUBE_HOSTS = frozenset(
    (
        "www.youtube.com",
        "m.youtube.com",
        "youtubei.googleapis.com",
        "youtube.googleapis.com",
        "www.youtube-nocookie.com",
    )
)


@dataclass(frozen=True, slots=True)
class Engine:
    """A search engine: which hosts are its own, which paths search, and what asks for safety."""

    name: str
    begins: tuple[str, ...]  # of the host: with a dot at its end the ending may be of any country
    paths: tuple[str, ...]  # beginnings
    safe: tuple[tuple[str, str], ...]


ENGINES = (
    Engine(
        "Google",
        ("www.google.", "google.", "images.google."),
        ("/search", "/images", "/webhp", "/imghp", "/videohp"),
        (("safe", "active"), ("ssui", "on")),
    ),
    Engine(
        "Bing",
        ("www.bing.com", "bing.com", "cn.bing.com"),
        ("/search", "/images", "/videos", "/news", "/shop"),
        (("adlt", "strict"),),
    ),
    Engine(
        "Yahoo",
        (
            "search.yahoo.",
            "uk.search.yahoo.com",
            "images.search.yahoo.com",
            "video.search.yahoo.com",
        ),
        ("/",),
        (("vm", "r"),),
    ),
    Engine(
        "DuckDuckGo",
        (
            "duckduckgo.com",
            "www.duckduckgo.com",
            "start.duckduckgo.com",
            "html.duckduckgo.com",
            "lite.duckduckgo.com",
        ),
        ("/",),
        (("kp", "1"),),
    ),
    Engine("Ask", ("www.ask.com", "uk.ask.com"), ("/web", "/youtube"), (("adt", "0"),)),
)


def asked_of(host: str, path: str, modes: Modes) -> str:
    """Return the path and query as they are sent on. `path`: as in the request, query included."""
    if modes.safe_search is SafeSearch.OFF:
        return path
    engine = next((one for one in ENGINES if _is_of(host, path, one)), None)
    if engine is None:
        return path
    return _with(path, dict(engine.safe), forced=modes.safe_search is SafeSearch.STRICT)


def headers_for(host: str, modes: Modes) -> Mapping[str, str]:
    """Return the headers to send to a host; all others of OURS are taken away."""
    said: dict[str, str] = {}
    if host in YOUTUBE_HOSTS and modes.youtube is not YouTube.OFF:
        said[YOUTUBE_RESTRICT] = modes.youtube.value.capitalize()
    if modes.tenants and _is_google(host):
        said[GOOGLE_DOMAINS] = ",".join(modes.tenants)
    if modes.tenants and host == "login.live.com":
        said[MICROSOFT_PERSONAL] = "restrict-msa"
    return said


def _is_of(host: str, path: str, engine: Engine) -> bool:
    if not path.startswith(engine.paths):
        return False
    return any(
        host.startswith(one) if one.endswith(".") else host == one for one in engine.begins
    ) and not host.endswith((".googleapis.com", ".googleusercontent.com"))


def _is_google(host: str) -> bool:
    return host == "google.com" or host.endswith(".google.com")


def _with(path: str, safe: Mapping[str, str], *, forced: bool) -> str:
    """Set parameters in a query; those that are there stay, unless `forced`."""
    address, _, query = path.partition("?")
    parts = [part for part in query.split("&") if part]
    named = [(unquote_plus(part.partition("=")[0]).strip().lower(), part) for part in parts]
    if forced:
        kept = [part for name, part in named if name not in safe]
        added = list(safe.items())
    else:
        kept = parts
        there = {name for name, _ in named}
        added = [(name, value) for name, value in safe.items() if name not in there]
    said = [f"{quote_plus(name)}={quote_plus(value)}" for name, value in added]
    return f"{address}?{'&'.join((*kept, *said))}" if kept or said else address
