"""The settings of who asks: how long a sign-in lasts, and the page where people sign in."""

from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator

from safeguard.setting_kinds import Networks, Section


class Identity(Section):
    """Who asks, and for how long that is known."""

    portal_networks: Networks = Field(
        (),
        description="Networks of people's own devices, who may sign in at /portal. "
        "Default: none, and there is no such page.",
    )
    portal_address: str = Field(
        "",
        max_length=200,
        pattern=r"^(|https?://[^\s\"'<>]+)$",
        description="The address of that page as those devices reach it, without the proxy: "
        "https://filter.school.example:8000/portal. Whoever is not signed in is sent there. "
        "Empty: nobody is sent.",
    )
    portal_idle_minutes: int = Field(
        60,
        ge=5,
        le=720,
        description="Minutes without any request after which a sign-in there names nobody.",
    )
    portal_hours: int = Field(
        12, ge=1, le=168, description="Hours after which to sign in there again, in any case."
    )
    portal_guests: bool = Field(
        False,
        description="Whether people without an account may go on there as guests. "
        "The traffic of guests is not inspected: keep it off where pupils' devices are.",
    )
    portal_notice: str = Field(
        "",
        max_length=2000,
        description="What else people read there before they sign in, in the school's words.",
    )
    sessions_days: int = Field(
        30, ge=1, le=366, description="Days for which it is kept who was at which address."
    )

    @model_validator(mode="after")
    def _idle_within(self) -> Self:
        if timedelta(minutes=self.portal_idle_minutes) > timedelta(hours=self.portal_hours):
            raise ValueError("portal_idle_minutes must be within portal_hours")
        return self

    @property
    def portal_idle(self) -> timedelta:
        return timedelta(minutes=self.portal_idle_minutes)

    @property
    def sessions_kept(self) -> timedelta:
        return timedelta(days=self.sessions_days)

    @property
    def portal_longest(self) -> timedelta:
        return timedelta(hours=self.portal_hours)
