"""What is signed counts as it was signed, and as long: events of Stripe, and forms to upload with."""

import json
import time
from typing import Any

import httpx
import stripe
from botocore.config import Config

from infrastructure.local import account
from tests import files
from tests.e2e.browser.people import imported, member_of
from tests.e2e.portal import Person, Portal

WEBHOOK = "/api/stripe/webhook"


def secret_of(portal: Portal, what: str) -> str:
    """A secret as the functions read it."""
    ssm = account.client("ssm", portal.cognito_endpoint)
    (name,) = (each["Name"] for each in ssm.describe_parameters()["Parameters"] if what in each["Name"])
    value: str = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    return value


def signature(raw: bytes, secret: str, at: int | None = None) -> dict[str, str]:
    """The header by which Stripe signs a body."""
    at = at or int(time.time())
    signed = stripe.WebhookSignature._compute_signature(f"{at}.{raw.decode()}", secret)
    return {"stripe-signature": f"t={at},v1={signed}", "content-type": "application/json"}


def written(event: dict[str, Any]) -> bytes:
    return json.dumps(event).encode()


def test_a_genuine_event_counts_only_as_it_was_signed(portal: Portal, staff: Person) -> None:
    paying = member_of(portal, imported(portal, staff))
    member = paying.person
    invoice_id = member.post(f"{paying.path}/invoice").json()["invoice_id"]
    url = member.post(f"/api/invoices/{invoice_id}/checkout").json()["checkout_url"]
    service = f"{httpx.URL(url).scheme}://{httpx.URL(url).netloc.decode()}"
    desk = f"{service}/_test"
    httpx.post(f"{desk}/hold", json={}).raise_for_status()
    httpx.post(f"{url}/pay")
    *_, event_id = (
        each["id"]
        for each in httpx.get(f"{desk}/events").json()["events"]
        if each["type"] == "checkout.session.completed"
    )
    key = {"authorization": f"Bearer {secret_of(portal, 'secret-key')}"}
    event = httpx.get(f"{service}/v1/events/{event_id}", headers=key).json()
    genuine, secret = written(event), secret_of(portal, "webhook")
    headers = signature(genuine, secret)
    event["data"]["object"]["amount_total"] = 1
    cheaper = written(event)
    event["data"]["object"] |= {"amount_total": 15000, "metadata": {"portal": "recertification"}}
    other = written(event)
    late = signature(genuine, secret, int(time.time()) - 3600)
    for body, sent in (
        (cheaper, headers),
        (other, headers),
        (genuine + b" ", headers),
        (genuine[:-1], headers),
        (genuine, signature(genuine, "whsec_" + "0" * 32)),
        (genuine, late),
        (genuine, {"content-type": "application/json"}),
    ):
        refused = portal.client.post(WEBHOOK, content=body, headers=sent)
        assert (refused.status_code, refused.json()["type"]) == (400, "/problems/malformed-request")
    assert member.get(f"/api/invoices/{invoice_id}").json()["payments"] == []
    for _ in range(2):
        assert portal.client.post(WEBHOOK, content=genuine, headers=headers).status_code == 200
    paid = member.get(f"/api/invoices/{invoice_id}").json()
    assert (paid["status"], len(paid["payments"])) == ("paid", 1)
    httpx.post(f"{desk}/release", json={}).raise_for_status()
    portal.settle()
    assert len(member.get(f"/api/invoices/{invoice_id}").json()["payments"]) == 1


def test_a_form_that_has_expired_uploads_nothing_and_the_document_stays_unserved(
    portal: Portal, staff: Person
) -> None:
    member = member_of(portal, imported(portal, staff)).person
    told = {"file_name": "a.pdf", "content_type": "application/pdf", "size": len(files.PDF)}
    announced = member.post("/api/documents", {**told, "kind": "evidence", "title": "Late"}).json()
    form, document_id = announced["upload"], announced["document"]["document_id"]
    kept = ("Content-Type", "x-amz-server-side-encryption")
    same = {name: form["fields"][name] for name in kept}
    endpoint, _, bucket = form["url"].rpartition("/")
    signer = account.session().client("s3", endpoint_url=endpoint, config=Config(signature_version="s3v4"))
    key = form["fields"]["key"]

    def posted(seconds: int) -> httpx.Response:
        """The same form, signed to last so many seconds."""
        conditions = [*({name: value} for name, value in same.items()), ["content-length-range", 1, 10**7]]
        made = signer.generate_presigned_post(bucket, key, same, conditions, ExpiresIn=seconds)
        return httpx.post(form["url"], data=made["fields"], files={"file": ("x", files.PDF)})

    late = posted(-1)
    assert (late.status_code, "Policy expired" in late.text) == (403, True)
    portal.settle()
    read = member.get(f"/api/documents/{document_id}").json()
    assert (read["document"]["status"], read["download_url"]) == ("pending", None)
    assert posted(60).is_success
    portal.settle()
    assert member.get(f"/api/documents/{document_id}").json()["document"]["status"] == "clean"
