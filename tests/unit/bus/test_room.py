"""What is full, and what is only away."""

from pathlib import Path

import pytest
from redis.exceptions import (
    ConnectionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TimeoutError,
)

from bus.room import require_room, store_error
from bus.settings import Settings
from contracts.errors import StorageFull, StoreUnavailable


@pytest.mark.parametrize(
    "refusal",
    [
        OutOfMemoryError("command not allowed when used memory > 'maxmemory'."),
        ReadOnlyError("You can't write against a read only replica."),
        ResponseError("MISCONF Errors writing to the AOF file: No space left on device"),
    ],
)
def test_a_redis_that_refuses_writes_is_full(refusal):
    assert isinstance(store_error(refusal), StorageFull)


@pytest.mark.parametrize("failure", [ConnectionError(), TimeoutError(), ResponseError("ERR")])
def test_a_redis_that_does_not_answer_is_away(failure):
    assert isinstance(store_error(failure), StoreUnavailable)


def test_a_disk_with_room_to_spare_is_required(tmp_path: Path):
    require_room(Settings(data_directory=tmp_path, least_free_mb=0))
    with pytest.raises(StorageFull) as full:
        require_room(Settings(data_directory=tmp_path, least_free_mb=10**9))
    assert full.value.fields["free_mb"] < 10**9
