"""What staff take out: archives go up by boto3's transfers, through the client that the functions make."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from shared.adapters import aws
from shared.adapters.transfer_store import TransferStore

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
