"""Cases of staff's routes."""

from shared.domain.ids import certification_id
from tests.integration.meter.bench import EDITION, Ask, Bench, case, ordinary, told
from tests.integration.portal import ADMINISTRATOR, CHEQUE, FINANCE, REVIEWER, SIGNING, STAFF, Person

CERTIFICATION = "/api/staff/certifications/{certification_id}"
RECEIVED = {"report_received_on": "2028-02-01", "comment": "By post."}
GRANTED = {"extended_to": "2028-06-30", "reason": "Long illness"}
REASON = {"reason": "Approved the wrong report"}
ROW = {
    "member_id": "imported",
    "first_name": "Imo",
    "last_name": "Import",
    "email": "imported@example.org",
    "designation": "IPMA-CP",
    "certified_since": "2024-05-01",
    "expires_on": "2027-12-31",
    "status": "new",
}


@case("GET /api/staff/reviews", "20 waiting")
def reviews(bench: Bench) -> Ask:
    for _ in range(20):
        who = bench.member()
        bench.portal.points(who, 50)
        bench.ok(bench.portal.sign(who))
    return lambda: bench.portal.get("/api/staff/reviews", REVIEWER)


@case(f"GET {CERTIFICATION}/cycle", "30 entries")
def dashboard(bench: Bench) -> Ask:
    who = bench.busy()
    return lambda: bench.portal.get(f"/api/staff/certifications/{who.certification_id}/cycle", REVIEWER)


@case(f"POST {CERTIFICATION}/decision", "approve, 10 entries")
def approve(bench: Bench) -> Ask:
    who, submission_id, _ = bench.payable()
    return lambda: bench.portal.decide(who, submission_id)


@case(f"POST {CERTIFICATION}/decision", "return")
def give_back(bench: Bench) -> Ask:
    who, submission_id, _ = bench.payable()
    return lambda: bench.portal.decide(who, submission_id, "return")


@case(f"POST {CERTIFICATION}/invoice")
def invoice(bench: Bench) -> Ask:
    who = bench.member()
    return lambda: bench.portal.post(f"/api/staff/certifications/{who.certification_id}/invoice", FINANCE)


@case(f"POST {CERTIFICATION}/reinstatement", "10 entries")
def reinstate(bench: Bench) -> Ask:
    who = bench.lapsed()
    path = f"/api/staff/certifications/{who.certification_id}/reinstatement"
    return lambda: bench.portal.post(path, REVIEWER, RECEIVED)


@case(f"POST {CERTIFICATION}/extension")
def extend(bench: Bench) -> Ask:
    who = bench.member()
    path = f"/api/staff/certifications/{who.certification_id}/extension"
    return lambda: bench.portal.post(path, REVIEWER, GRANTED)


@case(f"POST {CERTIFICATION}/undo-approval", "10 entries")
def undo(bench: Bench) -> Ask:
    who, submission_id, _ = bench.payable()
    bench.ok(bench.portal.decide(who, submission_id))
    path = f"/api/staff/certifications/{who.certification_id}/undo-approval"
    return lambda: bench.portal.post(path, REVIEWER, REASON)


@case(f"POST {CERTIFICATION}/entries", "one")
def enter(bench: Bench) -> Ask:
    who = bench.busy(10)
    path = f"/api/staff/certifications/{who.certification_id}/entries"
    return lambda: bench.portal.post(path, REVIEWER, {"entries": [ordinary(0)]})


@case(f"POST {CERTIFICATION}/submission", "10 entries")
def sign(bench: Bench) -> Ask:
    who = bench.member()
    bench.enter(who, 10, points=50)
    path = f"/api/staff/certifications/{who.certification_id}/submission"
    return lambda: bench.portal.post(path, REVIEWER, SIGNING)


@case("POST /api/staff/invoices/{invoice_id}/payment")
def payment(bench: Bench) -> Ask:
    _, _, invoice_id = bench.signed()
    return lambda: bench.portal.post(f"/api/staff/invoices/{invoice_id}/payment", FINANCE, CHEQUE)


@case("POST /api/staff/invoices/{invoice_id}/waiver")
def waiver(bench: Bench) -> Ask:
    _, _, invoice_id = bench.signed()
    return lambda: bench.portal.post(
        f"/api/staff/invoices/{invoice_id}/waiver", FINANCE, {"reason": "Illness"}
    )


@case(f"GET {CERTIFICATION}/history")
def history(bench: Bench) -> Ask:
    who, _, _ = bench.payable()
    return lambda: bench.portal.get(f"/api/staff/certifications/{who.certification_id}/history", REVIEWER)


@case("GET /api/staff/members/{member_id}/history")
def history_of_a_person(bench: Bench) -> Ask:
    who = bench.member()
    return lambda: bench.portal.get(f"/api/staff/members/{who.member_id}/history", REVIEWER)


@case("GET /api/staff/attention", "one")
def attention(bench: Bench) -> Ask:
    bench.raised()
    return lambda: bench.portal.get("/api/staff/attention", STAFF)


@case("POST /api/staff/attention/{attention_id}/done")
def looked_after(bench: Bench) -> Ask:
    found = bench.raised()
    return lambda: bench.portal.post(f"/api/staff/attention/{found}/done", STAFF, {"note": "Seen."})


@case("GET /api/staff/figures", "one certification")
def figures(bench: Bench) -> Ask:
    bench.payable()
    return lambda: bench.portal.get("/api/staff/figures", STAFF)


