"""Names are resolved by this machine, or by the servers that the settings name."""

import socket
import threading
from collections.abc import Iterator

import dns.message
import dns.rcode
import dns.rrset
import pytest

from proxy_addons.resolving import by_this_machine, lookup_of


@pytest.fixture
def server() -> Iterator[tuple[int, list[str]]]:
    """A DNS server that knows one name."""
    asked: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as answering:
        answering.bind(("127.0.0.1", 0))

        def answer() -> None:
            while (received := answering.recvfrom(4096))[0] != b"stop":
                query = dns.message.from_wire(received[0])
                (question,) = query.question
                asked.append(question.name.to_text())
                reply = dns.message.make_response(query)
                if question.name.to_text() != "school.test.":
                    reply.set_rcode(dns.rcode.NXDOMAIN)
                elif question.rdtype == 1:
                    reply.answer.append(
                        dns.rrset.from_text(question.name, 60, "IN", "A", "192.0.2.7")
                    )
                answering.sendto(reply.to_wire(), received[1])

        thread = threading.Thread(target=answer)
        thread.start()
        yield answering.getsockname()[1], asked
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stopping:
            stopping.sendto(b"stop", answering.getsockname())
        thread.join()


def test_without_servers_this_machine_resolves() -> None:
    assert lookup_of([]) is by_this_machine
    assert "127.0.0.1" in by_this_machine("localhost")


def test_the_named_server_is_asked_and_its_answer_is_kept(server: tuple[int, list[str]]) -> None:
    port, asked = server
    look_up = lookup_of([f"udp://127.0.0.1:{port}"])
    assert look_up("school.test") == ["192.0.2.7"]
    count = len(asked)
    assert look_up("school.test") == ["192.0.2.7"]
    assert asked.count("school.test.") <= count + 1  # the absent IPv6 answer may be asked again


def test_a_name_that_nobody_knows_is_an_error_like_any_other(
    server: tuple[int, list[str]],
) -> None:
    look_up = lookup_of([f"udp://127.0.0.1:{server[0]}"])
    with pytest.raises(OSError, match="not known"):
        look_up("nowhere.test")
