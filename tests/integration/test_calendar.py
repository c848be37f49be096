"""The calendar: invoices on their day, lapse at midnight, reminders once, and what reconciliation finds."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from functions.issue_invoices import handler as issue_invoices
from shared.adapters import clock
from shared.domain.errors import Unavailable
from shared.domain.mails import Mail, Mark
from shared.domain.money import Money
from shared.domain.payments import PaymentsUnavailable
from shared.handling import wiring
from shared.use_cases.generate_invoices import issue_due_invoice
from tests.integration.calendar_year import Year, run
from tests.integration.portal import CHEQUE, STAFF, Person, Portal

OWN_TABLE = True


@pytest.fixture
def year(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Year:
    return Year(monkeypatch)


def invoices_of(who: Person) -> list[str]:
    found = wiring.invoices().of_certification(who.certification_id)
    return [each.lines[0].description for each in found]


def status_of(who: Person) -> tuple[str, str]:
    found = wiring.recertifications().find(who.certification_id)
    assert found is not None
    return found.certification.status, found.certification.terminated_reason


# --- invoices (rule 4) ---


def test_invoices_are_issued_on_15_february_and_not_a_day_before(portal: Portal, year: Year) -> None:
    due = portal.member(expires_on="2027-12-31")
    later = portal.member(expires_on="2028-12-31")
    portal.at("2027-02-14T23:59:59-05:00")
    assert year.job("generate_invoices")["due"] == 0
    portal.at("2027-02-15T06:00:00-05:00")
    assert year.job("generate_invoices", "2027-02-15T11:00:00Z")["due"] == 1
    assert (len(invoices_of(due)), len(invoices_of(later))) == (1, 0)
    (invoice,) = wiring.invoices().of_certification(due.certification_id)
    assert invoice.issued_on == date(2027, 2, 15)


def test_one_certification_whose_invoice_fails_holds_up_none_of_its_message(
    portal: Portal, year: Year, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [portal.member(expires_on="2027-12-31") for _ in range(3)]
    named = [who.certification_id for who in people]
    portal.at("2027-02-15T06:00:00-05:00")

    def issue(*given: Any) -> str:
        if given[3] == named[1]:
            raise Unavailable
        return issue_due_invoice(*given)

    body = json.dumps({"certification_ids": named, "year": 2027})
    message = {"Records": [{"messageId": "m1", "body": body}]}
    with monkeypatch.context() as patch:
        patch.setattr(issue_invoices, "issue_due_invoice", issue)
        assert issue_invoices.handler(message, None) == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert [len(invoices_of(who)) for who in people] == [1, 0, 1]
    portal.at("2027-02-15T06:10:00-05:00")
    assert issue_invoices.handler(message, None) == {"batchItemFailures": []}
    assert [len(invoices_of(who)) for who in people] == [1, 1, 1]


def test_a_late_import_is_invoiced_by_the_next_daily_run(portal: Portal, year: Year) -> None:
    portal.at("2027-01-10T12:00:00-05:00")
    portal.member(expires_on="2027-12-31")
    portal.at("2027-02-15T06:00:00-05:00")
    year.job("generate_invoices", "2027-02-15T11:00:00Z")
    portal.at("2027-06-03T06:00:00-04:00")
    assert year.job("generate_invoices", "2027-06-03T10:00:00Z") == {
        "day": "2027-06-03",
        "year": 2027,
        "looked": False,
        "due": 0,
    }
    portal.at("2027-06-03T15:00:00-04:00")
    late = portal.member(expires_on="2027-12-31")
    portal.at("2027-06-04T06:00:00-04:00")
    assert year.job("generate_invoices", "2027-06-04T10:00:00Z")["looked"] is True
    assert len(invoices_of(late)) == 1


def test_who_was_approved_early_is_invoiced_again_only_when_the_next_cycle_ends(
    portal: Portal, year: Year
) -> None:
    early = portal.member(certified_since="2024-05-01", expires_on="2027-12-31")
    portal.at("2026-11-20T12:00:00-05:00")
    made = portal.submitted(early)
    cheque = CHEQUE | {"received_on": "2026-11-19"}
    assert (
        portal.post(f"/api/staff/invoices/{made['invoice']['invoice_id']}/payment", STAFF, cheque).status
        == 201
    )
    assert portal.decide(early, made["submission"]["submission_id"]).status == 200
    for day in ("2027-02-15", "2029-03-01"):
        portal.at(f"{day}T06:00:00-05:00")
        year.job("generate_invoices", f"{day}T11:00:00Z")
    assert len(invoices_of(early)) == 1
    portal.at("2030-02-15T06:00:00-05:00")
    year.job("generate_invoices", "2030-02-15T11:00:00Z")
    assert [each[-16:] for each in invoices_of(early)] == ["31 December 2027", "31 December 2030"]


def test_the_lapsed_and_terminated_are_not_invoiced(portal: Portal, year: Year) -> None:
    lapsed = portal.member(expires_on="2027-01-31")
    terminated = portal.member(expires_on="2027-12-31", status="terminated")
    portal.at("2027-02-15T06:00:00-05:00")
    year.job("generate_invoices", "2027-02-15T11:00:00Z")
    assert invoices_of(lapsed) == invoices_of(terminated) == []


def test_an_invoice_asked_for_early_is_the_one_of_the_cycle(portal: Portal, year: Year) -> None:
    who = portal.member(expires_on="2027-12-31")
    portal.at("2026-09-01T12:00:00-04:00")
    early = portal.post(portal.cycle_path(who, "invoice"), who).json
    portal.at("2027-02-15T06:00:00-05:00")
    year.job("generate_invoices", "2027-02-15T11:00:00Z")
    (invoice,) = wiring.invoices().of_certification(who.certification_id)
    assert (invoice.invoice_id, invoice.issued_on) == (early["invoice_id"], date(2026, 9, 1))


def test_a_delivery_that_comes_after_midnight_is_for_the_day_it_was_scheduled_for(
    portal: Portal, year: Year
) -> None:
    portal.member(expires_on="2027-12-31")
    portal.at("2028-01-01T00:30:00-05:00")
    assert year.job("generate_invoices", "2027-12-31T11:00:00Z")["year"] == 2027


# --- lapse (rule 7) ---


@pytest.mark.parametrize(
    ("last_day", "offset_before", "offset_after"),
    [
        ("2027-12-31", "-05:00", "-05:00"),
        ("2028-02-28", "-05:00", "-05:00"),
        ("2028-02-29", "-05:00", "-05:00"),
        ("2028-03-11", "-05:00", "-05:00"),  # the clocks change in the night after
        ("2028-03-12", "-04:00", "-04:00"),  # a day of 23 hours
        ("2028-11-05", "-05:00", "-05:00"),  # a day of 25 hours
    ],
)
def test_access_ends_at_the_second_of_midnight_and_the_job_marks_it(
    portal: Portal, year: Year, last_day: str, offset_before: str, offset_after: str
) -> None:
    who = portal.member(certified_since="2025-06-01", expires_on=last_day)
    next_day = date.fromordinal(date.fromisoformat(last_day).toordinal() + 1)
    portal.at(f"{last_day}T23:59:59{offset_before}")
    assert portal.get("/api/me", who).json["portal"]["access"] == "open"
    assert year.tonight()["lapsed"] == 0
    portal.at(f"{next_day}T00:00:00{offset_after}")
    assert portal.get("/api/me", who).json["portal"]["access"] == "lapsed"
    assert status_of(who) == ("new", "")
    assert year.tonight()["lapsed"] == 1
    assert status_of(who) == ("terminated", "lapsed")
    assert year.tonight() == {"day": str(next_day), "looked_at": 0, "lapsed": 0, "failed": 0}
    events = wiring.events().of(f"certification:{who.certification_id}")
    assert [(each.type, each.by) for each in events] == [("certification-lapsed", "system")]


def test_a_report_signed_in_time_waits_and_lapses_after_its_correction_days(
    portal: Portal, year: Year
) -> None:
    who = portal.member(expires_on="2027-12-31")
    portal.at("2027-12-30T12:00:00-05:00")
    made = portal.submitted(who)
    for day in ("2028-01-01", "2028-01-02", "2028-01-09"):
        portal.at(f"{day}T00:01:00-05:00")
        assert year.tonight()["lapsed"] == 0
    portal.at("2028-01-10T12:00:00-05:00")
    assert portal.decide(who, made["submission"]["submission_id"], "return").status == 200
    portal.at("2028-02-09T23:59:59-05:00")
    assert year.tonight()["lapsed"] == 0
    portal.at("2028-02-10T00:01:00-05:00")
    assert year.tonight()["lapsed"] == 1
    assert status_of(who) == ("terminated", "lapsed")


def test_a_night_without_an_end_of_access_costs_one_read(portal: Portal, year: Year) -> None:
    portal.member(expires_on="2027-12-31")
    with portal.calls.counted() as made:
        assert year.tonight()["looked_at"] == 0
    assert [each.operation for each in made] == ["Query"]


@pytest.mark.parametrize(
    ("folder", "calls"),
    [("expire_certifications", ["Query"]), ("generate_invoices", ["Query"]), ("send_reminders", ["Query"])],
)
def test_a_day_on_which_nothing_falls_due_costs_one_read_a_job(
    portal: Portal, year: Year, folder: str, calls: list[str]
) -> None:
    portal.at("2027-01-10T12:00:00-05:00")
    portal.member(expires_on="2027-12-31")
    portal.at("2027-02-15T06:00:00-05:00")
    year.job("generate_invoices", "2027-02-15T11:00:00Z")
    portal.at("2027-04-07T06:00:00-04:00")
    year.job("generate_invoices", "2027-04-07T10:00:00Z")
    with portal.calls.counted() as made:
        year.job(folder, "2027-04-08T10:00:00Z")
    assert [each.operation for each in made] == calls
    assert year.mails.waiting == []


def test_before_the_release_day_the_job_of_the_invoices_reads_nothing(portal: Portal, year: Year) -> None:
    portal.member(expires_on="2027-12-31")
    with portal.calls.counted() as made:
        year.job("generate_invoices", "2027-02-14T11:00:00Z")
    assert made == []


def test_a_certification_that_cannot_be_read_does_not_hold_up_the_others(
    portal: Portal, year: Year, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, other = portal.member(expires_on="2027-12-31"), portal.member(expires_on="2027-12-31")
    portal.at("2028-01-01T00:01:00-05:00")
    recertifications = wiring.recertifications()
    find = recertifications.find

    def breaks(certification_id: str) -> Any:
        if certification_id == broken.certification_id:
            raise ConnectionError
        return find(certification_id)

    with monkeypatch.context() as patch:
        patch.setattr(recertifications, "find", breaks)
        with pytest.raises(Exception, match="1 of 2 certifications"):
            year.tonight()
    assert (status_of(broken)[0], status_of(other)[0]) == ("new", "terminated")
    portal.later(days=1)
    assert year.tonight()["lapsed"] == 1


# --- mail and reminders ---


def test_reminders_go_out_180_90_30_and_7_days_before_once_each(portal: Portal, year: Year) -> None:
    who = portal.member(expires_on="2027-12-31")
    portal.points(who, 44)
    for day in (
        "2027-07-03",
        "2027-07-04",
        "2027-07-05",
        "2027-10-02",
        "2027-12-01",
        "2027-12-24",
        "2027-12-25",
    ):
        portal.at(f"{day}T06:00:00-04:00")
        year.job("send_reminders", f"{day}T10:00:00Z")
        year.job("send_reminders", f"{day}T10:00:00Z")
        year.mail()
    assert year.post.subjects() == [
        f"{days} days left to recertify your IPMA-CP" for days in (180, 90, 30, 7)
    ]
    first = year.post.sent[0]
    assert "44 of 50 points so far; 6 points are missing" in first.text
    assert "DTEND:20280101T050000Z" in first.attachments[0].text


def test_a_run_that_failed_is_made_up_for_the_day_after(portal: Portal, year: Year) -> None:
    portal.member(expires_on="2027-12-31")
    portal.at("2027-07-05T06:00:00-04:00")
    year.job("send_reminders", "2027-07-05T10:00:00Z")
    year.mail()
    assert year.post.subjects() == ["179 days left to recertify your IPMA-CP"]


def test_who_submitted_or_wants_none_gets_no_reminder_but_every_notice(portal: Portal, year: Year) -> None:
    done, quiet = portal.member(expires_on="2027-12-31"), portal.member(expires_on="2027-12-31")
    portal.submitted(done)
    profile = portal.get("/api/me", quiet).json["profile"]
    assert profile["reminders"] is True
    assert (
        portal.put("/api/me/profile", quiet, {"reminders": False}, version=profile["version"]).status == 200
    )
    year.mail()
    year.post.sent.clear()
    portal.at("2027-07-04T06:00:00-04:00")
    year.job("send_reminders", "2027-07-04T10:00:00Z")
    assert year.mail() == []
    year.job("generate_invoices", "2027-07-04T10:00:00Z")
    assert [mail.to for mail in year.mail()] == [f"{quiet.member_id}@example.org"]


def test_who_is_to_correct_a_report_is_reminded_by_the_last_day_to_correct_it(
    portal: Portal, year: Year
) -> None:
    """PROGRAM.md's worked case: signed 30 December, returned 10 January, open through 9 February."""
    who, in_time = portal.member(expires_on="2027-12-31"), portal.member(expires_on="2027-12-31")
    early = portal.submitted(in_time)["submission"]["submission_id"]
    portal.at("2027-12-30T12:00:00-05:00")
    late = portal.submitted(who)["submission"]["submission_id"]
    assert portal.dashboard(who)["cycle"]["sign_by"] is None
    portal.at("2028-01-10T12:00:00-05:00")
    portal.decide(who, late, "return")
    portal.decide(in_time, early, "return", body={"comment": "By then the other is back in the queue."})
    portal.sign(in_time)
    assert portal.dashboard(who)["cycle"]["sign_by"] == "2028-02-09"
    year.mail()
    year.post.sent.clear()
    for day in ("2028-01-11", "2028-02-01", "2028-02-02", "2028-02-03", "2028-02-09"):
        portal.at(f"{day}T06:00:00-05:00")
        year.job("send_reminders", f"{day}T11:00:00Z")
        year.mail()
    assert year.post.subjects() == ["7 days left to recertify your IPMA-CP"]
    (mail,) = year.post.sent
    assert mail.to == f"{who.member_id}@example.org"
    assert "ends on 9 February 2028" in mail.text
    assert "DTEND:20280210T050000Z" in mail.attachments[0].text


