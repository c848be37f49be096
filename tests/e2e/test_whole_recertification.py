"""The main job from end to end, over HTTP with the public contract only, on the demo account of `make run`."""

from typing import Any
from uuid import uuid4

import httpx

from tests.e2e.portal import Person, Portal, entry


def code_of(answer: httpx.Response) -> str:
    """The code of a refusal, which must be a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["title"]
    assert problem["detail"]
    return str(problem["type"]).removeprefix("/problems/")


def test_a_member_recertifies_from_44_points_to_the_next_cycle(portal: Portal, staff: Person) -> None:
    member = portal.log_in("Member@Example.org")
    me = member.get("/api/me").json()
    assert me["portal"]["access"] == "open"
    held = member.certification()
    path = f"/api/certifications/{held['certification_id']}"
    before = member.dashboard(held["certification_id"])
    assert (before["cycle"]["state"], before["cycle"]["points_total"]) == ("entering", 44)
    assert before["cycle"]["points_missing"] == 6
    assert before["invoice"]["status"] == "open"
    days = {"started_on": before["cycle"]["starts_on"], "ended_on": before["cycle"]["starts_on"]}
    program = portal.client.get("/api/program").json()
    signing = {"agreement_version": program["agreement"]["version"], "signature": "Morgan Reyes"}

    # Six points are missing: signing is refused and says how many.
    refused = member.post(f"{path}/submission", signing)
    assert (refused.status_code, code_of(refused), refused.json()["missing_points"]) == (
        409,
        "not-ready-to-submit",
        6,
    )

    # One session of two rows; the same request again gives the same entries and creates nothing.
    key = str(uuid4())
    session = {"entries": [entry("training-full-day", 1, **days), entry("training-partial-day", 2, **days)]}
    first = member.post(f"{path}/entries", session, key=key)
    again = member.post(f"{path}/entries", session, key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["entries"] == again.json()["entries"]
    assert first.json()["cycle"]["points_total"] == 49

    # A correction, and one on a version that is no longer the current one.
    wrong = first.json()["entries"][1]
    edited = member.put(
        f"{path}/entries/{wrong['entry_id']}", entry("training-partial-day", 1, **days), wrong["version"]
    )
    assert (edited.status_code, edited.json()["points"], edited.headers["etag"]) == (200, 1, '"2"')
    stale = member.delete(f"{path}/entries/{wrong['entry_id']}", wrong["version"])
    assert (stale.status_code, code_of(stale)) == (412, "version-conflict")
    assert member.dashboard(held["certification_id"])["cycle"]["points_total"] == 48

    # The session that carries the total past 50 is accepted whole; the next is refused.
    over = member.post(f"{path}/entries", {"entries": [entry("conference-full-day", 2, **days)]})
    assert (over.status_code, over.json()["cycle"]["points_total"], over.json()["cycle"]["state"]) == (
        201,
        54,
        "complete",
    )
    more = member.post(f"{path}/entries", {"entries": [entry("webinar", 1, **days)]})
    assert (more.status_code, code_of(more)) == (409, "points-complete")
    assert (more.json()["points_total"], more.json()["points_required"]) == (54, 50)

    # Signing; a changed agreement first. A submitted cycle is locked.
    outdated = member.post(f"{path}/submission", signing | {"agreement_version": "1999"})
    assert (outdated.status_code, code_of(outdated)) == (409, "agreement-outdated")
    signed = member.post(f"{path}/submission", signing)
    assert signed.status_code == 201, signed.text
    submission, invoice = signed.json()["submission"], signed.json()["invoice"]
    locked = member.post(f"{path}/entries", {"entries": [entry("webinar", 1, **days)]})
    assert (locked.status_code, code_of(locked)) == (409, "cycle-locked")

    # Staff see it in the queue; nothing is approved unpaid.
    queue = staff.get("/api/staff/reviews", state="submitted").json()["items"]
    assert submission["submission_id"] in [each["submission_id"] for each in queue]
    decision = {"submission_id": submission["submission_id"], "decision": "approve", "comment": ""}
    decide = f"/api/staff/certifications/{held['certification_id']}/decision"
    unpaid = staff.post(decide, decision)
    assert (unpaid.status_code, code_of(unpaid)) == (409, "invoice-unpaid")
    assert member.post(decide, decision).status_code == 403

    # Declined, then paid on the hosted page; the webhook settles the invoice.
    checkout = member.post(f"/api/invoices/{invoice['invoice_id']}/checkout").json()["checkout_url"]
    httpx.post(f"{checkout}/decline")
    assert member.get(f"/api/invoices/{invoice['invoice_id']}").json()["status"] == "open"
    assert member.post(f"/api/invoices/{invoice['invoice_id']}/checkout").json()["checkout_url"] == checkout
    httpx.post(f"{checkout}/pay")
    paid = member.get(f"/api/invoices/{invoice['invoice_id']}").json()
    assert paid["status"] == "paid"
    assert [each["status"] for each in paid["payments"]].count("succeeded") == 1
    again_paid = member.post(f"/api/invoices/{invoice['invoice_id']}/checkout")
    assert (again_paid.status_code, code_of(again_paid)) == (409, "not-payable")

    # Approval opens the next cycle, empty, three years on; it cannot be decided twice.
    approved = staff.post(decide, decision)
    assert approved.status_code == 200, approved.text
    after = member.dashboard(held["certification_id"])
    year = int(held["expires_on"][:4])
    assert after["certification"]["expires_on"] == f"{year + 3}-12-31"
    assert after["certification"]["status"] == "renew"
    assert (after["cycle"]["points_total"], after["entries"], after["submission"]) == (0, [], None)
    assert (after["cycle"]["state"], after["cycle"]["ends_on"]) == ("entering", f"{year + 3}-12-31")
    twice = staff.post(decide, decision)
    assert (twice.status_code, code_of(twice)) == (409, "already-decided")
    closed = member.get(f"{path}/cycles").json()["items"]
    assert [(each["state"], each["points_total"]) for each in closed] == [("approved", 54)]


def test_wrong_turns_get_the_contracts_answer_and_change_nothing(portal: Portal, staff: Person) -> None:
    two, new = portal.log_in("two@example.org"), portal.log_in("new@example.org")
    theirs = two.certification("IPMA-CS")["certification_id"]
    before = two.dashboard(theirs)
    foreign: list[httpx.Response] = [
        new.get(f"/api/certifications/{theirs}/cycle"),
        new.post(f"/api/certifications/{theirs}/entries", {"entries": []}),
        new.post(f"/api/certifications/{theirs}/submission", {}),
        new.post(f"/api/certifications/{theirs}/invoice"),
    ]
    assert {(each.status_code, code_of(each)) for each in foreign} == {(404, "not-found")}
    for path in ("/api/staff/reviews", "/api/staff/members", f"/api/staff/certifications/{theirs}/cycle"):
        refused = new.get(path)
        assert (refused.status_code, code_of(refused)) == (403, "staff-only")
    nobody = portal.client.get("/api/me")
    assert nobody.status_code == 401
    id_token = Person(portal.client, portal.tokens("new@example.org")["IdToken"]).get("/api/me")
    assert (id_token.status_code, code_of(id_token)) == (401, "unauthenticated")
    nowhere = portal.client.get("/api/nowhere")
    assert (nowhere.status_code, code_of(nowhere)) == (404, "not-found")
    assert two.dashboard(theirs) == before


def test_a_tampered_webhook_is_refused(portal: Portal) -> None:
    event: dict[str, Any] = {"id": "evt_1", "object": "event", "type": "checkout.session.completed"}
    for signature in ("", "t=1,v1=00", "nonsense"):
        refused = portal.client.post(
            "/api/stripe/webhook", json=event, headers={"Stripe-Signature": signature}
        )
        assert (refused.status_code, code_of(refused)) == (400, "malformed-request")


def test_the_lapsed_are_told_what_to_do_and_may_read_and_pay(portal: Portal) -> None:
    lapsed = portal.log_in("lapsed@example.org")
    me = lapsed.get("/api/me").json()
    assert me["portal"]["access"] == "lapsed"
    assert "reinstat" in me["portal"]["detail"]
    held = lapsed.certification()
    dashboard = lapsed.dashboard(held["certification_id"])
    assert dashboard["cycle"]["state"] == "lapsed"
    day = dashboard["cycle"]["starts_on"]
    session = {"entries": [entry("webinar", 1, started_on=day, ended_on=day)]}
    refused = lapsed.post(f"/api/certifications/{held['certification_id']}/entries", session)
    assert (refused.status_code, code_of(refused)) == (403, "certification-lapsed")
    invoice = lapsed.post(f"/api/certifications/{held['certification_id']}/invoice")
    assert invoice.status_code == 201
    assert lapsed.post(f"/api/invoices/{invoice.json()['invoice_id']}/checkout").status_code == 201


def test_the_uncertified_have_no_portal(portal: Portal) -> None:
    me = portal.log_in("uncertified@example.org").get("/api/me").json()
    assert (me["portal"]["access"], me["certifications"]) == ("not-certified", [])
