"""What stands as User-Name in RADIUS, as the names that a person may be known by here.

A name of another house is never taken for one of ours: jo@elsewhere.example is not our jo.
Only the realms and domains that the settings name as the school's own are taken off.
"""

from collections.abc import Collection

from safeguard.identity_feeds.hardware import mac_of

LONGEST = 253  # what one attribute holds
_NOBODY = frozenset({"", "anonymous"})  # what stands outside the tunnel instead of the name


def is_machine(name: str) -> bool:
    """Whether a machine signed in, and no person: host/pc-7, PC-7$, or a hardware address."""
    plain = name.strip().lower()
    bare = plain.rpartition("\\")[2].partition("@")[0]
    return plain.startswith("host/") or bare.endswith("$") or bool(mac_of(plain))


def logins_of(name: str, own: Collection[str]) -> tuple[str, ...]:
    """Return what to look up, the most exact first; nothing where it names no person.

    `own`: the school's realms and domains, in lower case.
    """
    plain = name.strip().lower()
    if len(plain) > LONGEST or is_machine(plain):
        return ()
    domain, _, rest = plain.rpartition("\\")
    bare, _, realm = rest.partition("@")
    if bare in _NOBODY:
        return ()
    if (domain and domain not in own) or (realm and realm not in own):
        return (plain,)
    return tuple(dict.fromkeys((plain, rest, bare)))
