"""What S3 enforces of presigned forms and addresses and moto does not, is enforced by the guard."""

import io
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from werkzeug.test import Client, TestResponse

from infrastructure.local.account import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY, SESSION_TOKEN
from tests.unit.local.conftest import Clock

BUCKET = "documents"
ENDPOINT = "http://127.0.0.1:9"
SIGNED_BY_US = {
    "Authorization": f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/20270101/us-east-1/s3/aws4_request, x"
}
PDF = b"%PDF-1.7 " + bytes(100)


@pytest.fixture(scope="module")
def signer() -> Any:
    """boto3 as a function uses it; it only signs here, and nothing goes out."""
    session = boto3.Session(ACCESS_KEY_ID, SECRET_ACCESS_KEY, SESSION_TOKEN, REGION)
    return session.client("s3", endpoint_url=ENDPOINT, config=Config(signature_version="s3v4"))


@pytest.fixture
def bucket(guarded: Client) -> Client:
    assert guarded.put(f"/{BUCKET}", headers=SIGNED_BY_US).status_code == 200
    rules = (
        "<CORSConfiguration><CORSRule><AllowedOrigin>http://localhost:8000</AllowedOrigin>"
        "<AllowedMethod>POST</AllowedMethod><AllowedHeader>*</AllowedHeader></CORSRule></CORSConfiguration>"
    )
    assert guarded.put(f"/{BUCKET}?cors", data=rules, headers=SIGNED_BY_US).status_code == 200
    return guarded


def presigned_form(signer: Any) -> dict[str, str]:
    fields = {"Content-Type": "application/pdf"}
    conditions = [{"Content-Type": "application/pdf"}, ["content-length-range", 1, 1000]]
    posted = signer.generate_presigned_post(BUCKET, "uploads/d-1", fields, conditions, ExpiresIn=300)
    form: dict[str, str] = posted["fields"]
    return form


def post(client: Client, form: dict[str, str], body: bytes = PDF, path: str = f"/{BUCKET}") -> TestResponse:
    return client.post(path, data={**form, "file": (io.BytesIO(body), "d.pdf")})


def test_the_form_as_signed_is_accepted(bucket: Client, signer: Any) -> None:
    assert post(bucket, presigned_form(signer)).status_code in (200, 204)
    stored = bucket.get(f"/{BUCKET}/uploads/d-1", headers=SIGNED_BY_US)
    assert stored.data == PDF
    assert stored.headers["Content-Type"] == "application/pdf"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"key": "uploads/d-2"}, "AccessDenied"),
        ({"Content-Type": "text/html"}, "AccessDenied"),
        ({"acl": "public-read"}, "AccessDenied"),
        ({"x-amz-signature": "0" * 64}, "SignatureDoesNotMatch"),
        ({"x-amz-security-token": "other"}, "InvalidToken"),
        ({"x-amz-credential": "SOMEONE/20270101/us-east-1/s3/aws4_request"}, "InvalidAccessKeyId"),
    ],
)
def test_a_changed_field_is_refused(bucket: Client, signer: Any, changed: dict[str, str], code: str) -> None:
    answer = post(bucket, presigned_form(signer) | changed)
    assert answer.status_code in (400, 403)
    assert f"<Code>{code}</Code>" in answer.text
    assert bucket.get(f"/{BUCKET}/uploads/d-1", headers=SIGNED_BY_US).status_code == 404


def test_another_policy_does_not_fit_the_signature(bucket: Client, signer: Any) -> None:
    form = presigned_form(signer)
    other = signer.generate_presigned_post(BUCKET, "uploads/d-1", {}, [], ExpiresIn=300)["fields"]
    assert "SignatureDoesNotMatch" in post(bucket, form | {"policy": other["policy"]}).text


@pytest.mark.parametrize(("size", "code"), [(0, "EntityTooSmall"), (1001, "EntityTooLarge")])
def test_the_size_is_held(bucket: Client, signer: Any, size: int, code: str) -> None:
    assert f"<Code>{code}</Code>" in post(bucket, presigned_form(signer), bytes(size)).text


def test_an_expired_form_is_refused(bucket: Client, signer: Any, clock: Clock) -> None:
    form = presigned_form(signer)
    clock.seconds += 301
    assert "Policy expired" in post(bucket, form).text


def test_a_form_for_another_bucket_is_refused(bucket: Client, signer: Any) -> None:
    assert bucket.put("/other", headers=SIGNED_BY_US).status_code == 200
    assert "AccessDenied" in post(bucket, presigned_form(signer), path="/other").text


@pytest.fixture
def address(bucket: Client, signer: Any) -> str:
    bucket.put(f"/{BUCKET}/a%20b/%C3%BC.pdf", data=PDF, headers=SIGNED_BY_US, base_url=ENDPOINT)
    parameters = {
        "Bucket": BUCKET,
        "Key": "a b/ü.pdf",
        "ResponseContentDisposition": 'attachment; filename="a b.pdf"',
    }
    parts = urlsplit(signer.generate_presigned_url("get_object", parameters, ExpiresIn=60))
    return f"{parts.path}?{parts.query}"


def test_a_presigned_address_works(bucket: Client, address: str) -> None:
    answer = bucket.get(address, base_url=ENDPOINT)
    assert answer.status_code == 200, answer.text
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a b.pdf"'


def test_a_tampered_address_is_refused(bucket: Client, address: str) -> None:
    for old, new in (
        ("attachment", "inline"),
        ("X-Amz-Expires=60", "X-Amz-Expires=600"),
        ("%C3%BC.pdf", "u.pdf"),
    ):
        answer = bucket.get(address.replace(old, new), base_url=ENDPOINT)
        assert "SignatureDoesNotMatch" in answer.text
    assert bucket.delete(address, base_url=ENDPOINT).status_code == 403


def test_an_expired_address_is_refused(bucket: Client, address: str, clock: Clock) -> None:
    clock.seconds += 61
    answer = bucket.get(address, base_url=ENDPOINT)
    assert answer.status_code == 403
    assert "Request has expired" in answer.text


def test_nobody_reads_or_writes_without_a_signature(bucket: Client) -> None:
    bucket.put(f"/{BUCKET}/x", data=PDF, headers=SIGNED_BY_US)
    assert bucket.get(f"/{BUCKET}/x").status_code == 403
    assert bucket.put(f"/{BUCKET}/y", data=PDF).status_code == 403
    assert bucket.get(f"/{BUCKET}").status_code == 403
    assert bucket.get("/").status_code == 403


def test_only_allowed_origins_may_upload_from_a_page(bucket: Client, signer: Any) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    allowed = bucket.options(f"/{BUCKET}", headers={"Origin": "http://localhost:8000", **asked})
    assert allowed.headers["Access-Control-Allow-Origin"] == "http://localhost:8000"
    refused = bucket.options(f"/{BUCKET}", headers={"Origin": "http://evil.example", **asked})
    assert refused.status_code == 403
    assert "Access-Control-Allow-Origin" not in refused.headers
    form = {**presigned_form(signer), "file": (io.BytesIO(PDF), "d.pdf")}
    posted = bucket.post(f"/{BUCKET}", data=form, headers={"Origin": "http://localhost:8000"})
    assert posted.headers["Access-Control-Allow-Origin"] == "http://localhost:8000"
