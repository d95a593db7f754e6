"""Certificates for the sites that are inspected: one for each server name, in a bounded cache.

The parent loads the store and warms the TLS context before it forks, so that a session begun
with one worker resumes with another.
"""

from collections import OrderedDict
from ipaddress import ip_address
from pathlib import Path
from typing import override

from cryptography import x509
from mitmproxy import certs
from mitmproxy.addons import tlsconfig
from mitmproxy.net import tls as net_tls
from mitmproxy.proxy.context import Context
from mitmproxy.tls import ClientHelloData

CERTIFICATES_KEPT = 5000
RSA_BITS = 2048  # asked for by the store, and unused: the authority is there, and is no RSA
LEAST_VERSION = net_tls.Version.TLS1_2


def open_store(folder: Path) -> certs.CertStore:
    """Load the authority, and make the TLS context that all workers share.

    Every argument is part of the context's cache key: it must be what TlsConfig asks for.
    """
    store = certs.CertStore.from_store(folder, "mitmproxy", RSA_BITS)
    net_tls.create_client_proxy_context(
        method=net_tls.Method.TLS_SERVER_METHOD,
        min_version=LEAST_VERSION,
        max_version=net_tls.Version.UNBOUNDED,
        cipher_list=tuple(tlsconfig._default_ciphers(LEAST_VERSION)),  # noqa: SLF001  no other way
        ecdh_curve=None,
        chain_file=None,
        request_client_cert=False,
        alpn_select_callback=tlsconfig.alpn_select_callback,
        extra_chain_certs=(),
        dhparams=store.dhparams,
    )
    return store


class LeafCertificates(tlsconfig.TlsConfig):
    """mitmproxy's TLS settings, with the parent's store and certificates by server name."""

    def __init__(self, store: certs.CertStore) -> None:
        super().__init__()
        self.certstore = store
        self._by_name: OrderedDict[str, certs.CertStoreEntry] = OrderedDict()

    @override
    def configure(self, updated: set[str]) -> None:
        """The store was loaded by the parent."""
        del updated

    @override
    def running(self) -> None:
        """The store was loaded by the parent."""

    @override
    def tls_clienthello(self, tls_clienthello: ClientHelloData) -> None:
        """The TLS gate says whether the server is met first."""
        del tls_clienthello

    @override
    def get_cert(self, conn_context: Context) -> certs.CertStoreEntry:
        address = conn_context.server.address
        name = conn_context.client.sni or (address[0] if address else "")
        entry = self._by_name.get(name)
        if entry is None:
            entry = self._by_name[name] = self._made_for(name)
            if len(self._by_name) > CERTIFICATES_KEPT:
                self._by_name.popitem(last=False)
        self._by_name.move_to_end(name)
        return entry

    def _made_for(self, name: str) -> certs.CertStoreEntry:
        store = self.certstore
        leaf = certs.dummy_cert(
            store.default_privatekey, store.default_ca.to_cryptography(), name, [_general(name)]
        )
        return certs.CertStoreEntry(
            leaf, store.default_privatekey, store.default_chain_file, store.default_chain_certs
        )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
