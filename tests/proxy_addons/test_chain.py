"""The order of the addons, which is what makes them safe."""

from pathlib import Path
from typing import Any

from proxy_addons.authenticate import Authenticate
from proxy_addons.chain import chain
from proxy_addons.limits import Bearing
from proxy_addons.visits import Visits
from safeguard.edge_settings import Limits
from tests.proxy_addons.production import BROKEN, BROKEN_DESK


def bearing() -> Bearing:
    return Bearing(Limits(), 1, lambda _address: False)


def names() -> list[str]:
    desk: Any = BROKEN_DESK
    signing_in = Authenticate(Visits(), desk, None)
    found = chain(Visits(), desk, BROKEN, BROKEN, 1, signing_in, bearing(), BROKEN, BROKEN)
    return [type(addon).__name__ for addon in found]


def test_who_is_there_is_asked_before_any_gate() -> None:
    found = names()
    assert found.index("Identify") < min(i for i, name in enumerate(found) if "Gate" in name)


def test_who_must_sign_in_is_asked_before_any_gate() -> None:
    found = names()
    gates = [at for at, name in enumerate(found) if "Gate" in name]
    assert found.index("Identify") < found.index("Authenticate") < min(gates)


def test_the_tls_gate_has_the_last_word_at_the_hello() -> None:
    found = names()
    assert found.index("LeafCertificates") < found.index("TlsGate")


def test_the_last_word_is_last() -> None:
    assert names()[-1] == "LastWord"


def test_each_place_in_the_chain_has_its_reason() -> None:
    source = Path("proxy_addons/chain.py").read_text(encoding="utf-8")
    lines = source[source.index("    return (") :].splitlines()[1:-1]
    assert lines
    assert all("  # " in line for line in lines)
