"""`safeguard run`: check everything, start every role, say where it is."""

from collections.abc import Sequence
from secrets import token_bytes
from typing import Annotated

import typer

from safeguard.cli.options import (
    ConfigOption,
    DataOption,
    myself,
    notes,
    now,
    progress_bar,
    settings_of,
)
from safeguard.settings import Settings
from safeguard.store import staff
from safeguard.store.session import open_store
from safeguard.supervisor import (
    Role,
    Supervisor,
    check_ports,
    held,
    make_folder,
    prepare,
    roles_named,
)


def run(
    only: Annotated[
        str, typer.Option("--only", help="Roles to start, with commas: proxy, dns, admin, jobs.")
    ] = "",
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Start the filter: proxy, DNS filter, staff site and jobs. Ctrl-C stops all."""
    settings = settings_of(data, config)
    roles = roles_named([name.strip() for name in only.split(",") if name.strip()])
    make_folder(settings.data)
    with held(settings, roles):
        check_ports(settings, roles)
        with progress_bar() as progress:
            prepare(settings, now(), progress)
        supervisor = Supervisor(settings, roles, config)
        code = supervisor.run(lambda: _announce(settings, roles))
    raise typer.Exit(code)


def _announce(settings: Settings, roles: Sequence[Role]) -> None:
    addresses = {role.name: role.listens(settings) for role in roles}
    notes.print("Safeguard is running. Ctrl-C stops it.\n", style="bold")
    if where := addresses.get("proxy"):
        notes.print(f"  Web proxy   {_at(where)}")
    if where := addresses.get("dns"):
        notes.print(f"  DNS filter  {_at(where)}  (UDP and TCP)")
    if addresses.get("admin"):
        notes.print(f"  Staff site  {site_address(settings)}")
    notes.print(
        f"\nTo let it read https, devices must trust this certificate authority:\n"
        f"  {settings.data / 'ca' / 'safeguard-ca.pem'}\n"
        "How: docs/how-to/trust-the-ca.md"
    )
    _offer_set_up(settings)


def _offer_set_up(settings: Settings) -> None:
    store = open_store(settings)
    try:
        if staff.has_staff(store):
            return
        token = staff.new_setup_token(store, now(), token_bytes(32), myself())
    finally:
        store.close()
    notes.print(
        "\nSet up the staff site with this link. It works once, for one day:\n"
        f"  {site_address(settings)}/setup/{token}"
    )


def site_address(settings: Settings) -> str:
    scheme = "https" if settings.admin.cert else "http"
    return f"{scheme}://{_at((settings.admin.listen, settings.admin.port))}"


def _at(where: tuple[str, int]) -> str:
    host, port = where
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
