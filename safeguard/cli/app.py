"""`safeguard`: the commands put together, and the one place where an error becomes an exit status.

Exit status: 0 fine, 1 a finding (blocked, problem found), 2 unusable input, with a sentence.
"""

import os
import sys

import typer

from safeguard.cli import authority, check, database, people, rules, run, scan
from safeguard.cli.options import notes
from safeguard.problems import UnusableError

UNUSABLE = 2

app = typer.Typer(
    name="safeguard",
    help="Web filtering and safeguarding for schools.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("run")(run.run)
app.command("check")(check.check)
app.command("scan")(scan.scan)
app.add_typer(rules.app, name="rules")
app.add_typer(people.users, name="users")
app.add_typer(people.groups, name="groups")
app.add_typer(database.app, name="db")
app.add_typer(authority.app, name="ca")


def main() -> None:
    """The entry point of the `safeguard` command."""
    try:
        app()
    except UnusableError as error:
        notes.print(str(error), style="bold red", markup=False)
        sys.exit(UNUSABLE)
    except BrokenPipeError:  # what reads our output has stopped, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
