"""Debian's own KDC for one test: a realm in a folder, on loopback, without root."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import absent, pick_port

REALM = "SCHOOL.TEST"
PROXY = "proxy.school.test"
SERVICE = f"HTTP/{PROXY}"
PASSWORD = "a long password of ada's"
PROGRAMS = ("krb5kdc", "kdb5_util", "kadmin.local", "kinit")
DEADLINE_SECONDS = 10


@dataclass(frozen=True)
class Realm:
    """A realm that runs; `keytab` is the proxy's."""

    folder: Path
    env: Mapping[str, str]
    keytab: Path
    pid: int

    def ticket(self, name: str, *options: str) -> dict[str, str]:
        """Sign in as this person; the environment that holds their ticket."""
        cache = self.folder / f"cc-{name.replace('/', '-')}"
        env = {**self.env, "KRB5CCNAME": f"FILE:{cache}"}
        kinit = [_program("kinit"), *options, name]
        subprocess.run(
            kinit, env=env, input=f"{PASSWORD}\n", text=True, check=True, capture_output=True
        )
        return env

    def admin(self, query: str) -> None:
        command = [_program("kadmin.local"), "-r", REALM, "-q", query]
        subprocess.run(command, env=dict(self.env), check=True, capture_output=True)


def token_for(here: Realm, who: str, host: str = PROXY, *options: str) -> str:
    """A fresh ticket for the proxy, in base64, as Debian's curl sends it to a proxy of that name."""
    env = here.ticket(who, *options)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        fixed = [_program("curl"), "-s", "-m", "10", "--proxy-negotiate", "-U", ":"]
        aim = ["-x", f"http://{host}:{port}", "--resolve", f"{host}:{port}:127.0.0.1"]
        with subprocess.Popen([*fixed, *aim, "http://nowhere.test/"], env=env) as curl:
            listener.settimeout(DEADLINE_SECONDS)
            client, _address = listener.accept()
            with client:
                head = client.recv(65536).decode()
            curl.kill()
    return head.partition("Proxy-Authorization: Negotiate ")[2].partition("\r\n")[0]


def _program(name: str) -> str:
    path = os.environ["PATH"] + os.pathsep + "/usr/sbin"
    found = shutil.which(name, path=path)
    if found is None:
        absent(f"{name} is not installed (Debian: krb5-kdc, krb5-admin-server, krb5-user)")
        raise AssertionError
    return found


@contextmanager
def realm(folder: Path) -> Iterator[Realm]:
    for name in PROGRAMS:
        _program(name)
    port = pick_port()
    (folder / "krb5.conf").write_text(f"""
[libdefaults]
  default_realm = {REALM}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
[realms]
  {REALM} = {{
    kdc = 127.0.0.1:{port}
  }}
[domain_realm]
  .school.test = {REALM}
""")
    (folder / "kdc.conf").write_text(f"""
[kdcdefaults]
  kdc_listen = 127.0.0.1:{port}
  kdc_tcp_listen = 127.0.0.1:{port}
[realms]
  {REALM} = {{
    database_name = {folder}/principal
    key_stash_file = {folder}/stash
    acl_file = {folder}/kadm5.acl
    supported_enctypes = aes256-cts-hmac-sha1-96:normal
    max_renewable_life = 1d
  }}
[logging]
  kdc = FILE:{folder}/kdc.log
""")
    env = {
        "PATH": os.environ["PATH"],
        "KRB5_CONFIG": str(folder / "krb5.conf"),
        "KRB5_KDC_PROFILE": str(folder / "kdc.conf"),
    }
    create = [_program("kdb5_util"), "create", "-s", "-r", REALM, "-P", "master", "-W"]
    made = subprocess.run(create, env=env, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    keytab = folder / "proxy.keytab"
    admin = "\n".join(
        (
            f'addprinc -pw "{PASSWORD}" ada',
            f'addprinc -pw "{PASSWORD}" stranger',
            f"addprinc -randkey {SERVICE}",
            "addprinc -randkey HTTP/other.school.test",
            f"ktadd -k {keytab} {SERVICE}",
            f"ktadd -k {folder}/other.keytab HTTP/other.school.test",
        )
    )
    done = subprocess.run(
        [_program("kadmin.local"), "-r", REALM],
        env=env,
        input=admin,
        capture_output=True,
        text=True,
        check=False,
    )
    assert keytab.exists(), done.stderr
    keytab.chmod(0o600)
    kdc = subprocess.Popen([_program("krb5kdc"), "-n", "-r", REALM], env=env)
    try:
        _wait_for(port)
        yield Realm(folder, env, keytab, kdc.pid)
    finally:
        kdc.send_signal(signal.SIGTERM)
        kdc.wait(DEADLINE_SECONDS)


def _wait_for(port: int) -> None:
    until = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("the KDC did not start")
