"""A bucket and a queue in memory, for jobs that run through them."""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from shared.domain.exports import plain_json
from shared.domain.ports import ObjectGone, UploadForm


class MemoryBucket:
    """Stands for the transfers bucket."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def upload_form(self, key: str) -> UploadForm:
        return UploadForm("https://bucket.example.org", {"key": key})

    def download_url(self, key: str, file_name: str, content_type: str) -> str:
        assert key in self.objects
        return f"https://bucket.example.org/{key}?as={file_name}"

    def put_records(self, key: str, records: Iterable[Mapping[str, Any]]) -> None:
        text = "".join(json.dumps(each, default=plain_json) + "\n" for each in records)
        self.put(key, gzip.compress(text.encode()))

    def records(self, key: str) -> Iterator[str]:
        if key in self.objects:
            yield from gzip.decompress(self.objects[key]).decode().splitlines()

    def put(self, key: str, content: bytes) -> None:
        self.objects[key] = content

    def upload(self, key: str, file: Path) -> None:
        self.objects[key] = file.read_bytes()

    def read(self, key: str, only: str = "") -> tuple[bytes, str]:
        tag = str(hash(self.objects.get(key)))
        if key not in self.objects or (only and only != tag):
            raise ObjectGone
        return self.objects[key], tag


class MemoryQueue:
    """Stands for a queue of steps."""

    def __init__(self) -> None:
        self.waiting: list[Mapping[str, object]] = []

    def send(self, messages: Iterable[Mapping[str, object]]) -> None:
        self.waiting += messages

    def event(self) -> dict[str, Any]:
        """The next message as a worker gets it."""
        return {"Records": [{"messageId": "m-1", "body": json.dumps(self.waiting.pop(0))}]}
