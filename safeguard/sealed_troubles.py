"""The alarm of a sealed list whose last update failed: kept beside it until one succeeds.

DATA/sealed/<name>.trouble    when, and what kind of trouble: never what was delivered
"""

import json
from datetime import datetime
from pathlib import Path

from safeguard.sealed_files import FOLDER, TROUBLE, write


def note_trouble(data: Path, name: str, says: str, now: datetime) -> None:
    """Keep it; the list itself is not touched."""
    told = {"at": now.isoformat(), "says": says}
    write(_file(data, name), json.dumps(told).encode())


def clear_trouble(data: Path, name: str) -> None:
    _file(data, name).unlink(missing_ok=True)


def trouble_of(data: Path, name: str) -> str:
    """Return what went wrong at the last update; empty where nothing did."""
    try:
        told = json.loads(_file(data, name).read_bytes())
        return f"{told['says']} ({told['at'][:16]})"
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, KeyError, TypeError):
        return "the note of what failed cannot be read"


def _file(data: Path, name: str) -> Path:
    return data / FOLDER / (name + TROUBLE)