@pytest.mark.parametrize("put_off_by", ["extension", "return"])
def test_the_lapsed_are_told_the_last_day_that_was_theirs(
    portal: Portal, year: Year, put_off_by: str
) -> None:
    who = portal.member(expires_on="2027-12-31")
    if put_off_by == "extension":
        body = {"extended_to": "2028-02-09", "reason": "Ill"}
        portal.post(f"/api/staff/certifications/{who.certification_id}/extension", STAFF, body)
    else:
        portal.at("2027-12-30T12:00:00-05:00")
        made = portal.submitted(who)
        portal.at("2028-01-10T12:00:00-05:00")
        portal.decide(who, made["submission"]["submission_id"], "return")
    year.mail()
    told = "its last day was 31 December 2027, and its report could be signed until 9 February 2028"
    portal.at("2028-02-10T00:00:30-05:00")
    assert told in portal.get("/api/me", who).json["portal"]["detail"]  # no job has run yet
    assert year.tonight()["lapsed"] == 1
    (mail,) = year.mail()
    assert told in mail.text
    assert portal.dashboard(who)["cycle"]["sign_by"] == "2028-02-09"
    history = portal.get(f"/api/certifications/{who.certification_id}/history", who).json["items"]
    assert told in next(each["text"] for each in history if each["type"] == "certification-lapsed")


