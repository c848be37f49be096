"""Cases of the members' routes, and of those that anyone may ask."""

from datetime import date

from shared.domain.proposals import Chapter, RosterMember, propose
from shared.handling import wiring
from tests.integration.conftest import forget_settings
from tests.integration.meter.bench import Ask, Bench, case, ordinary, told
from tests.integration.portal import SIGNING, Person, Portal, entry, new_key

CERTIFICATION = "/api/certifications/{certification_id}"
EMPLOYED = {
    "activity": "employment",
    "title": "HR officer",
    "organization": "City of Springfield",
    "started_on": "2025-05-01",
}
path = Portal.cycle_path


@case("GET /api/me")
def me(bench: Bench) -> Ask:
    who = bench.member()
    return lambda: bench.portal.get("/api/me", who)


@case("GET /api/certifications")
def certifications(bench: Bench) -> Ask:
    who = bench.portal.member("IPMA-SCP", "IPMA-CP")
    return lambda: bench.portal.get("/api/certifications", who)


@case("GET /api/me/data", "10 entries, signed, one document")
def my_data(bench: Bench) -> Ask:
    who = bench.member()
    bench.document(who)
    bench.signed(who)
    bench.account(who, f"{who.member_id}@example.org")
    return lambda: bench.portal.get("/api/me/data", who)


@case("PUT /api/me/profile")
def profile(bench: Bench) -> Ask:
    who = bench.member()
    return lambda: bench.portal.put("/api/me/profile", who, {"city": "Springfield"}, version=1)


@case("PUT /api/me/name", "one certification")
def name(bench: Bench) -> Ask:
    who = bench.member()
    return lambda: bench.portal.put(
        "/api/me/name", who, {"first_name": "Ana", "last_name": "O'Neill"}, version=1
    )


@case("PUT /api/me/email")
def email(bench: Bench) -> Ask:
    who, address = bench.member(), "ana@example.org"
    token = bench.account(who, address)
    sent = {"authorization": f"Bearer {token}"}
    return lambda: bench.portal.put("/api/me/email", who, {"email": address}, version=1, headers=sent)


@case(f"GET {CERTIFICATION}/cycle", "no entries")
def empty_dashboard(bench: Bench) -> Ask:
    who = bench.member()
    return lambda: bench.portal.get(path(who), who)


@case(f"GET {CERTIFICATION}/cycle", "30 entries")
def dashboard(bench: Bench) -> Ask:
    who = bench.busy()
    return lambda: bench.portal.get(path(who), who)


@case(f"GET {CERTIFICATION}/cycle", "30 entries, fifth cycle")
def fifth_dashboard(bench: Bench) -> Ask:
    who = bench.in_cycle(5)
    return lambda: bench.portal.get(path(who), who)


@case(f"GET {CERTIFICATION}/cycles", "one closed cycle")
def cycles(bench: Bench) -> Ask:
    who = bench.in_cycle(2, entries=10)
    return lambda: bench.portal.get(path(who, "cycles"), who)


@case(f"GET {CERTIFICATION}/report", "30 entries")
def report(bench: Bench) -> Ask:
    who = bench.busy()
    return lambda: bench.portal.get(path(who, "report"), who)


@case(f"GET {CERTIFICATION}/report", "30 entries, closed cycle, one document")
def transcript(bench: Bench) -> Ask:
    who, _ = bench.contribution(entries=30)
    cycles = bench.portal.get(path(who, "cycles"), who).json["items"]
    asked = {"cycle": cycles[0]["cycle_id"]}
    return lambda: bench.portal.get(path(who, "report"), who, query=asked)


@case(f"GET {CERTIFICATION}/report.pdf", "30 entries, signed")
def report_pdf(bench: Bench) -> Ask:
    who, _, _ = bench.signed(entries=30)
    return lambda: bench.portal.get(path(who, "report.pdf"), who)


@case(f"GET {CERTIFICATION}/certificate.pdf")
def certificate_pdf(bench: Bench) -> Ask:
    who = bench.in_cycle(2, entries=10)
    return lambda: bench.portal.get(path(who, "certificate.pdf"), who)


@case(f"GET {CERTIFICATION}/shortest-ways", "30 entries")
def shortest_ways(bench: Bench) -> Ask:
    who = bench.busy()
    return lambda: bench.portal.get(path(who, "shortest-ways"), who)


@case(f"GET {CERTIFICATION}/history")
def history(bench: Bench) -> Ask:
    who, _, _ = bench.payable()
    return lambda: bench.portal.get(path(who, "history"), who)


def session_of(entries: int) -> None:
    """A session of so many entries, by a member who has ten."""

    @case(f"POST {CERTIFICATION}/entries", f"{entries} of 10 more" if entries == 1 else f"{entries} at once")
    def session(bench: Bench) -> Ask:
        who = bench.busy(10)
        sent = [ordinary(number) for number in range(entries)]
        return lambda: bench.portal.enter(who, *sent)


for each in (1, 5, 20):
    session_of(each)


