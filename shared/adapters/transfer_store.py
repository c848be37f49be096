"""The bucket of what staff take out and bring in: parts and archives of exports, uploads and reports of imports."""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from shared.domain.exports import plain_json
from shared.domain.ports import ObjectGone, UploadForm

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

FORM_SECONDS = 900
DOWNLOAD_SECONDS = 300
LARGEST_UPLOAD = 64 * 1024**2
PART = 8 * 1024**2
"""Bytes of a part of a large file: 10,000 of them are more than the worker's disk holds."""

ENCRYPTION: Final = "AES256"
CHECKSUM: Final = "CRC32"


class TransferStore:
    """Objects `exports/…`, `imports/…` and `reports/…`, all gone after a week. Signing is no call."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def upload_form(self, key: str) -> UploadForm:
        """A form for one CSV of at most 64 MB under exactly this key, for a quarter of an hour."""
        fields = {"Content-Type": "text/csv", "x-amz-server-side-encryption": ENCRYPTION}
        conditions: list[dict[str, str] | list[str | int]] = [
            *({name: value} for name, value in fields.items()),
            ["content-length-range", 1, LARGEST_UPLOAD],
        ]
        made = self._client.generate_presigned_post(
            self._bucket, key, fields, conditions, ExpiresIn=FORM_SECONDS
        )
        return UploadForm(made["url"], made["fields"])

    def download_url(self, key: str, file_name: str, content_type: str) -> str:
        """An address for five minutes that a browser saves under this name (ASCII) and never shows."""
        parameters = {
            "Bucket": self._bucket,
            "Key": key,
            "ResponseContentDisposition": f'attachment; filename="{file_name}"',
            "ResponseContentType": content_type,
            "ResponseCacheControl": "private, no-store",
        }
        return self._client.generate_presigned_url("get_object", parameters, ExpiresIn=DOWNLOAD_SECONDS)

    def put_records(self, key: str, records: Iterable[Mapping[str, Any]]) -> None:
        """Records as JSON lines, compressed; the same key again is written over."""
        lines = (json.dumps(each, ensure_ascii=False, default=plain_json) + "\n" for each in records)
        self.put(key, gzip.compress("".join(lines).encode(), mtime=0))

    def records(self, key: str) -> Iterator[str]:
        """The JSON lines of a part; none when there is no such part."""
        try:
            packed = self.read(key)[0]
        except ObjectGone:
            return
        yield from (line for line in gzip.decompress(packed).decode().split("\n") if line)

    def put(self, key: str, content: bytes) -> None:
        """One object, whole."""
        self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ServerSideEncryption=ENCRYPTION)

    def upload(self, key: str, file: Path) -> None:
        """A file of any size, in parts where it is large. Parts of an upload that broke off go after a day."""
        with file.open("rb") as content:
            if file.stat().st_size >= PART:
                self._upload_parts(key, iter(lambda: content.read(PART), b""))
            else:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=content,
                    ServerSideEncryption=ENCRYPTION,
                    ChecksumAlgorithm=CHECKSUM,
                )

    def _upload_parts(self, key: str, contents: Iterable[bytes]) -> None:
        upload_id = self._client.create_multipart_upload(
            Bucket=self._bucket, Key=key, ServerSideEncryption=ENCRYPTION, ChecksumAlgorithm=CHECKSUM
        )["UploadId"]
        parts = [
            self._upload_part(key, upload_id, number, content) for number, content in enumerate(contents, 1)
        ]
        self._client.complete_multipart_upload(
            Bucket=self._bucket, Key=key, UploadId=upload_id, MultipartUpload={"Parts": parts}
        )

    def _upload_part(self, key: str, upload_id: str, number: int, content: bytes) -> "CompletedPartTypeDef":
        sent = self._client.upload_part(
            Bucket=self._bucket,
            Key=key,
            UploadId=upload_id,
            PartNumber=number,
            Body=content,
            ChecksumAlgorithm=CHECKSUM,
        )
        return {"PartNumber": number, "ETag": sent["ETag"], "ChecksumCRC32": sent["ChecksumCRC32"]}

    def read(self, key: str, only: str = "") -> tuple[bytes, str]:
        """An object with its entity tag. Raises ObjectGone when it is not there, or not the one `only` names."""
        condition: dict[str, Any] = {"IfMatch": only} if only else {}
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=key, **condition)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "PreconditionFailed", "412"):
                raise ObjectGone from error
            raise
        with found["Body"] as body:
            return body.read(), found["ETag"]
