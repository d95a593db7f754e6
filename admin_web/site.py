"""What every page needs, in one place: the settings, the engine, the store, the vault, the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app

from safeguard.engine import Engine
from safeguard.settings import Settings
from safeguard.store.session import Store
from safeguard.vault import Vault

EXTENSION = "safeguard"

type Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Site:
    """The parts of Safeguard that this site shows."""

    settings: Settings
    engine: Engine
    store: Store
    vault: Vault
    clock: Clock

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.school.timezone)


def every_group() -> tuple[str, ...]:
    """The groups of the policy in force and of the school's own, each before those in it."""
    return here().engine.snapshot.policy.groups.in_order


def here() -> Site:
    """The parts behind the request being answered."""
    return cast("Site", current_app.extensions[EXTENSION])
