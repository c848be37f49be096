"""Cases of the doors without people: the calendar's jobs, and the workers of queues and of the table's stream."""

from dataclasses import replace
from functools import cache
from unittest.mock import patch

from shared.adapters import aws
from shared.domain.program import Editions
from shared.handling import wiring
from shared.repositories import recertifications
from shared.settings import settings
from tests.integration.meter.bench import Ask, Bench, case
from tests.integration.meter.staff import ROW
from tests.integration.portal import roster

QUIET_DAY = {"scheduled_at": "2027-04-08T10:00:00Z"}
RELEASE_DAY = {"scheduled_at": "2027-02-15T11:00:00Z"}
FIRST_OF_JULY = {"scheduled_at": "2027-07-01T09:30:00Z"}
LAST_NIGHT = {"scheduled_at": "2028-01-01T05:01:00Z"}


@case("generate_invoices", "a day on which nothing falls due")
def quiet_invoices(bench: Bench) -> Ask:
    bench.portal.at("2027-01-10T12:00:00-05:00")
    bench.member()
    for day in (RELEASE_DAY, {"scheduled_at": "2027-04-07T10:00:00Z"}):
        bench.portal.at(day["scheduled_at"])
        bench.run("generate_invoices", day)
    return lambda: bench.run("generate_invoices", QUIET_DAY)


@case("generate_invoices", "15 February, one due")
def release(bench: Bench) -> Ask:
    bench.portal.at("2027-01-10T12:00:00-05:00")
    bench.member()
    bench.portal.at(RELEASE_DAY["scheduled_at"])
    return lambda: bench.run("generate_invoices", RELEASE_DAY)


@case("issue_invoices", "one due certification")
def issue(bench: Bench) -> Ask:
    who = bench.member()
    return lambda: bench.all_done("issue_invoices", {"certification_id": who.certification_id, "year": 2027})


@case("issue_invoices", "the invoice exists")
def issue_again(bench: Bench) -> Ask:
    who = bench.busy(10)
    return lambda: bench.all_done("issue_invoices", {"certification_id": who.certification_id, "year": 2027})


@case("expire_certifications", "a night without an end of access")
def quiet_night(bench: Bench) -> Ask:
    bench.member()
    return lambda: bench.run("expire_certifications", QUIET_DAY)


@case("expire_certifications", "one lapses")
def lapse(bench: Bench) -> Ask:
    bench.member(member_id="lapsing")  # the name decides in which shard it is found, whatever ran before
    bench.portal.at(LAST_NIGHT["scheduled_at"])
    return lambda: bench.run("expire_certifications", LAST_NIGHT)


@case("expire_certifications", "one lapses whose report came back")
def lapse_in_correction(bench: Bench) -> Ask:
    came_back(bench)
    bench.portal.at("2028-02-10T00:01:00-05:00")
    return lambda: bench.run("expire_certifications", {"scheduled_at": "2028-02-10T05:01:00Z"})


def came_back(bench: Bench) -> None:
    """A report signed in time and returned after the last day."""
    who = bench.member(member_id="correcting")
    bench.portal.at("2027-12-30T12:00:00-05:00")
    _, submission_id, _ = bench.signed(who)
    bench.portal.at("2028-01-10T12:00:00-05:00")
    bench.ok(bench.portal.decide(who, submission_id, "return"))


@case("send_reminders", "a day without reminders")
def quiet_reminders(bench: Bench) -> Ask:
    bench.member()
    return lambda: bench.run("send_reminders", QUIET_DAY)


@case("send_reminders", "one to be reminded")
def remind(bench: Bench) -> Ask:
    bench.member()
    bench.portal.at("2027-07-04T06:00:00-04:00")
    return lambda: bench.run("send_reminders", {"scheduled_at": "2027-07-04T10:00:00Z"})


@case("send_reminders", "one to correct a report")
def remind_of_correction(bench: Bench) -> Ask:
    came_back(bench)
    bench.portal.at("2028-02-02T06:00:00-05:00")
    return lambda: bench.run("send_reminders", {"scheduled_at": "2028-02-02T11:00:00Z"})


@case("reconcile", "one certification, nothing to find")
def reconcile(bench: Bench) -> Ask:
    bench.busy(10)
    return lambda: bench.run("reconcile", {"scheduled_at": "2027-06-14T11:00:00Z"})


@case("reconcile", "the first week of a month, three due, with invoices")
def reconcile_all(bench: Bench) -> Ask:
    for _ in range(3):
        bench.busy(1)
    return lambda: bench.run("reconcile", {"scheduled_at": "2027-07-05T11:00:00Z"})