def test_saying_nothing_of_reminders_leaves_them_as_they_are(portal: Portal, year: Year) -> None:
    who = portal.member()
    portal.put("/api/me/profile", who, {"reminders": False}, version=1)
    answer = portal.put("/api/me/profile", who, {"phone": "555"}, version=2)
    assert answer.json["reminders"] is False


def test_each_step_of_a_recertification_is_mailed_once_and_says_what_counts(
    portal: Portal, year: Year
) -> None:
    who = portal.member(expires_on="2027-12-31")
    made = portal.submitted(who)
    assert sorted(mail.subject for mail in year.mail()) == [
        f"Invoice {made['invoice']['number']}: your IPMA-CP recertification",
        "We have received your IPMA-CP Recertification Report",
    ]
    returned = portal.decide(
        who,
        made["submission"]["submission_id"],
        "return",
        body={"comment": "Please add <b>dates</b> & places."},
    )
    assert returned.status == 200
    (mail,) = year.mail()
    assert "Please add <b>dates</b> & places." in mail.text
    assert "Please add &lt;b&gt;dates&lt;/b&gt; &amp; places." in mail.html
    again = portal.sign(who).json
    portal.paid(made["invoice"]["invoice_id"])
    received = year.mail()
    assert sorted(mail.subject for mail in received) == [
        f"Receipt for invoice {made['invoice']['number']}",
        "We have received your IPMA-CP Recertification Report",
    ]
    receipt = next(mail for mail in received if mail.subject.startswith("Receipt"))
    assert "150.00 USD" in receipt.text
    assert portal.decide(who, again["submission"]["submission_id"]).status == 200
    (approved,) = year.mail()
    assert approved.subject == "Your IPMA-CP is recertified"
    assert "31 December 2030" in approved.text
    found = wiring.recertifications().find(who.certification_id)
    assert found is not None
    assert f"/certificate/?id={found.certification.certificate_id}\n" in approved.text
    assert year.mail() == []


