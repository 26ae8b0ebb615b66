"""Secrets of the user at rest: encrypted with a key that lies in a file of its own."""

from typing import Any, cast

from cryptography.fernet import Fernet, InvalidToken
from nameko import config
from nameko.extensions import DependencyProvider


class VaultLocked(Exception):
    """The kept secret was written with another key."""


class Vault:
    """Encrypts with Fernet (AES-128-CBC and HMAC-SHA256)."""

    def __init__(self, key: str) -> None:
        self._fernet = Fernet(key.encode())

    def seal(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises VaultLocked."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise VaultLocked("the vault's key has changed") from error


class _VaultProvider(DependencyProvider):
    def setup(self) -> None:
        self._vault = Vault(config["SETTINGS"].secret("vault-key"))

    def get_dependency(self, _worker_ctx: Any) -> Vault:
        return self._vault


def vault() -> Vault:
    """Inject the vault of this stack."""
    return cast(Vault, _VaultProvider())