@case(f"POST {CERTIFICATION}/entries", "sent again")
def session_again(bench: Bench) -> Ask:
    who, key = bench.busy(10), new_key()
    bench.ok(bench.portal.enter(who, ordinary(0), key=key))
    return lambda: bench.portal.enter(who, ordinary(0), key=key)


@case(f"POST {CERTIFICATION}/entries", "refused at 50 points")
def session_refused(bench: Bench) -> Ask:
    who = bench.member()
    bench.enter(who, 10, points=50)
    return lambda: bench.portal.enter(who, entry())


@case(f"POST {CERTIFICATION}/entries", "one with a document from elsewhere")
def session_with_a_document(bench: Bench) -> Ask:
    who = bench.portal.member("IPMA-SCP", "IPMA-CP")
    document_id = bench.document(who)
    return lambda: bench.portal.enter(who, ordinary(0, document_ids=[document_id]))


@case(f"PUT {CERTIFICATION}/entries/{{entry_id}}")
def edit(bench: Bench) -> Ask:
    who = bench.busy(10)
    own = bench.portal.points(who, 2)["entry_id"]
    return lambda: bench.portal.put(path(who, f"entries/{own}"), who, entry(quantity=1), version=1)


@case(f"DELETE {CERTIFICATION}/entries/{{entry_id}}")
def remove(bench: Bench) -> Ask:
    who = bench.busy(10)
    own = bench.portal.points(who, 2)["entry_id"]
    return lambda: bench.portal.ask("DELETE", path(who, f"entries/{own}"), who, version=1)


@case(f"POST {CERTIFICATION}/standing-claims")
def claim(bench: Bench) -> Ask:
    who = bench.busy(10)
    return lambda: bench.portal.post(path(who, "standing-claims"), who, EMPLOYED)


def claimed(bench: Bench) -> tuple[Person, str]:
    who = bench.busy(10)
    made = bench.ok(bench.portal.post(path(who, "standing-claims"), who, EMPLOYED)).json
    return who, path(who, f"standing-claims/{made['standing_claim']['standing_id']}")


@case(f"PUT {CERTIFICATION}/standing-claims/{{standing_id}}")
def change_claim(bench: Bench) -> Ask:
    who, own = claimed(bench)
    return lambda: bench.portal.put(own, who, {**EMPLOYED, "title": "HR manager"}, version=1)


@case(f"DELETE {CERTIFICATION}/standing-claims/{{standing_id}}")
def remove_claim(bench: Bench) -> Ask:
    who, own = claimed(bench)
    return lambda: bench.portal.ask("DELETE", own, who, version=1)


@case(f"POST {CERTIFICATION}/submission", "10 entries")
def sign(bench: Bench) -> Ask:
    who = bench.member()
    bench.enter(who, 10, points=50)
    return lambda: bench.portal.sign(who)


@case(f"POST {CERTIFICATION}/invoice", "the first")
def invoice(bench: Bench) -> Ask:
    who = bench.member()
    return lambda: bench.portal.post(path(who, "invoice"), who)


@case(f"POST {CERTIFICATION}/invoice", "it exists")
def invoice_again(bench: Bench) -> Ask:
    who = bench.busy(10)
    return lambda: bench.portal.post(path(who, "invoice"), who)


@case("GET /api/invoices", "one certification")
def invoices(bench: Bench) -> Ask:
    who = bench.busy(10)
    return lambda: bench.portal.get("/api/invoices", who)


@case("GET /api/invoices/{invoice_id}")
def one_invoice(bench: Bench) -> Ask:
    who, _, invoice_id = bench.signed()
    return lambda: bench.portal.get(f"/api/invoices/{invoice_id}", who)


@case("POST /api/invoices/{invoice_id}/checkout")
def checkout(bench: Bench) -> Ask:
    who, _, invoice_id = bench.signed()
    return lambda: bench.portal.post(f"/api/invoices/{invoice_id}/checkout", who)


@case("POST /api/stripe/webhook", "a payment")
def webhook(bench: Bench) -> Ask:
    who, _, invoice_id = bench.signed()
    url = bench.ok(bench.portal.post(f"/api/invoices/{invoice_id}/checkout", who)).json["checkout_url"]
    bench.portal.stripe.press(url, "pay")
    bench.portal.stripe.drain()
    (sent,) = (each for each in bench.portal.stripe.received if b"checkout.session.completed" in each.content)
    return lambda: bench.portal.notify(sent.content, sent.headers["stripe-signature"])


@case("POST /api/documents", "to no certification")
def upload(bench: Bench) -> Ask:
    who = bench.member()
    return lambda: bench.portal.post("/api/documents", who, told())


@case("POST /api/documents", "to no certification, of two")
def upload_at_home_with_its_member(bench: Bench) -> Ask:
    who = bench.portal.member("IPMA-CP", "IPMA-SCP")
    return lambda: bench.portal.post("/api/documents", who, told())


@case("POST /api/documents", "to a certification")
def upload_to_a_certification(bench: Bench) -> Ask:
    who = bench.busy(10)
    sent = told(certification_id=who.certification_id)
    return lambda: bench.portal.post("/api/documents", who, sent)