def test_the_lapsed_are_told_what_to_do(portal: Portal, year: Year) -> None:
    portal.member(expires_on="2027-12-31")
    portal.at("2028-01-01T00:01:00-05:00")
    year.tonight()
    (mail,) = year.mail()
    assert "wait for the reinstatement to be confirmed" in mail.text


def test_the_reinstated_are_told_that_the_portal_is_open_again(portal: Portal, year: Year) -> None:
    who = portal.member(expires_on="2027-12-31")
    invoice = portal.post(portal.cycle_path(who, "invoice"), who).json
    portal.paid(invoice["invoice_id"])
    portal.at("2028-01-01T00:01:00-05:00")
    year.tonight()
    portal.at("2028-02-10T12:00:00-05:00")
    body = {"report_received_on": "2028-02-01", "comment": "By post."}
    answer = portal.post(f"/api/staff/certifications/{who.certification_id}/reinstatement", STAFF, body)
    assert answer.status in (200, 201), answer.json
    assert "Your IPMA-CP certification is reinstated" in [mail.subject for mail in year.mail()]
    portal.at("2029-06-01T00:01:00-04:00")
    assert year.tonight()["lapsed"] == 0
    portal.at("2031-01-01T00:01:00-05:00")
    assert year.tonight()["lapsed"] == 1


