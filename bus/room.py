"""Whether something new can be stored, and what it means that Redis refuses to."""

import shutil

from redis import RedisError
from redis.exceptions import OutOfMemoryError, ReadOnlyError

from bus.settings import Settings
from contracts.errors import ContractError, StorageFull, StoreUnavailable

MB = 1_000_000


def require_room(settings: Settings) -> None:
    """Raises StorageFull while the disk has less free than is kept for what must go on.

    Redis writes everything at once and ends when it cannot: the rest of the disk is for calls that
    run or come in, and their entries.
    """
    free_mb = shutil.disk_usage(settings.data_directory).free // MB
    if free_mb < settings.least_free_mb:
        raise StorageFull(f"{free_mb} MB are free", free_mb=free_mb)


def store_error(error: RedisError) -> ContractError:
    """What a caller is told. Redis refuses writes by OOM, MISCONF and READONLY."""
    is_refusal = isinstance(error, OutOfMemoryError | ReadOnlyError)
    if is_refusal or str(error).startswith("MISCONF"):
        return StorageFull(type(error).__name__)
    return StoreUnavailable(type(error).__name__)
