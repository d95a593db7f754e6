"""Debian's own slapd for a test: a directory in a folder, on loopback, without root."""

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import absent, pick_port
from tests.proxy_addons.world import TestAuthority
from tests.stopping import hang

BASE = "dc=school,dc=test"
READER = f"cn=reader,{BASE}"
READER_PASSWORD = "the reader's own"
ADA_PASSWORD = "ada's own password"
HOST = "localhost"
DEADLINE_SECONDS = 10

ENTRIES = f"""
dn: {BASE}
objectClass: dcObject
objectClass: organization
dc: school
o: School

dn: {READER}
objectClass: person
cn: reader
sn: reader
userPassword: {READER_PASSWORD}

dn: uid=ada,{BASE}
objectClass: inetOrgPerson
uid: ada
cn: Ada
sn: Example
userPassword: {ADA_PASSWORD}

dn: uid=twin,{BASE}
objectClass: inetOrgPerson
uid: twin
cn: Twin
sn: Example
mail: same@school.test
userPassword: {ADA_PASSWORD}

dn: uid=twin2,{BASE}
objectClass: inetOrgPerson
uid: twin2
uid: twin
cn: Twin
sn: Example
userPassword: {ADA_PASSWORD}
"""


@dataclass
class Slapd:
    """A directory that runs; `port` begins TLS when asked, `tls_port` at once."""

    folder: Path
    port: int
    tls_port: int
    ca: Path
    process: subprocess.Popen[bytes]

    @property
    def plain(self) -> str:
        return f"ldap://{HOST}:{self.port}"

    @property
    def tls(self) -> str:
        return f"ldaps://{HOST}:{self.tls_port}"

    def freeze(self) -> None:
        """From now on it takes connections and says nothing."""
        hang(self.process.pid)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        self.process.wait(DEADLINE_SECONDS)

    def start(self) -> None:
        self.process = _started(self.folder, self.port, self.tls_port)


def _program(name: str) -> str:
    path = os.environ["PATH"] + os.pathsep + "/usr/sbin"
    found = shutil.which(name, path=path)
    if found is None:
        absent(f"{name} is not installed (Debian: slapd)")
        raise AssertionError
    return found


@contextmanager
def slapd(folder: Path) -> Iterator[Slapd]:
    _program("slapd")
    authority = TestAuthority(folder)
    authority.context_for(HOST)
    pem = folder / f"{HOST}.pem"
    (folder / "db").mkdir()
    (folder / "entries.ldif").write_text(ENTRIES)
    (folder / "slapd.conf").write_text(f"""
modulepath /usr/lib/ldap
moduleload back_mdb
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile {folder}/slapd.pid
TLSCACertificateFile {authority.pem}
TLSCertificateFile {pem}
TLSCertificateKeyFile {pem}
security simple_bind=128
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{READER}" read by * none
database mdb
suffix "{BASE}"
rootdn "cn=root,{BASE}"
directory {folder}/db
maxsize 10485760
""")
    slapadd = [_program("slapadd"), "-q", "-f", str(folder / "slapd.conf")]
    added = subprocess.run(
        [*slapadd, "-l", str(folder / "entries.ldif")], capture_output=True, text=True, check=False
    )
    assert added.returncode == 0, added.stderr
    port, tls_port = pick_port(), pick_port()
    one = Slapd(folder, port, tls_port, authority.pem, _started(folder, port, tls_port))
    try:
        yield one
    finally:
        one.stop()


def _started(folder: Path, port: int, tls_port: int) -> subprocess.Popen[bytes]:
    urls = f"ldap://127.0.0.1:{port}/ ldaps://127.0.0.1:{tls_port}/"
    command = [_program("slapd"), "-f", str(folder / "slapd.conf"), "-h", urls, "-d", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", tls_port)) == 0:  # the second of the two
                return process
        time.sleep(0.02)
    raise AssertionError("slapd did not start")


@contextmanager
def silent_server() -> Iterator[int]:
    """A server that takes every connection, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken: list[socket.socket] = []

        def take() -> None:
            with suppress(OSError):
                while True:
                    taken.append(listener.accept()[0])

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for one in taken:
                one.close()