def test_an_extension_moves_the_night_of_the_lapse(portal: Portal, year: Year) -> None:
    who = portal.member(expires_on="2027-12-31")
    body = {"extended_to": "2028-02-29", "reason": "Illness."}
    answer = portal.post(f"/api/staff/certifications/{who.certification_id}/extension", STAFF, body)
    assert answer.status in (200, 201), answer.json
    for day in ("2028-01-01", "2028-01-02", "2028-02-29"):
        portal.at(f"{day}T00:01:00-05:00")
        assert year.tonight()["lapsed"] == 0
    portal.at("2028-03-01T00:01:00-05:00")
    assert year.tonight()["lapsed"] == 1


def test_no_message_holds_anything_personal(portal: Portal, year: Year) -> None:
    who = portal.member(expires_on="2027-12-31", last_name="Unmistakable")
    portal.submitted(who)
    year.forward()
    sent = " ".join(each["body"] for each in year.mails.waiting)
    assert sent
    assert "Unmistakable" not in sent
    assert "@" not in sent


def test_ses_down_for_a_week_loses_nothing_and_sends_nothing_twice(portal: Portal, year: Year) -> None:
    people = [portal.member(expires_on="2027-12-31") for _ in range(3)]
    for who in people:
        portal.submitted(who)
    year.forward()
    wanted = len(year.mails.waiting)
    year.post.is_shut = True
    for _ in range(7 * 4):
        portal.later(hours=6)
        batch = year.mails.waiting
        failed = run("notify", {"Records": batch})["batchItemFailures"]
        assert len(failed) == wanted
    year.post.is_shut = False
    year.mails.deliver("notify")
    assert len(year.post.sent) == wanted
    assert len({mail.mail_id for mail in year.post.sent}) == wanted