@case("POST /api/documents", "to an entry")
def upload_to_an_entry(bench: Bench) -> Ask:
    who = bench.busy(10)
    own = bench.portal.points(who, 2)["entry_id"]
    sent = told(certification_id=who.certification_id, entry_id=own)
    return lambda: bench.portal.post("/api/documents", who, sent)


@case("GET /api/documents", "one certification")
def documents(bench: Bench) -> Ask:
    who = bench.member()
    bench.document(who)
    return lambda: bench.portal.get("/api/documents", who)


@case("GET /api/documents/{document_id}")
def document(bench: Bench) -> Ask:
    who = bench.member()
    own = bench.document(who)
    return lambda: bench.portal.get(f"/api/documents/{own}", who)


@case("DELETE /api/documents/{document_id}", "shown nowhere")
def remove_document(bench: Bench) -> Ask:
    who = bench.member()
    own = bench.document(who)
    version = bench.portal.get(f"/api/documents/{own}", who).json["document"]["version"]
    return lambda: bench.portal.ask("DELETE", f"/api/documents/{own}", who, version=version)


@case("GET /api/library", "one contribution")
def library(bench: Bench) -> Ask:
    bench.contribution(published=True)
    who = bench.member()
    return lambda: bench.portal.get("/api/library", who, query={"query": "onboarding"})


@case("GET /api/library/{document_id}")
def contribution(bench: Bench) -> Ask:
    _, document_id = bench.contribution(published=True)
    who = bench.member()
    return lambda: bench.portal.get(f"/api/library/{document_id}", who)


def proposed(bench: Bench) -> tuple[Person, str]:
    who = bench.busy(10)
    chapter = Chapter("Springfield Chapter", date(2025, 1, 1), date(2025, 12, 31))
    made = propose(who.member_id, RosterMember(f"{who.member_id}@example.org", "", ""), chapter)
    wiring.proposals().add(made)
    return who, made.proposal_id


@case("GET /api/proposals", "one")
def proposals(bench: Bench) -> Ask:
    who, _ = proposed(bench)
    return lambda: bench.portal.get("/api/proposals", who)


@case(f"POST {CERTIFICATION}/proposals/{{proposal_id}}/acceptance")
def accept(bench: Bench) -> Ask:
    who, own = proposed(bench)
    return lambda: bench.portal.post(path(who, f"proposals/{own}/acceptance"), who)


@case("POST /api/proposals/{proposal_id}/dismissal")
def dismiss(bench: Bench) -> Ask:
    who, own = proposed(bench)
    return lambda: bench.portal.post(f"/api/proposals/{own}/dismissal", who)


def applying(bench: Bench) -> Person:
    """A lapsed member under the example edition in which they may apply."""
    bench.environment.setenv("PROGRAM", "example-reinstatement")
    forget_settings()
    return bench.lapsed()


APPLICATION = "reinstatement-application"


@case(f"GET {CERTIFICATION}/{APPLICATION}")
def application(bench: Bench) -> Ask:
    who = applying(bench)
    return lambda: bench.portal.get(path(who, APPLICATION), who)


@case(f"POST {CERTIFICATION}/{APPLICATION}/entries", "one")
def apply_with(bench: Bench) -> Ask:
    who = applying(bench)
    return lambda: bench.portal.post(path(who, f"{APPLICATION}/entries"), who, {"entries": [ordinary(0)]})


def applied_with(bench: Bench, points: int) -> tuple[Person, str]:
    who = applying(bench)
    sent = {"entries": [entry(quantity=points)]}
    made = bench.ok(bench.portal.post(path(who, f"{APPLICATION}/entries"), who, sent)).json
    return who, path(who, f"{APPLICATION}/entries/{made['entries'][0]['entry_id']}")


@case(f"PUT {CERTIFICATION}/{APPLICATION}/entries/{{entry_id}}")
def edit_application(bench: Bench) -> Ask:
    who, own = applied_with(bench, 2)
    return lambda: bench.portal.put(own, who, entry(quantity=1), version=1)


@case(f"DELETE {CERTIFICATION}/{APPLICATION}/entries/{{entry_id}}")
def remove_from_application(bench: Bench) -> Ask:
    who, own = applied_with(bench, 2)
    return lambda: bench.portal.ask("DELETE", own, who, version=1)


@case(f"POST {CERTIFICATION}/{APPLICATION}/submission", "11 entries")
def sign_application(bench: Bench) -> Ask:
    who, _ = applied_with(bench, 30)
    return lambda: bench.portal.post(path(who, f"{APPLICATION}/submission"), who, SIGNING)


@case("GET /api/program")
def program(bench: Bench) -> Ask:
    return lambda: bench.portal.get("/api/program")


@case("GET /api/openapi.json")
def openapi(bench: Bench) -> Ask:
    return lambda: bench.portal.get("/api/openapi.json")


@case("GET /api/certificates/{certificate_id}")
def certificate(bench: Bench) -> Ask:
    who = bench.in_cycle(2, entries=10)
    found = bench.portal.dashboard(who)["certification"]["certificate_id"]
    return lambda: bench.portal.get(f"/api/certificates/{found}")


@case("$default")
def unknown(bench: Bench) -> Ask:
    return lambda: bench.portal.get("/api/nothing-here")
