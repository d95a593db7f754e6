"""What every command takes, and what it needs made before it can work."""

import os
import pwd
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from safeguard.core.audit import Actor
from safeguard.problems import UnusableError
from safeguard.settings import Settings, load

DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="The data folder. Default: SAFEGUARD_DATA, else your own."),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="The settings file. Default: safeguard.toml in the data folder."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]

# What is printed is said as it stands: no markup or emoji is looked for in paths and addresses.
notes = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)


def settings_of(data: Path | None, config: Path | None) -> Settings:
    return load(data, config)


def now() -> datetime:
    return datetime.now(UTC)


def myself() -> Actor:
    """Who gives this command, for the audit: the account of the operating system, and now."""
    return Actor(f"command:{account()}", now())


def account() -> str:
    """The account's name; root, where sudo was used, with who used it."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:  # a container may run as a number
        name = str(number)
    asked = os.environ.get("SUDO_USER", "") if number == 0 else ""
    return f"{name} for {asked}" if asked else name


@contextmanager
def progress_bar(beginning: str = "Compiling rules") -> Iterator[Callable[[str, int, int], None]]:
    """A bar on standard error; what is inside reports (what, done, of) to it."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=notes,
        transient=True,
    ) as bar:
        task = bar.add_task(beginning, total=None)

        def report(what: str, done: int, of: int) -> None:
            bar.update(task, description=what, completed=done, total=of)

        yield report


def lines_of(source: str) -> Iterator[str]:
    """Lines of a file, or of standard input for `-`; bytes that are no UTF-8 are replaced."""
    with _reading(source) as stream:
        for line in stream:
            yield line.rstrip(b"\r\n").decode("utf-8", errors="replace")


def bytes_of(source: str, most: int) -> bytes:
    """Return a file, or standard input for `-`, as it is, up to so many bytes."""
    with _reading(source) as stream:
        return stream.read(most)


@contextmanager
def _reading(source: str) -> Iterator[BinaryIO]:
    try:
        with _opened(source) as stream:
            yield stream
    except OSError as error:
        raise UnusableError(
            f"The file {source} cannot be read ({error.strerror}). Check its name, "
            "or give - to read standard input."
        ) from error


def _opened(source: str) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if source == "-" else Path(source).open("rb")