def test_a_bounce_is_shown_to_staff_without_the_address(portal: Portal, year: Year) -> None:
    who = portal.member(expires_on="2027-12-31")
    portal.submitted(who)
    sent = year.mail()[0]
    detail = {
        "eventType": "Bounce",
        "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": sent.to}]},
        "mail": {"messageId": "x", "destination": [sent.to], "tags": {"mail": [sent.mail_id]}},
    }
    record = {"messageId": "m", "body": json.dumps({"detail-type": "Email Bounced", "detail": detail})}
    for _ in range(2):
        assert run("take_bounces", {"Records": [record]}) == {"batchItemFailures": []}
    (event,) = wiring.events().of("attention")
    assert (event.data["reason"], event.data["member_id"]) == ("mail bounced", who.member_id)
    assert sent.to not in str(event)
    assert year.mail() == []


def bounced(mail: Mail, kind: str = "Bounce") -> None:
    """SES tells that a mail came back, or was complained about."""
    detail = {
        "eventType": kind,
        "bounce": {"bounceType": "Permanent"},
        "mail": {"messageId": "x", "tags": {"mail": [mail.mail_id]}},
    }
    record = {"messageId": "m", "body": json.dumps({"detail-type": f"Email {kind}", "detail": detail})}
    assert run("take_bounces", {"Records": [record]}) == {"batchItemFailures": []}


def test_a_member_whose_mails_come_back_stands_once_among_what_is_open(portal: Portal, year: Year) -> None:
    """SES suppresses the address, so that every later mail to it comes back too."""
    who, other = portal.member(expires_on="2027-12-31"), portal.member(expires_on="2027-12-31")
    for each in (who, other):
        portal.submitted(each)
    mails = year.mail()
    of_one = [mail for mail in mails if mail.to.startswith(who.member_id)]
    assert len(of_one) == 2
    for mail in mails:
        bounced(mail)
    open_ones = portal.get("/api/staff/attention", STAFF).json["items"]
    assert sorted(each["data"]["member_id"] for each in open_ones) == sorted([who.member_id, other.member_id])
    bounced(of_one[0], "Complaint")
    assert len(portal.get("/api/staff/attention", STAFF).json["items"]) == 3, "another reason"
    (mine,) = (each for each in open_ones if each["data"]["member_id"] == who.member_id)
    done = portal.post(f"/api/staff/attention/{mine['attention_id']}/done", STAFF, {"note": "Phoned."})
    assert done.status == 200
    bounced(of_one[1])
    bounced(of_one[0])
    again = portal.get("/api/staff/attention", STAFF).json["items"]
    assert len(again) == 3, "once more after the first was looked after"


def test_what_comes_back_from_a_former_address_is_not_the_members_fault(portal: Portal, year: Year) -> None:
    wiring.mail_marks().save(None, Mark("mail-1", "email-changed", "M-1", "sent", "m", clock.now()))
    bounced(Mail("mail-1", "former@example.org", "", "", "", ""))
    assert wiring.events().of("attention") == []


# --- reconciliation ---


def named(who: Person) -> str:
    """Whose certification it is, as staff read it."""
    return f"IPMA-CP of member {who.member_id}, {who.certification_id}"


def test_reconciliation_names_the_missing_invoice_and_mails_staff_once_a_week(
    portal: Portal, year: Year
) -> None:
    who = portal.member(expires_on="2027-12-31")
    portal.at("2027-02-20T06:00:00-05:00")
    found = year.job("reconcile")
    assert found["findings"] == (f"no invoice for cycle 1: {named(who)}",)
    year.job("reconcile")
    (mail,) = year.mail()
    assert mail.to == wiring.editions().programs[-1].contact.email
    assert named(who) in mail.text
    assert "Mona" not in mail.text
    shown = portal.get("/api/staff/attention", STAFF)
    assert shown.status == 200
    assert named(who) in shown.raw.decode()
    year.job("generate_invoices")
    assert year.job("reconcile")["findings"] == ()


def test_a_paid_report_that_waits_for_more_than_two_weeks_is_told_each_week(
    portal: Portal, year: Year
) -> None:
    who = portal.member(expires_on="2027-12-31")
    made = portal.submitted(who)
    portal.paid(made["invoice"]["invoice_id"])
    portal.later(days=13)
    assert year.job("reconcile")["findings"] == ()
    portal.later(days=2)
    (finding,) = year.job("reconcile")["findings"]
    signed = made["submission"]["submission_id"]
    assert finding == f"paid, and undecided for more than 14 days: {named(who)}, {signed}"
    portal.later(days=7)
    year.job("reconcile")
    told = [mail for mail in year.mail() if mail.subject.startswith("Reconciliation")]
    assert len(told) == 2
    assert portal.decide(who, made["submission"]["submission_id"]).status == 200
    assert year.job("reconcile")["findings"] == ()


