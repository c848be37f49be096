"""Some bytes that the stack's processes share: how far the clock is ahead, and how many messages were queued where.

Shared memory rather than messages, because both must be exact at the moment of reading: a mail carries the portal's
time of its sending, and a drain must not miss a message that was queued just before it looked.
"""

import mmap
import struct
import threading
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

FUNCTIONS_LOG = "functions.log"
"""What lies beside the board in the stack's folder: what the functions print."""

_NUMBER = struct.Struct("=q")
_OFFSET_AT = 0
_QUEUED_AT = 8
_QUEUED_ANYWHERE_AT = 16
_QUEUES_AT = 24
_QUEUES = 64
_SIZE = _QUEUES_AT + 8 * _QUEUES


class Board:
    """The stack's process writes the clock, the AWS process counts messages; everyone may read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            path.write_bytes(bytes(_SIZE))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _SIZE)
        self._counting = threading.Lock()

    @property
    def offset(self) -> timedelta:
        """How far the portal's clock is ahead of real time."""
        return timedelta(microseconds=self._read(_OFFSET_AT))

    @offset.setter
    def offset(self, offset: timedelta) -> None:
        self._write(_OFFSET_AT, offset // timedelta(microseconds=1))

    def now(self) -> datetime:
        """The portal's time, UTC and aware."""
        return datetime.now(UTC) + self.offset

    @property
    def queued(self) -> int:
        """How many messages were ever sent to a queue."""
        return self._read(_QUEUED_AT)

    def queued_in(self, queue: str) -> int:
        """How often something may have come to this queue; two that share a place look in vain now and then."""
        return self._read(_place_of(queue)) + self._read(_QUEUED_ANYWHERE_AT)

    def count_queued(self, queue: str | None) -> None:
        """Called by the AWS process before it answers a send; None where it cannot tell to which queue."""
        with self._counting:
            for place in (_QUEUED_ANYWHERE_AT if queue is None else _place_of(queue), _QUEUED_AT):
                self._write(place, self._read(place) + 1)

    def close(self) -> None:
        """Let go of the mapped file."""
        self._memory.close()

    def _read(self, position: int) -> int:
        number: int = _NUMBER.unpack_from(self._memory, position)[0]
        return number

    def _write(self, position: int, number: int) -> None:
        _NUMBER.pack_into(self._memory, position, number)


def _place_of(queue: str) -> int:
    return _QUEUES_AT + 8 * (zlib.crc32(queue.encode()) % _QUEUES)
