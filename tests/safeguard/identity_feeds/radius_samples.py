"""Packets as an access point sends them, made by pyrad as the client."""

from collections.abc import Mapping

from pyrad.packet import AcctPacket

from safeguard.identity_feeds.accounting import Attribute, Kind

SECRET = b"correct-horse-battery"


def packet(
    kind: int | None = Kind.START,
    session: str = "a1",
    secret: bytes = SECRET,
    *,
    signed: bool = False,
    said: Mapping[str, bytes] | None = None,
    **also: str | int | bytes | list[bytes],
) -> AcctPacket:
    """Return a packet; `said` and `also` are attributes by their names in lower case."""
    made = AcctPacket(secret=secret)
    if kind is not None:
        made[int(Attribute.ACCT_STATUS_TYPE)] = [int(kind).to_bytes(4)]
    if session:
        made[int(Attribute.ACCT_SESSION_ID)] = [session.encode()]
    for name, value in {**also, **(said or {})}.items():
        match value:
            case str():
                values = [value.encode()]
            case int():
                values = [value.to_bytes(4)]
            case bytes():
                values = [value]
            case _:
                values = value
        made[int(Attribute[name.upper()])] = values
    if signed:
        made.add_message_authenticator()
    return made
