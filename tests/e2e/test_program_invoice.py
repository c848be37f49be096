"""The invoice of a program bought: imported as a job, paid by card, with its receipt; all over HTTP."""

import httpx

from tests.e2e.portal import Person, Portal
from tests.e2e.test_transfers import followed

HEADING = (
    "invoice_number,member_id,description,amount,currency,issued_on,due_on,status,paid_on,payment_method,"
    "payment_reference"
)


def imported(staff: Person, *rows: str) -> dict[str, object]:
    started = staff.post("/api/staff/imports", {"kind": "program-invoices"}).json()
    form = started["upload"]
    text = "\n".join((HEADING, *rows))
    posted = httpx.post(form["url"], data=form["fields"], files={"file": ("bought.csv", text, "text/csv")})
    assert posted.is_success, posted.text
    return followed(staff, f"/api/staff/imports/{started['import_id']}")


def test_a_program_that_was_bought_is_paid_by_card_and_stays_paid(portal: Portal, staff: Person) -> None:
    member = portal.log_in("two@example.org")
    member_id = member.get("/api/me").json()["member_id"]
    row = f"PDP-77,{member_id},Leadership academy,480.50,usd,2026-03-01,2026-04-01,open,,,"
    assert imported(staff, row)["created"] == 1
    (invoice,) = member.get("/api/invoices", type="program").json()["items"]
    assert (invoice["number"], invoice["type"], invoice["status"]) == ("PDP-77", "program", "open")
    assert invoice["total"] == {"amount": 48050, "currency": "usd"}
    path = f"/api/invoices/{invoice['invoice_id']}"
    assert portal.log_in("new@example.org").post(f"{path}/checkout").status_code == 404

    url = member.post(f"{path}/checkout").json()["checkout_url"]
    assert "480.50" in httpx.get(url).text
    httpx.post(f"{url}/decline")
    assert member.get(path).json()["status"] == "open"
    httpx.post(f"{url}/pay")
    paid = member.get(path).json()
    assert (paid["status"], paid["receipt_url"] is not None) == ("paid", True)
    assert [each["status"] for each in paid["payments"]].count("succeeded") == 1
    again = member.post(f"{path}/checkout")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/not-payable")

    portal.client.post("/_local/jobs/send-reminders", timeout=120)
    receipts = [mail for mail in portal.outbox() if mail["subject"] == "Receipt for invoice PDP-77"]
    assert [mail["to"] for mail in receipts] == ["two@example.org"]
    assert "480.50 USD" in receipts[0]["text"]
    assert imported(staff, row)["unchanged"] == 1
    assert member.get(path).json()["status"] == "paid"
    assert [each["number"] for each in member.get("/api/invoices", type="program").json()["items"]] == [
        "PDP-77"
    ]
