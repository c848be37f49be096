"""The forms and addresses that are signed for browsers: exact, short, regional, and never shown inline."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.adapters import aws
from shared.adapters.document_store import DocumentStore, content_disposition
from shared.domain.documents import Document

DOCUMENT = Document(
    document_id="doc_" + "a" * 20 + "_" + "b" * 20,
    kind="evidence",
    title="Certificate of attendance",
    file_name="attendance.pdf",
    content_type="application/pdf",
    size=1000,
    status="clean",
    uploaded_at=datetime(2027, 6, 15, 12, tzinfo=UTC),
    object_version="v1",
)
KEY = f"documents/{DOCUMENT.document_id}"


def store_in(monkeypatch: pytest.MonkeyPatch, region: str) -> DocumentStore:
    for name, value in {
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    aws.s3.cache_clear()
    try:
        return DocumentStore(aws.s3(), "our-documents")
    finally:
        aws.s3.cache_clear()


def policy_of(fields: dict[str, str]) -> dict[str, Any]:
    policy: dict[str, Any] = json.loads(base64.b64decode(fields["policy"]))
    return policy


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "eu-central-1"])
def test_browsers_are_sent_to_the_buckets_own_regional_address(
    monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    store = store_in(monkeypatch, region)
    host = f"our-documents.s3.{region}.amazonaws.com"
    form = store.upload_form(DOCUMENT, 100)
    assert urlsplit(form.url).netloc == host
    assert form.fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
    address = urlsplit(store.download_url(DOCUMENT))
    assert (address.scheme, address.netloc, address.path) == ("https", host, f"/{KEY}")
    assert parse_qs(address.query)["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]


def test_a_form_allows_one_key_one_type_one_encryption_a_size_and_five_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = datetime.now(UTC)
    fields = dict(store_in(monkeypatch, "eu-west-1").upload_form(DOCUMENT, 12345).fields)
    policy = policy_of(fields)
    for condition in (
        {"key": KEY},
        {"Content-Type": "application/pdf"},
        {"x-amz-server-side-encryption": "AES256"},
        {"bucket": "our-documents"},
        ["content-length-range", 1, 12345],
    ):
        assert condition in policy["conditions"]
    assert not any("starts-with" in condition for condition in policy["conditions"])
    expires = datetime.fromisoformat(policy["expiration"])
    assert 298 <= (expires - before).total_seconds() <= 302


def test_a_download_is_short_of_the_checked_version_and_an_attachment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = parse_qs(urlsplit(store_in(monkeypatch, "eu-west-1").download_url(DOCUMENT)).query)
    assert asked["X-Amz-Expires"] == ["120"]
    assert asked["versionId"] == ["v1"]
    assert asked["response-content-type"] == ["application/pdf"]
    assert asked["response-content-disposition"][0].startswith("attachment;")


@pytest.mark.parametrize(
    ("file_name", "plain"),
    [
        ("report.pdf", "report.pdf"),
        ("Résumé 2027.pdf", "Resume 2027.pdf"),
        ('a"b;c.pdf', "a_b_c.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a__Set-Cookie_ x.pdf"),
        ("日本.pdf", "document.pdf"),
        ("%00.pdf", "_00.pdf"),
    ],
)
def test_a_name_is_safe_in_the_header_whatever_it_holds(file_name: str, plain: str) -> None:
    header = content_disposition(file_name)
    assert header.startswith(f"attachment; filename=\"{plain}\"; filename*=UTF-8''")
    assert header.isascii()
    assert not set(header) & set("\r\n")


class Versions:
    """A bucket's versions, told in pages as S3 does: the first of what is there, and whether there are more."""

    PAGE = 1_000

    def __init__(self, held: dict[str, int]) -> None:
        self.held = [(key, f"v{number}") for key, count in held.items() for number in range(count)]

    def list_object_versions(self, Bucket: str, Prefix: str) -> dict[str, Any]:  # noqa: N803
        found = [each for each in self.held if each[0].startswith(Prefix)]
        told = [{"Key": key, "VersionId": version} for key, version in found[: self.PAGE]]
        return {"Versions": told[1:], "DeleteMarkers": told[:1], "IsTruncated": len(found) > self.PAGE}

    def delete_object(self, Bucket: str, Key: str, VersionId: str) -> None:  # noqa: N803
        self.held.remove((Key, VersionId))


@pytest.mark.parametrize("count", [0, 1, 1_000, 2_001])
def test_every_version_is_erased_however_many_there_are(count: int) -> None:
    others = {f"{KEY}longer": 1}
    client = Versions({KEY: count} | others)
    DocumentStore(client, "our-documents").erase(DOCUMENT.document_id)  # type: ignore[arg-type]
    assert client.held == [(f"{KEY}longer", "v0")]


def test_every_version_of_every_document_of_a_home_is_erased() -> None:
    home = KEY.removeprefix("documents/").rpartition("_")[0]
    client = Versions({KEY: 1_500, f"documents/{home}_{'b' * 20}": 3, f"documents/{home}a_{'b' * 20}": 1})
    DocumentStore(client, "our-documents").erase_home(home)  # type: ignore[arg-type]
    assert client.held == [(f"documents/{home}a_{'b' * 20}", "v0")]