@case("retire_documents", "documents are kept for good")
def keep_documents(bench: Bench) -> Ask:
    bench.contribution()
    return lambda: bench.run("retire_documents", FIRST_OF_JULY)


@case("retire_documents", "one on its way to the archive")
def put_away(bench: Bench) -> Ask:
    bench.environment.setattr(recertifications, "MOST_ARCHIVED", 0)
    with patch.object(recertifications.Recertifications, "put_away"):
        bench.contribution()
    bench.environment.setattr(recertifications, "MOST_ARCHIVED", 1)
    return lambda: bench.run("retire_documents", FIRST_OF_JULY)


@case("retire_documents", "one whose years are over")
def retire_document(bench: Bench) -> Ask:
    bench.contribution()
    kept = Editions((replace(wiring.editions().programs[-1], documents_kept_years=7),))
    bench.environment.setattr(wiring, "editions", cache(lambda: kept))
    bench.portal.at("2034-07-01T05:30:00-04:00")
    return lambda: bench.run("retire_documents", {"scheduled_at": "2034-07-01T09:30:00Z"})


@case("forward_changes", "one event that is mailed")
def forward(bench: Bench) -> Ask:
    who, _, _ = bench.signed()
    record = bench.new(who, "cycle-submitted")
    return lambda: bench.run("forward_changes", {"Records": [record]})


@case("forward_changes", "100 changes, none mailed")
def forward_nothing(bench: Bench) -> Ask:
    who = bench.member()
    bench.enter(who, 1)
    record = bench.new(who, "entries-logged")
    return lambda: bench.run("forward_changes", {"Records": [record] * 100})


@case("notify", "an invoice")
def mail_an_invoice(bench: Bench) -> Ask:
    _, _, invoice_id = bench.signed()
    return lambda: bench.all_done("notify", {"mail": "invoice", "invoice_id": invoice_id})


@case("notify", "an event")
def mail_an_event(bench: Bench) -> Ask:
    who, _, _ = bench.signed()
    image = bench.new(who, "cycle-submitted")["dynamodb"]["NewImage"]
    message = {"mail": "event", "subject": image["subject"]["S"], "event_id": image["event_id"]["S"]}
    return lambda: bench.all_done("notify", message)


@case("notify", "a reminder")
def mail_a_reminder(bench: Bench) -> Ask:
    bench.member()
    bench.portal.at("2027-07-04T06:00:00-04:00")
    bench.run("send_reminders", {"scheduled_at": "2027-07-04T10:00:00Z"})
    (body,) = bench.take("mails")
    return lambda: bench.all_done("notify", body)


@case("notify", "sent before")
def mail_again(bench: Bench) -> Ask:
    _, _, invoice_id = bench.signed()
    message = {"mail": "invoice", "invoice_id": invoice_id}
    bench.all_done("notify", message)
    return lambda: bench.all_done("notify", message)


@case("take_bounces", "a bounce")
def bounce(bench: Bench) -> Ask:
    _, _, invoice_id = bench.signed()
    bench.all_done("notify", {"mail": "invoice", "invoice_id": invoice_id})
    mail_id = bench.items("MAIL#")[0]["PK"]["S"].removeprefix("MAIL#")
    detail = {
        "eventType": "Bounce",
        "bounce": {"bounceType": "Permanent"},
        "mail": {"messageId": "x", "tags": {"mail": [mail_id]}},
    }
    return lambda: bench.all_done("take_bounces", {"detail-type": "Email Bounced", "detail": detail})


@case("import_members", "one new account")
def account(bench: Bench) -> Ask:
    who = bench.member()
    return lambda: bench.all_done("import_members", who.member_id)


@case("check_document", "an upload")
def check(bench: Bench) -> Ask:
    event = bench.upload(bench.announced(bench.member()))
    return lambda: bench.all_done("check_document", event)


@case("import_data", "one row")
def import_rows(bench: Bench) -> Ask:
    bench.member()
    import_id = bench.importing()
    key = f"imports/{import_id}.csv"
    aws.s3().put_object(Bucket=settings().transfers_bucket, Key=key, Body=roster(ROW).encode())
    return lambda: bench.all_done("import_data", {"detail": {"object": {"key": key}}})


@case("import_data", "a try of changed rules, nobody certified")
def trial(bench: Bench) -> Ask:
    bench.trying()
    body, *_ = bench.take("imports")
    return lambda: bench.all_done("import_data", body)


@case("export_data", "the first of its steps, a small table")
def export_step(bench: Bench) -> Ask:
    bench.busy(10)
    bench.exporting()
    body, *_ = bench.take("exports")
    return lambda: bench.all_done("export_data", body)
