"""A real LDAP server for the tests that ask for one: Debian's slapd in a folder of its own."""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.conftest import absent, pick_port
from tests.stopping import hang

BASE = "dc=school,dc=example"
ADMIN = f"cn=admin,{BASE}"
PASSWORD = "invented-for-tests"
DEADLINE = 20.0
CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {folder}/slapd.pid
sizelimit size.soft=100 size.hard=100 size.pr=200 size.prtotal=unlimited
database mdb
maxsize 104857600
dbnosync
suffix "{base}"
rootdn "cn=root,{base}"
rootpw {password}
directory {folder}/data
access to * by dn.exact="{admin}" read by anonymous auth by * none
overlay memberof
memberof-refint true
"""
TOP = """dn: {base}
objectClass: dcObject
objectClass: organization
o: Example School
dc: school

dn: {admin}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: admin
userPassword: {password}

dn: ou=Pupils,{base}
objectClass: organizationalUnit
ou: Pupils

dn: ou=Year 7,ou=Pupils,{base}
objectClass: organizationalUnit
ou: Year 7

dn: ou=Staff,{base}
objectClass: organizationalUnit
ou: Staff
"""


def person(uid: str, name: str, unit: str, number: str = "") -> str:
    """An entry of a person, as LDIF."""
    more = f"employeeNumber: {number}\n" if number else ""
    return (
        f"dn: uid={uid},{unit},{BASE}\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {name}\n"
        f"sn: {name.rsplit(maxsplit=1)[-1]}\n{more}"
    )


class Slapd:
    """One server, on a free loopback port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = pick_port()
        self.address = f"ldap://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "data").mkdir()
        names = {"folder": folder, "base": BASE, "admin": ADMIN, "password": PASSWORD}
        self._config = folder / "slapd.conf"
        self._config.write_text(CONFIG.format(**names))
        (folder / "top.ldif").write_text(TOP.format(**names))
        self._run("slapadd", "-q", "-f", str(self._config), "-l", str(folder / "top.ldif"))

    def start(self) -> None:
        command = ["setpriv", "--pdeathsig", "KILL", "/usr/sbin/slapd", "-d", "0"]
        self._process = subprocess.Popen(
            [*command, "-h", self.address, "-f", str(self._config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + DEADLINE
        while not self._answers():
            assert self._process.poll() is None, "slapd ended at its start"
            assert time.monotonic() < deadline, "slapd does not answer"
            with_patience(self._process)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(DEADLINE)
            self._process = None

    def hang(self) -> None:
        """Let it take connections, and answer nothing."""
        assert self._process is not None
        hang(self._process.pid)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def add(self, *entries: str) -> None:
        self._change("ldapadd", "\n".join(entries))

    def modify(self, *changes: str) -> None:
        self._change("ldapmodify", "\n".join(changes))

    def remove(self, dn: str) -> None:
        self._change("ldapdelete", f"{dn}\n")

    def _change(self, program: str, text: str) -> None:
        who = ["-x", "-H", self.address, "-D", f"cn=root,{BASE}", "-w", PASSWORD]
        subprocess.run([program, *who], input=text.encode(), check=True, capture_output=True)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([f"/usr/sbin/{program}", *arguments], check=True, capture_output=True)

    def _answers(self) -> bool:
        with socket.socket() as one:
            one.settimeout(1)
            return one.connect_ex(("127.0.0.1", self.port)) == 0


def with_patience(process: subprocess.Popen[bytes]) -> None:
    """Wait a moment, or until the process ends."""
    try:
        process.wait(0.02)
    except subprocess.TimeoutExpired:
        return


def needed() -> Sequence[str]:
    return ("/usr/sbin/slapd", "/usr/sbin/slapadd", "ldapadd", "setpriv")


@pytest.fixture
def slapd() -> Iterator[Slapd]:
    """A server with units for pupils and staff, and nobody in them."""
    if not all(shutil.which(one) for one in needed()):
        absent("slapd (Debian: slapd, ldap-utils) is not installed")
    folder = Path(tempfile.mkdtemp(prefix="safeguard-slapd-"))
    server = Slapd(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)
