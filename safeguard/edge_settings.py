"""The settings of what the web proxy can bear, and of where downloads are scanned for viruses."""

from typing import Annotated

from pydantic import Field

from safeguard.setting_kinds import Section

Scanner = Annotated[str, Field(pattern=r"^(|unix:/.+|tcp://(\[[0-9a-fA-F:.]+\]|[^\[\]:/]+):\d+)$")]


class Limits(Section):
    """What the web proxy can bear, all its workers together. Beyond it connections are closed."""

    max_connections: int = Field(
        20_000, ge=10, le=1_000_000, description="Connections of clients at once, in all."
    )
    max_connections_per_client: int = Field(
        400,
        ge=10,
        le=100_000,
        description="Connections at once of one client address. Proxies that are trusted to say "
        "who asks (proxy_auth.trusted_proxies) are not counted.",
    )
    header_kib: int = Field(
        64, ge=8, le=1024, description="The longest head of a request or an answer, in KiB."
    )
    header_seconds: int = Field(
        30,
        ge=2,
        le=600,
        description="Seconds within which a request's head, a short body and a TLS handshake "
        "must be whole once they have begun.",
    )
    idle_seconds: int = Field(
        300, ge=10, le=7200, description="Seconds after which a silent connection is closed."
    )
    drain_seconds: int = Field(
        10, ge=0, le=300, description="Seconds that requests under way get to end at a stop."
    )
    reading_ms: int = Field(
        500,
        ge=20,
        le=60_000,
        description="Milliseconds for which one text is searched for themes. Of a text that takes "
        "longer only what was read by then counts, and what is found says so.",
    )
    worker_memory_mib: int = Field(
        1024,
        ge=128,
        le=65536,
        description="A worker that has grown by more than this since its start makes way for a "
        "new one, in MiB; one worker at a time.",
    )


class Viruses(Section):
    """Downloads are scanned by a clamd of the school's, where one is set."""

    clamd: Scanner = Field(
        "",
        description="Where clamd listens: unix:/run/clamav/clamd.ctl, or tcp://HOST:3310. "
        "Empty: downloads are not scanned.",
    )
    largest_mib: int = Field(
        25,
        ge=1,
        le=1024,
        description="Downloads up to this size are held back and scanned, in MiB. Not more than "
        "StreamMaxLength in clamd.conf.",
    )
    refuse_larger: bool = Field(
        False, description="Whether larger downloads are refused; else they are not scanned."
    )
    seconds: int = Field(
        30, ge=1, le=600, description="A scan that takes longer counts as failed, in seconds."
    )
    held_mib: int = Field(
        256,
        ge=1,
        le=65536,
        description="How much each worker holds back at once, in MiB. Beyond it downloads are "
        "refused.",
    )
