"""Teams, Slack, SMS gateways and a hundred others, through Apprise: one address each."""

import logging

import apprise

from safeguard.notify.message import Message, Reply


def send(address: str, message: Message, seconds: float) -> Reply:
    """Hand a message to the service. Nothing is raised: whatever happens is a reply."""
    service = opened(address, seconds)
    if service is None:
        return Reply(accepted=False, said="Apprise knows no service of this address", lasting=True)
    title, body = message.subject, f"{message.text.rstrip()}\n\nRef. {message.id[:8]}"
    try:
        taken = service.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
    except Exception as error:  # noqa: BLE001  a hundred services: what they raise is not known
        return Reply(accepted=False, said=f"the service: {type(error).__name__}")
    if not taken:
        return Reply(accepted=False, said="the service did not take it")
    return Reply(accepted=True, said="taken")


def is_known(address: str) -> bool:
    """Whether Apprise has a service for such an address."""
    return opened(address, 1.0) is not None


def opened(address: str, seconds: float) -> apprise.Apprise | None:
    logging.getLogger("apprise").disabled = True  # it would log addresses, passwords and all
    asset = apprise.AppriseAsset(
        app_id="Safeguard",
        app_desc="Safeguard notices",
        async_mode=False,
        # Its own tries are off: the outbox counts and spaces ours.
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )
    service = apprise.Apprise(asset=asset)
    way = "&" if "?" in address else "?"
    if not service.add(f"{address}{way}cto={seconds:.0f}&rto={seconds:.0f}"):
        return None
    return service