def test_a_payment_whose_notice_never_came_is_found_at_stripe_and_recorded(
    portal: Portal, year: Year
) -> None:
    who = portal.member(expires_on="2027-12-31")
    invoice = portal.post(portal.cycle_path(who, "invoice"), who).json
    checkout = portal.post(f"/api/invoices/{invoice['invoice_id']}/checkout", who)
    portal.stripe.press(checkout.json["checkout_url"], "pay")
    portal.stripe.drain()
    late, portal.stripe.received[:] = list(portal.stripe.received), []
    found = year.job("reconcile")
    assert found["recovered"] == 1
    (finding,) = found["findings"]
    assert f"(number {invoice['number']} of member {who.member_id}, Recertification fee: IPMA-CP" in finding
    assert portal.get(f"/api/invoices/{invoice['invoice_id']}", who).json["status"] == "paid"
    assert year.job("reconcile")["recovered"] == 0
    for each in late:
        assert portal.notify(each.content, each.headers["stripe-signature"]).status == 200
    (payment,) = portal.get(f"/api/invoices/{invoice['invoice_id']}", who).json["payments"]
    assert payment["status"] == "succeeded"


def test_a_refund_and_a_dispute_whose_notices_never_came_come_right_by_one_run(
    portal: Portal, year: Year
) -> None:
    refunded, disputed = (paid_by_card(portal) for _ in range(2))
    portal.stripe.test("drop")
    wiring.payments().refund(refunded.payment_id, amount=refunded.amount, reason_key="by hand")
    portal.stripe.test("disputes", payment_intent=disputed.payment_id)
    assert portal.deliver() == []
    year.mail()
    found = year.job("reconcile")
    kinds = [each.partition("'s notice")[0] for each in found["findings"]]
    assert (kinds, found["recovered"]) == (
        ["a refund", "a dispute"],
        3,
    )  # of the charge, of the refund, of the dispute
    for each, status in ((refunded, "refunded"), (disputed, "disputed")):
        assert portal.get(f"/api/invoices/{each.invoice_id}", each.member).json["status"] == status
        assert each.payment_id in str(found["findings"])
    told = year.mail()
    assert sum(mail.subject.startswith("Reconciliation of") for mail in told) == 1
    assert [mail.to for mail in told if "is on its way back" in mail.subject] == [email_of(refunded.member)]
    assert [mail.to for mail in told if "your bank disputes it" in mail.subject] == [
        email_of(disputed.member)
    ]
    again = year.job("reconcile")
    assert (again["findings"], again["recovered"]) == ((), 0)
    for each in portal.stripe.events():
        portal.stripe.test(f"events/{each['id']}/deliver")
    assert {answer.status for answer in portal.deliver()} == {200}
    assert year.mail() == []


@dataclass(frozen=True)
class Paid:
    """An invoice that was paid by card."""

    member: Person
    invoice_id: str
    payment_id: str
    amount: Money


def paid_by_card(portal: Portal) -> Paid:
    who = portal.member(expires_on="2027-12-31")
    invoice_id = portal.post(portal.cycle_path(who, "invoice"), who).json["invoice_id"]
    portal.stripe.press(portal.post(f"/api/invoices/{invoice_id}/checkout", who).json["checkout_url"], "pay")
    portal.deliver()
    invoice = wiring.invoices().find(invoice_id)
    assert invoice is not None
    (payment,) = invoice.payments
    return Paid(who, invoice_id, payment.payment_id, payment.amount)


def email_of(who: Person) -> str:
    return f"{who.member_id}@example.org"


def test_stripe_being_down_is_told_and_stops_nothing_else(
    portal: Portal, year: Year, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Down:
        def succeeded_payments(self) -> Any:
            raise PaymentsUnavailable

        def undelivered_notices(self) -> Any:
            raise PaymentsUnavailable

    monkeypatch.setattr(wiring, "payments", Down)
    portal.member(expires_on="2027-12-31")
    year.job("generate_invoices")
    assert year.job("reconcile")["findings"] == (
        "Stripe does not answer, so payments could not be compared",
        "Stripe does not answer, so notices that were lost could not be looked for",
    )
