"""Which instance a server's name means: a profile file, a well-known URL, else the name alone."""

import re
import tomllib
from pathlib import Path

import httpx
import structlog
from pydantic import ValidationError

from contracts.errors import InvalidRequest
from contracts.instance import InstanceProfile, SipServer

log = structlog.get_logger(__name__)

WELL_KNOWN = "/.well-known/handset.json"
WELL_KNOWN_TIMEOUT_S = 2.0
LARGEST_PROFILE_BYTES = 256 * 1024
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9.\-]{0,63}$")
_HOST_AND_PORT = re.compile(r"^(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+):(?P<port>[0-9]{1,5})$")


class Instances:
    """Finds profiles; the admin's files come first."""

    def __init__(self, directories: list[Path]) -> None:
        self._directories = directories

    def find(self, server: str, instance: str | None, *, may_fetch: bool) -> InstanceProfile:
        """The profile for what was typed as server.

        What stands behind the "@" of the user is a domain if it looks like one, on a server that
        has no profile. Raises InvalidRequest if a name cannot be one, or a profile file is broken.
        """
        if profile := self._from_file(server):
            return profile
        may_fetch = may_fetch and not _HOST_AND_PORT.match(server)
        if may_fetch and (profile := self._from_well_known(server)):
            return profile
        return _from_name(server, instance)

    def _from_file(self, name: str) -> InstanceProfile | None:
        if not _NAME.match(name):
            return None
        for directory in self._directories:
            path = directory / f"{name.lower()}.toml"
            if path.is_file():
                try:
                    return InstanceProfile.model_validate(tomllib.loads(path.read_text()))
                except (ValidationError, tomllib.TOMLDecodeError) as error:
                    log.error("instance profile broken", name=name, error=str(error))
                    raise InvalidRequest(f"the instance profile {path.name} is broken") from error
        return None

    def _from_well_known(self, server: str) -> InstanceProfile | None:
        try:
            with httpx.stream(
                "GET", f"https://{server}{WELL_KNOWN}", timeout=WELL_KNOWN_TIMEOUT_S
            ) as response:
                if response.status_code != httpx.codes.OK:
                    return None
                text = b""
                for part in response.iter_bytes():
                    text += part
                    if len(text) > LARGEST_PROFILE_BYTES:
                        return None
            return InstanceProfile.model_validate_json(text)
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
        except ValidationError as error:
            log.warning("served profile broken", server=server, error=str(error))
            return None


def _from_name(server: str, instance: str | None) -> InstanceProfile:
    match = _HOST_AND_PORT.match(server)
    host = match["host"] if match else server
    port = int(match["port"]) if match else None
    domain = instance if instance and "." in instance and instance != host else None
    sip = SipServer(host=host if domain else None, port=port)
    try:
        return InstanceProfile(name=host[:64], domain=domain or host, sip=sip)
    except ValidationError as error:
        raise InvalidRequest(f"{server} is not the name of a server", field="server") from error
