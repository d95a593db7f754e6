"""What the supervisor checks before a start. Starting, mending and stopping: tests/system."""

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from safeguard.building import rules_in_force
from safeguard.problems import UnusableError
from safeguard.settings import Settings, load
from safeguard.supervisor import (
    ROLES,
    check_ports,
    held,
    make_folder,
    prepare,
    roles_named,
)
from tests.conftest import pick_port

NOW = datetime(2026, 9, 7, tzinfo=UTC)


def silent(_what: str, _done: int, _of: int) -> None: ...


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "school.toml"
    ports = {section: pick_port() for section in ("proxy", "dns", "admin")}
    file.write_text("\n".join(f"[{name}]\nport = {port}" for name, port in ports.items()))
    return load(tmp_path / "data", file)


def test_no_role_named_means_all_of_them() -> None:
    assert roles_named([]) == ROLES
    assert [role.name for role in roles_named(["dns", "proxy"])] == ["proxy", "dns"]
    with pytest.raises(UnusableError, match="There is no role 'mail'"):
        roles_named(["mail"])


def test_what_pupils_wait_for_starts_first_and_what_nobody_waits_for_last() -> None:
    turns = [role.turn for role in ROLES]
    assert turns == sorted(turns)
    assert {role.name for role in ROLES if role.turn == turns[0]} == {"proxy", "dns"}
    assert [role.name for role in ROLES if role.turn == turns[-1]] == ["jobs"]


def test_a_first_start_makes_folder_database_authority_and_rules(settings: Settings) -> None:
    make_folder(settings.data)
    prepare(settings, NOW, silent)
    assert settings.data.stat().st_mode & 0o777 == 0o700
    assert (settings.data / "safeguard.sqlite").exists()
    assert (settings.data / "ca" / "mitmproxy-ca.pem").stat().st_mode & 0o777 == 0o600
    assert rules_in_force(settings.data)


def test_a_start_builds_rules_anew_only_where_they_are_stale_or_broken(
    settings: Settings,
) -> None:
    make_folder(settings.data)
    built: list[str] = []

    def note(what: str, _done: int, _of: int) -> None:
        built.append(what)

    prepare(settings, NOW, note)
    assert built
    built.clear()
    prepare(settings, NOW, note)
    assert built == []
    artefact = settings.data / "rules" / rules_in_force(settings.data)
    next(file for file in artefact.iterdir() if file.suffix != ".json").write_bytes(b"")
    prepare(settings, NOW, note)
    assert built


def test_one_folder_is_served_by_one_instance_role_by_role(settings: Settings) -> None:
    make_folder(settings.data)
    with held(settings, roles_named(["dns"])):
        with pytest.raises(UnusableError, match="already running its dns"):
            held(settings, ROLES).__enter__()
        with held(settings, roles_named(["proxy"])):
            pass
    with held(settings, ROLES):
        pass


def test_ports_that_are_free_pass_and_are_left_free(settings: Settings) -> None:
    check_ports(settings, ROLES)
    check_ports(settings, ROLES)


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_port_that_would_be_shared_is_refused(
    settings: Settings, kind: socket.SocketKind
) -> None:
    with socket.socket(type=kind) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", settings.dns.port))
        if kind == socket.SOCK_STREAM:
            other.listen()
        with pytest.raises(UnusableError, match=f"The dns cannot listen.*{settings.dns.port}"):
            check_ports(settings, ROLES)


def test_an_ipv6_port_is_probed_as_one(tmp_path: Path) -> None:
    file = tmp_path / "school.toml"
    file.write_text(f"[proxy]\nlisten = '::1'\nport = {pick_port()}\n")
    check_ports(load(tmp_path / "data", file), roles_named(["proxy"]))


def test_a_build_that_fails_leaves_a_start_with_the_rules_of_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load(tmp_path / "data")
    prepare(settings, NOW, silent)
    broken = settings.data / "sources" / "mine"
    broken.mkdir(parents=True)
    (broken / "source.toml").write_text("this is no table")
    prepare(settings, NOW, silent)
    assert "import the list again" in capsys.readouterr().err


def test_a_first_build_that_fails_stops_the_start(tmp_path: Path) -> None:
    settings = load(tmp_path / "data")
    broken = settings.data / "sources" / "mine"
    broken.mkdir(parents=True)
    (broken / "source.toml").write_text("this is no table")
    with pytest.raises(UnusableError, match="import the list again"):
        prepare(settings, NOW, silent)
