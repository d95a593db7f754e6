"""The addons of a worker, in order, each with the reason for its place."""

import time
from collections.abc import Sequence

from mitmproxy import certs
from mitmproxy.addons import core, disable_h2c, proxyserver

from proxy_addons.ask_gate import AskGate
from proxy_addons.authenticate import Authenticate
from proxy_addons.desk import Desk
from proxy_addons.download_gate import DownloadGate
from proxy_addons.identify import Identify
from proxy_addons.keystrokes import Keystrokes
from proxy_addons.last_word import KeepNothing, LastWord
from proxy_addons.leads import Leads
from proxy_addons.leaf_certificates import LeafCertificates
from proxy_addons.limits import Bearing
from proxy_addons.message_gate import MessageGate
from proxy_addons.page_gate import PageGate
from proxy_addons.portal_gate import PortalGate
from proxy_addons.request_gate import RequestGate
from proxy_addons.tls_gate import TlsGate
from proxy_addons.typing_gate import TypingGate
from proxy_addons.visits import Visits


def chain(
    visits: Visits,
    desk: Desk,
    leads: Leads,
    store: certs.CertStore,
    page_limit: int,
    authenticate: Authenticate,
    bearing: Bearing,
    portal: PortalGate | None,
    downloads: DownloadGate | None,
) -> Sequence[object | None]:
    """Return the addons; in place of what the settings do not ask for stands None."""
    return (
        core.Core(),  # mitmproxy's own options; decides nothing
        proxyserver.Proxyserver(),  # type: ignore[no-untyped-call]  # the open connections, and the options of the protocols
        bearing,  # before anything else is done for a client: too many are refused at once
        Identify(visits, desk),  # before all gates: they ask who is there
        authenticate,  # after who is at the address, before anything is judged
        portal,  # after who is there is known: whoever must sign in goes no further
        AskGate(visits, desk),  # before the gates, which would refuse the form with the site
        LeafCertificates(store),  # before the TLS gate, which has the last word at the hello
        TlsGate(visits, desk, leads),  # before anything can be read, or is sent out
        disable_h2c.DisableH2C(),  # HTTP/2 without TLS would go unread
        RequestGate(visits, desk, leads),  # before the server is asked
        Keystrokes(visits, desk, time.monotonic),  # after the request was judged by itself
        TypingGate(visits, desk),  # after the address was judged, before what is typed is sent on
        PageGate(visits, desk, page_limit),  # after the server's answer, before the client's
        MessageGate(visits, desk),  # after the request that opened the connection was judged
        downloads,  # after the page gate: what that reads is no download
        KeepNothing(),  # messages are forgotten once they were passed on
        LastWord(visits),  # after all gates: it looks for the marks they leave
    )
