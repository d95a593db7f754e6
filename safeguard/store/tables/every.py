"""All the tables at once, so that each one's foreign keys find theirs, however it is reached."""

from safeguard.store.tables import (
    audit,
    case_work,
    cases,
    concerns,
    events,
    keeping,
    nodes,
    notices,
    people,
    policy,
    roles,
    rules,
    sessions,
    spools,
    theme_changes,
    unknown_devices,
)
from safeguard.store.tables.row import Row

MODULES = (
    audit,
    case_work,
    cases,
    concerns,
    events,
    keeping,
    nodes,
    notices,
    people,
    policy,
    roles,
    rules,
    sessions,
    spools,
    theme_changes,
    unknown_devices,
)
EVERY_TABLE = Row.metadata
