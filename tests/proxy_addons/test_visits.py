"""What is known of a connection, and what is assumed where nothing is."""

import pytest
from mitmproxy.connection import Client
from mitmproxy.test import tflow

from proxy_addons.visits import TlsChoice, Visit, Visits
from safeguard.core.types import Subject


def test_a_visit_refuses_tls_until_something_was_chosen() -> None:
    assert Visit(Subject("staff")).tls is TlsChoice.REFUSE


def test_an_unknown_client_has_no_visit() -> None:
    visits = Visits()
    unknown: Client = tflow.tclient_conn()
    assert visits.find(unknown) is None
    with pytest.raises(KeyError):
        visits.of(unknown)
