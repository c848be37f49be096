"""The documents' bucket: forms to upload with, short addresses to download from, and reading what was uploaded."""

import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError, HTTPClientError

from shared.adapters.failures import log_failure
from shared.domain.documents import Document
from shared.domain.ports import ObjectGone, UploadForm

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FORM_SECONDS = 300
DOWNLOAD_SECONDS = 120

PREFIX = "documents/"
"""Where the documents lie in the bucket; the rule of the uploads and the functions' permissions name it too."""

logger = Logger()


class DocumentStore:
    """Objects `documents/<document id>`. Signing is no call; `read`, `delete`, `remove` and `remove_version` are one
    each."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def upload_form(self, document: Document, most: int) -> UploadForm:
        """A form for one upload of at most `most` bytes, of exactly this key and content type, for five minutes."""
        fields = {"Content-Type": document.content_type, "x-amz-server-side-encryption": "AES256"}
        conditions: list[dict[str, str] | list[str | int]] = [
            *({name: value} for name, value in fields.items()),
            ["content-length-range", 1, most],
        ]
        made = self._client.generate_presigned_post(
            self._bucket, _key(document.document_id), fields, conditions, ExpiresIn=FORM_SECONDS
        )
        return UploadForm(made["url"], made["fields"])

    def download_url(self, document: Document) -> str:
        """An address for two minutes of the version that was checked; a browser saves it and never shows it."""
        parameters = {
            "Bucket": self._bucket,
            "Key": _key(document.document_id),
            "VersionId": document.object_version,
            "ResponseContentDisposition": content_disposition(document.file_name),
            "ResponseContentType": document.content_type,
            "ResponseCacheControl": "private, no-store",
        }
        return self._client.generate_presigned_url("get_object", parameters, ExpiresIn=DOWNLOAD_SECONDS)

    def read(self, document_id: str, object_version: str, most: int) -> bytes:
        """The content of one version, up to one byte more than `most`. Raises ObjectGone when it was deleted."""
        try:
            found = self._client.get_object(
                Bucket=self._bucket, Key=_key(document_id), VersionId=object_version
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchVersion", "MethodNotAllowed"):
                raise ObjectGone from error
            raise
        with found["Body"] as body:
            return body.read(most + 1)

    def delete(self, document_id: str) -> None:
        """Delete what was uploaded; its versions go for good after the bucket's 90 days.

        A failure leaves an object that no document names any more and nobody can reach: it is logged.
        """
        try:
            self.remove(document_id)
        except (ClientError, HTTPClientError) as error:
            log_failure(logger, "object_left", error, document_id=document_id)

    def erase(self, document_id: str) -> None:
        """Take every version of a document away, for good; of none is fine. 1 call for 1,000, and 1 a version."""
        self._erase(_key(document_id), lambda key: key == _key(document_id))

    def erase_home(self, home: str) -> None:
        """Take every version of every document away whose id begins with a home, for good; calls as `erase`.

        The bucket is asked, not the table: it also knows the files of documents that were deleted, for 90 days.
        """
        self._erase(_key(f"{home}_"), lambda _: True)

    def _erase(self, prefix: str, is_its: Callable[[str], bool]) -> None:
        """What was there before is deleted before the next are asked for: then they are the first."""
        more = True
        while more:
            found = self._client.list_object_versions(Bucket=self._bucket, Prefix=prefix)
            listed = [*found.get("Versions", ()), *found.get("DeleteMarkers", ())]
            its = [each for each in listed if is_its(each["Key"])]
            for each in its:
                self.remove_version(document_id_of(each["Key"]), each["VersionId"])
            more = bool(its) and found.get("IsTruncated", False)

    def remove_version(self, document_id: str, object_version: str) -> None:
        """Take one version away for good; one that is gone is fine. Raises what the client raises."""
        self._client.delete_object(Bucket=self._bucket, Key=_key(document_id), VersionId=object_version)

    def remove(self, document_id: str) -> None:
        """Delete what was uploaded. Raises what the client raises: whoever can come again does."""
        self._client.delete_object(Bucket=self._bucket, Key=_key(document_id))


def document_id_of(key: str) -> str:
    """The document that an object's key names."""
    return key.removeprefix(PREFIX)


def content_disposition(file_name: str) -> str:
    """`attachment` with a name that is safe in a header: plain ASCII, and the whole name as RFC 6266 writes it."""
    plain = unicodedata.normalize("NFKD", file_name).encode("ascii", "ignore").decode()
    safe = "".join(letter if letter.isalnum() or letter in " ._-()" else "_" for letter in plain).strip()
    stem, dot, ending = safe.rpartition(".")
    name = safe if stem.strip() or not dot else f"document.{ending}"
    return f"attachment; filename=\"{name or 'document'}\"; filename*=UTF-8''{quote(file_name, safe='')}"


def _key(document_id: str) -> str:
    return f"{PREFIX}{document_id}"
