"""Proposing and deciding: each act has a reason, and is on the record with the pins that it was about."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction

from chimera.core import tenancy, wake
from chimera.core.errors import Conflict, Denied
from chimera.core.mcp.tools import Listing
from governance import transitions
from governance.controls.services import person
from governance.servers import listed
from governance.servers.models import Owner, Server
from governance.servers.papers import Paper
from governance.servers.selectors import stored
from governance.servers.states import ServerStatus


class CannotPropose(Denied):
    """The server cannot enter the list as it is: says why, and what to do."""


class CannotDecide(Denied):
    """What was asked for cannot be done with this entry: says why. Nothing was changed."""


class ChangedMeanwhile(Conflict):
    """Somebody else decided first; nothing was changed."""


def require_address(url: str) -> None:
    """Raise CannotPropose unless `url` is a whole web address: https, or http on this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if not host or parts.scheme not in ("http", "https") or url != url.strip() or len(url) > 500 or " " in url:
        raise CannotPropose(f"{url[:80]!r} is no web address; give the server's whole MCP address, with https://.")
    if parts.username or parts.fragment:
        raise CannotPropose("The address holds a password or a fragment; leave it out (a token is given apart).")
    if parts.scheme == "http" and not _is_this_machine(host):
        raise CannotPropose(f"{url} would be called in clear text; only servers on this machine may be http://.")


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return False


def propose(*, name: str, url: str, listing: Listing, sbom: Paper, scan: Paper) -> Server:
    """Enter a third party's server as proposed, with what it lists now; a person reads that and allows it, or not.

    Raises CannotPropose. The actor of the running context proposed it.
    """
    require_address(url)
    if listing.wrong:
        raise CannotPropose(f"{url} cannot enter the list: {listing.wrong}.")
    if not listing.tools:
        raise CannotPropose(f"{url} lists no tools, so there is nothing to allow.")
    rivals = Server.objects.exclude(status=ServerStatus.REMOVED)
    if rivals.filter(name=name).exists():
        raise CannotPropose(f"The list has a server {name!r} already; choose another name, or remove that one first.")
    if (rival := rivals.filter(url=url).first()) is not None:
        raise CannotPropose(f"{url} is on the list already, as {rival.name!r}; one address has one entry.")
    try:
        with transaction.atomic():
            made = Server.objects.create(
                name=name,
                url=url,
                owner=Owner.THIRD_PARTY,
                tools=stored(listing.tools),
                sbom_hash=sbom.sha256,
                sbom=sbom.summary,
                scan_hash=scan.sha256,
                scan=scan.summary,
                needs_second=settings.SERVERS_NEED_SECOND_PERSON,
                status=ServerStatus.PROPOSED,
            )
    except IntegrityError as error:
        if "server_name_is_plain" in str(error):
            raise CannotPropose(
                f"{name[:60]!r} cannot be a name; use up to 40 small letters, digits, hyphens and underscores, "
                "beginning with a letter."
            ) from error
        if "server_once_by" in str(error):
            raise CannotPropose(f"Somebody has entered {name!r} or {url} at this moment; look at the list.") from error
        raise
    made.refresh_from_db()
    return made


def allow(*, server: Server, reason: str) -> Server:
    """Allow a server with the tools as they are pinned: after a review, or because it lists them again."""
    said = _reason(server, reason)
    if server.status == ServerStatus.ALLOWED:
        raise CannotDecide(f"{server.name} is allowed already.")
    _require_second(server)
    _require_papers(server)
    return _moved(server, ServerStatus.ALLOWED, reason=said)


def accept(*, server: Server, reason: str) -> Server:
    """Allow a disabled server with the tools that it listed when it was disabled: they are the pins from now on."""
    said = _reason(server, reason)
    if server.status != ServerStatus.DISABLED or not server.seen_hash:
        raise CannotDecide(f"{server.name} has shown no change that could be accepted; it is {server.status.lower()}.")
    if server.seen_wrong or not server.seen:
        why = server.seen_wrong or "it lists no tools"
        raise CannotDecide(
            f"There is nothing to accept of {server.name}: {why}. Keep it disabled, or allow it as it was."
        )
    _require_second(server)
    _require_papers(server)
    return _moved(server, ServerStatus.ALLOWED, reason=said, tools=server.seen)


def keep(*, server: Server, reason: str) -> Server:
    """Say no to what a disabled server listed: it stays disabled, and nobody is asked about that again."""
    said = _reason(server, reason)
    if server.status != ServerStatus.DISABLED:
        raise CannotDecide(f"{server.name} is {server.status.lower()}; only a disabled server is kept so.")
    same = Server.objects.filter(pk=server.pk, status=server.status, state_version=server.state_version)
    if same.update(kept_hash=server.seen_hash, reason=said) != 1:
        raise ChangedMeanwhile(f"{server.name} has changed since it was read; nothing was changed. Look again.")
    server.refresh_from_db()
    return server


def disable(*, server: Server, reason: str) -> Server:
    """Call it no more, in any process, from a second after this commits."""
    said = _reason(server, reason)
    if server.status != ServerStatus.ALLOWED:
        raise CannotDecide(f"{server.name} is {server.status.lower()}, so it is not called anyway.")
    return _moved(server, ServerStatus.DISABLED, reason=said)


def remove(*, server: Server, reason: str) -> Server:
    """End the entry of a third party's server; its name and address are free again."""
    said = _reason(server, reason)
    if server.owner == Owner.OURS:
        raise CannotDecide(f"{server.name} is ours and would come back with the next start; disable it.")
    return _moved(server, ServerStatus.REMOVED, reason=said)


def attach(*, server: Server, sbom: Paper | None = None, scan: Paper | None = None) -> Server:
    """Put a newer list of dependencies or scan beside the entry; what it may do stays as it is."""
    papers = {
        **({"sbom_hash": sbom.sha256, "sbom": sbom.summary} if sbom else {}),
        **({"scan_hash": scan.sha256, "scan": scan.summary} if scan else {}),
    }
    if not papers:
        raise CannotDecide(f"Nothing was given to attach to {server.name}; name a file.")
    Server.objects.filter(pk=server.pk).update(**papers)
    server.refresh_from_db()
    return server


def _require_second(server: Server) -> None:
    if server.needs_second and person(server.proposed_by) == person(tenancy.current_actor()):
        raise CannotDecide(f"You proposed {server.name} ({server.proposed_by}), so somebody else allows it.")


def _require_papers(server: Server) -> None:
    if server.owner == Owner.THIRD_PARTY and not (server.sbom_hash and server.scan_hash):
        raise CannotDecide(f"{server.name} has no list of dependencies or no scan; attach them first.")


def _reason(server: Server, reason: str) -> str:
    if not reason.strip():
        raise CannotDecide(f"Say why; the reason is kept with {server.name}.")
    return reason.strip()


def _moved(server: Server, to: ServerStatus, **changes: Any) -> Server:
    moved = transitions.move(row=server, to=to, **changes)
    moved.refresh_from_db()
    transaction.on_commit(listed.forget)
    if to == ServerStatus.ALLOWED:
        wake.after_commit(queue="publish")  # what waited for it goes on at once
    return moved
