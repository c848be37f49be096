"""What staff take out: archives go up as boto3's transfers send them, through the client that functions make."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from boto3.s3.transfer import S3Transfer, TransferConfig
from moto import mock_aws

from shared.adapters import aws
from shared.adapters.transfer_store import ENCRYPTION, PART, TransferStore

LARGE = 9 * 1024**2
"""More than boto3 sends in one part."""


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[TransferStore]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
    aws.s3.cache_clear()
    with mock_aws():
        aws.s3().create_bucket(Bucket="transfers")
        yield TransferStore(aws.s3(), "transfers")
    aws.s3.cache_clear()


@pytest.mark.parametrize("size", [0, 100, LARGE])
def test_an_archive_of_any_size_is_kept_whole_and_encrypted(
    store: TransferStore, tmp_path: Path, size: int
) -> None:
    archive = tmp_path / "archive.zip"
    archive.write_bytes(b"x" * size)
    store.upload("exports/job/archive.zip", archive)
    content, tag = store.read("exports/job/archive.zip")
    assert len(content) == size
    assert tag.strip('"').endswith("-2") is (size == LARGE)
    kept = aws.s3().head_object(Bucket="transfers", Key="exports/job/archive.zip")
    assert kept["ServerSideEncryption"] == "AES256"


@pytest.mark.parametrize("size", [0, 100, PART - 1, PART, LARGE])
def test_it_goes_up_in_the_calls_that_boto3_would_make(
    store: TransferStore, tmp_path: Path, size: int
) -> None:
    archive = tmp_path / "archive.zip"
    archive.write_bytes(b"x" * size)
    sent: list[tuple[str, dict[str, Any]]] = []
    aws.s3().meta.events.register("provide-client-params.s3.*", note_into(sent))
    with S3Transfer(aws.s3(), TransferConfig(use_threads=False)) as transfers:
        transfers.upload_file(str(archive), "transfers", "k", extra_args={"ServerSideEncryption": ENCRYPTION})
    theirs = sent.copy()
    sent.clear()
    store.upload("k", archive)
    assert sent == theirs
    assert len(sent) == {0: 1, 100: 1, PART - 1: 1, PART: 3, LARGE: 4}[size]


def note_into(sent: list[tuple[str, dict[str, Any]]]) -> Any:
    """What notes the calls, but for what differs each time: the upload's id, and the object that is read from."""

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        sent.append((model.name, {k: v for k, v in params.items() if k not in ("UploadId", "Body")}))

    return note