@case("GET /api/staff/members", "one found")
def search(bench: Bench) -> Ask:
    who = bench.member()
    return lambda: bench.portal.get("/api/staff/members", STAFF, query={"query": who.member_id})


@case("GET /api/staff/members/{member_id}")
def person(bench: Bench) -> Ask:
    who = bench.member()
    return lambda: bench.portal.get(f"/api/staff/members/{who.member_id}", STAFF)


@case("PUT /api/staff/members/{member_id}/membership", "one certification")
def membership(bench: Bench) -> Ask:
    who = bench.member()
    path = f"/api/staff/members/{who.member_id}/membership"
    return lambda: bench.portal.put(path, STAFF, {"body_member": True}, version=1)


@case("POST /api/staff/members/import", "one new row")
def bring_in(bench: Bench) -> Ask:
    bench.member()  # the day on which access may end is noted
    return lambda: bench.portal.bring_in(ROW)


@case("POST /api/staff/members/import", "one unchanged row")
def bring_in_again(bench: Bench) -> Ask:
    bench.ok(bench.portal.bring_in(ROW))
    return lambda: bench.portal.bring_in(ROW)


@case("POST /api/staff/members/import", "one row that moves a cycle of 10 entries")
def bring_in_later(bench: Bench) -> Ask:
    bench.ok(bench.portal.bring_in(ROW))
    later = {**ROW, "expires_on": "2028-12-31"}
    bench.portal.member(expires_on=later["expires_on"])  # its last day is noted
    bench.enter(Person(ROW["member_id"], (), (certification_id(ROW["member_id"], ROW["designation"]),)), 10)
    return lambda: bench.portal.bring_in(later)


@case("POST /api/staff/members/{member_id}/documents")
def upload(bench: Bench) -> Ask:
    who = bench.busy(10)
    sent = told(certification_id=who.certification_id)
    return lambda: bench.portal.post(f"/api/staff/members/{who.member_id}/documents", STAFF, sent)


@case("GET /api/staff/documents/{document_id}")
def document(bench: Bench) -> Ask:
    _, document_id = bench.contribution()
    return lambda: bench.portal.get(f"/api/staff/documents/{document_id}", STAFF)


@case("GET /api/staff/contributions", "one")
def contributions(bench: Bench) -> Ask:
    bench.contribution()
    return lambda: bench.portal.get("/api/staff/contributions", STAFF)


@case("POST /api/staff/documents/{document_id}/publication", "a title of two words")
def publish(bench: Bench) -> Ask:
    _, document_id = bench.contribution()
    return lambda: bench.portal.post(f"/api/staff/documents/{document_id}/publication", STAFF)


@case("DELETE /api/staff/documents/{document_id}/publication", "a title of two words")
def withdraw(bench: Bench) -> Ask:
    _, document_id = bench.contribution(published=True)
    path = f"/api/staff/documents/{document_id}/publication"
    found = bench.ok(bench.portal.get(f"/api/staff/documents/{document_id}", STAFF)).json
    return lambda: bench.portal.ask("DELETE", path, STAFF, version=found["document"]["version"])


@case("POST /api/staff/members/{member_id}/data", "10 entries, signed")
def hand_out(bench: Bench) -> Ask:
    who, _, _ = bench.signed()
    return lambda: bench.portal.post(f"/api/staff/members/{who.member_id}/data", ADMINISTRATOR)


@case("POST /api/staff/members/{member_id}/erasure", "10 entries, a document")
def erase(bench: Bench) -> Ask:
    who = bench.busy(10)
    bench.document(who)
    bench.account(who, f"{who.member_id}@example.org")
    return lambda: bench.portal.post(f"/api/staff/members/{who.member_id}/erasure", ADMINISTRATOR)


@case("POST /api/staff/exports")
def export(bench: Bench) -> Ask:
    return lambda: bench.portal.post("/api/staff/exports", ADMINISTRATOR)


@case("GET /api/staff/exports", "one")
def exports(bench: Bench) -> Ask:
    bench.exporting()
    return lambda: bench.portal.get("/api/staff/exports", ADMINISTRATOR)


@case("GET /api/staff/exports/{export_id}")
def one_export(bench: Bench) -> Ask:
    found = bench.exporting()
    return lambda: bench.portal.get(f"/api/staff/exports/{found}", ADMINISTRATOR)


@case("POST /api/staff/imports")
def announce(bench: Bench) -> Ask:
    return lambda: bench.portal.post("/api/staff/imports", ADMINISTRATOR, {"kind": "members"})


@case("GET /api/staff/imports", "one")
def imports(bench: Bench) -> Ask:
    bench.importing()
    return lambda: bench.portal.get("/api/staff/imports", ADMINISTRATOR)


@case("GET /api/staff/imports/{import_id}")
def one_import(bench: Bench) -> Ask:
    found = bench.importing()
    return lambda: bench.portal.get(f"/api/staff/imports/{found}", ADMINISTRATOR)


@case("POST /api/staff/edition-trials")
def try_edition(bench: Bench) -> Ask:
    return lambda: bench.portal.post("/api/staff/edition-trials", ADMINISTRATOR, {"text": EDITION})


@case("GET /api/staff/edition-trials", "one")
def trials(bench: Bench) -> Ask:
    bench.trying()
    return lambda: bench.portal.get("/api/staff/edition-trials", ADMINISTRATOR)


@case("GET /api/staff/edition-trials/{trial_id}")
def one_trial(bench: Bench) -> Ask:
    found = bench.trying()
    return lambda: bench.portal.get(f"/api/staff/edition-trials/{found}", ADMINISTRATOR)
