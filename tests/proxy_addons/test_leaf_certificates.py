"""Certificates by server name: made once, kept for a while, fit for clients that look closely."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from mitmproxy.options import Options
from mitmproxy.proxy.context import Context
from mitmproxy.test import tflow

from proxy_addons import leaf_certificates
from proxy_addons.leaf_certificates import LeafCertificates, open_store
from safeguard import certificates


@pytest.fixture
def leaves(tmp_path: Path) -> LeafCertificates:
    authority = certificates.ensure(tmp_path, "School", datetime.now(UTC))
    return LeafCertificates(open_store(authority.folder))


def context(sni: str | None, address: str = "192.0.2.1") -> Context:
    made = Context(tflow.tclient_conn(), Options())
    made.client.sni = sni
    made.server.address = (address, 443)
    return made


def names_of(leaves: LeafCertificates, asked: Context) -> list[object]:
    leaf = leaves.get_cert(asked).cert.to_cryptography()
    extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return [name.value for name in extension.value]


def test_a_certificate_names_the_server_that_was_asked_for(leaves: LeafCertificates) -> None:
    assert names_of(leaves, context("school.test")) == ["school.test"]


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_without_a_name_it_is_for_the_address(leaves: LeafCertificates, address: str) -> None:
    assert [str(name) for name in names_of(leaves, context(None, address))] == [address]


def test_the_same_name_gets_the_same_certificate(leaves: LeafCertificates) -> None:
    first = leaves.get_cert(context("school.test"))
    assert leaves.get_cert(context("school.test")) is first


def test_the_least_used_certificates_are_let_go(
    leaves: LeafCertificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaf_certificates, "CERTIFICATES_KEPT", 2)
    kept = leaves.get_cert(context("a.test"))
    leaves.get_cert(context("b.test"))
    leaves.get_cert(context("a.test"))
    leaves.get_cert(context("c.test"))
    assert leaves.get_cert(context("a.test")) is kept
    assert len(leaves._by_name) == 2


def test_the_store_that_the_parent_opened_stays(leaves: LeafCertificates) -> None:
    store = leaves.certstore
    leaves.configure({"confdir"})
    leaves.running()
    assert leaves.certstore is store
