"""Rules of recordings, and of the files that they are."""

import struct
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from contracts.recordings import Recording

_RIFF_SIZE, _DATA_SIZE, _HEADER_BYTES = 4, 40, 44


def is_recorded(recordings: Iterable[Recording]) -> bool:
    """Whether one is being made now."""
    return any(each.ended_at is None for each in recordings)


def ended(recordings: Iterable[Recording], at: datetime) -> tuple[Recording, ...]:
    """The same, and those that were being made are over."""
    return tuple(
        each if each.ended_at is not None else each.model_copy(update={"ended_at": at})
        for each in recordings
    )


def mend(directory: Path) -> None:
    """Write the lengths into files whose engine died before it could (canonical WAV header)."""
    for path in directory.glob("*.wav"):
        size = path.stat().st_size
        with path.open("r+b") as file:
            header = file.read(_HEADER_BYTES)
            if len(header) < _HEADER_BYTES or header[36:40] != b"data":
                continue
            if struct.unpack_from("<I", header, _DATA_SIZE)[0] != size - _HEADER_BYTES:
                for offset, length in ((_RIFF_SIZE, size - 8), (_DATA_SIZE, size - _HEADER_BYTES)):
                    file.seek(offset)
                    file.write(struct.pack("<I", length))
