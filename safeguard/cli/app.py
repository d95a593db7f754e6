"""`safeguard`: the commands put together, and the one place where an error becomes an exit status.

Exit status: 0 fine, 1 a finding (blocked, problem found), 2 unusable input, with a sentence.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import typer

from safeguard.problems import UnusableError

UNUSABLE = 2


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or a group of commands, and where it is: it is imported when it is asked for."""

    name: str
    module: str
    attribute: str
    is_group: bool = False


COMMANDS = (
    Command("run", "safeguard.cli.run", "run"),
    Command("check", "safeguard.cli.check", "check"),
    Command("scan", "safeguard.cli.scan", "scan"),
    Command("rules", "safeguard.cli.rules", "app", is_group=True),
    Command("sealed", "safeguard.cli.sealed", "app", is_group=True),
    Command("themes", "safeguard.cli.themes", "app", is_group=True),
    Command("policy", "safeguard.cli.policy", "app", is_group=True),
    Command("overrides", "safeguard.cli.overrides", "app", is_group=True),
    Command("unblock", "safeguard.cli.unblocking", "app", is_group=True),
    Command("exemptions", "safeguard.cli.exemptions", "app", is_group=True),
    Command("users", "safeguard.cli.people", "users", is_group=True),
    Command("sign-in", "safeguard.cli.sign_in", "app", is_group=True),
    Command("groups", "safeguard.cli.people", "groups", is_group=True),
    Command("sessions", "safeguard.cli.sessions", "app", is_group=True),
    Command("staff", "safeguard.cli.staff", "app", is_group=True),
    Command("cases", "safeguard.cli.cases", "app", is_group=True),
    Command("db", "safeguard.cli.database", "app", is_group=True),
    Command("notify", "safeguard.cli.notify", "app", is_group=True),
    Command("keys", "safeguard.cli.keys", "app", is_group=True),
    Command("privacy", "safeguard.cli.privacy", "app", is_group=True),
    Command("ca", "safeguard.cli.authority", "app", is_group=True),
)


def assembled(asked: str = "") -> typer.Typer:
    """The command line: with the command asked for alone (quick), else with all."""
    app = typer.Typer(
        name="safeguard",
        help="Web filtering and safeguarding for schools.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_safeguard)  # with it, one command alone is still asked for by its name
    known = {command.name for command in COMMANDS}
    for command in COMMANDS:
        if asked not in known or asked == command.name:
            _add(app, command)
    return app


def _add(app: typer.Typer, command: Command) -> None:
    found = getattr(import_module(command.module), command.attribute)
    if command.is_group:
        app.add_typer(found, name=command.name)
    else:
        run: Callable[..., None] = found
        app.command(command.name)(run)


def _safeguard() -> None:
    """Web filtering and safeguarding for schools."""


def main() -> None:
    """Run the `safeguard` command."""
    try:
        assembled(sys.argv[1] if len(sys.argv) > 1 else "")()
    except UnusableError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(UNUSABLE)
    except BrokenPipeError:  # what reads our output has stopped, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
