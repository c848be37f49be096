"""The mails about what staff decide out of the ordinary, and about money that goes back: each once, saying why."""

import pytest

from shared.domain.mails import Mail
from shared.domain.money import Money
from shared.handling import wiring
from tests.integration.calendar_year import Year
from tests.integration.portal import COLLEAGUE, FINANCE, REVIEWER, Person, Portal

OWN_TABLE = True


@pytest.fixture
def year(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Year:
    return Year(monkeypatch)


@pytest.fixture
def member(portal: Portal) -> Person:
    return portal.member(expires_on="2027-12-31")


def the_mail(year: Year, who: Person) -> Mail:
    (mail,) = year.mail()
    assert mail.to == f"{who.member_id}@example.org"
    return mail


def staff_path(who: Person, rest: str) -> str:
    return f"/api/staff/certifications/{who.certification_id}/{rest}"


def test_an_extension_is_told_with_its_reason_and_the_new_last_day(
    portal: Portal, year: Year, member: Person
) -> None:
    body = {"extended_to": "2028-02-29", "reason": "Illness in the <family>."}
    assert portal.post(staff_path(member, "extension"), REVIEWER, body).status in (200, 201)
    mail = the_mail(year, member)
    assert mail.subject == "Your IPMA-CP certification has until 29 February 2028"
    assert "Illness in the <family>." in mail.text
    assert "<family>" not in mail.html
    assert "stays open until 29 February 2028, 11:59 PM (New York time)." in mail.text
    assert "DTEND:20280301T050000Z" in mail.attachments[0].text


def test_after_an_extension_reminders_go_by_the_new_last_day_once_each(
    portal: Portal, year: Year, member: Person
) -> None:
    other = portal.member(expires_on="2027-12-31")
    body = {"extended_to": "2028-02-29", "reason": "Illness in the family."}
    assert portal.post(staff_path(member, "extension"), REVIEWER, body).status in (200, 201)
    year.mail()
    year.post.sent.clear()
    for day in ("2027-12-01", "2027-12-24", "2028-01-30", "2028-02-22", "2028-02-23"):
        portal.at(f"{day}T06:00:00-05:00")
        for _ in range(2):
            year.job("send_reminders", f"{day}T11:00:00Z")
            year.mail()
    told = {
        who.member_id: [mail for mail in year.post.sent if mail.to.startswith(who.member_id)]
        for who in (member, other)
    }
    assert [each.subject for each in told[other.member_id]] == [left(30), left(7)]
    assert [each.subject for each in told[member.member_id]] == [left(90), left(30), left(7)]
    for mail in told[member.member_id]:
        assert "ends on 29 February 2028, 11:59 PM (New York time)" in mail.text
        assert "DTEND:20280301T050000Z" in mail.attachments[0].text


def test_a_day_granted_after_another_takes_its_place(portal: Portal, year: Year, member: Person) -> None:
    for day in ("2028-01-31", "2028-02-29"):
        body = {"extended_to": day, "reason": "Illness in the family."}
        assert portal.post(staff_path(member, "extension"), REVIEWER, body).status in (200, 201)
    files = [mail.attachments[0].text.splitlines() for mail in year.mail()]
    assert len({line for file in files for line in file if line.startswith("UID:")}) == 1 < len(files)
    year.post.sent.clear()
    for day in ("2028-01-24", "2028-02-22"):
        portal.at(f"{day}T06:00:00-05:00")
        year.job("send_reminders", f"{day}T11:00:00Z")
    assert [each.subject for each in year.mail()] == [left(7)]


def left(days: int) -> str:
    return f"{days} days left to recertify your IPMA-CP"


def test_a_waiver_says_what_need_not_be_paid(portal: Portal, year: Year, member: Person) -> None:
    invoice = portal.post(portal.cycle_path(member, "invoice"), member).json
    year.mail()
    reason = {"reason": "Between us: unemployed."}
    assert portal.post(f"/api/staff/invoices/{invoice['invoice_id']}/waiver", FINANCE, reason).status == 201
    mail = the_mail(year, member)
    assert mail.subject == f"Invoice {invoice['number']}: nothing to pay"
    assert "150.00 USD" in mail.text
    assert "unemployed" not in mail.text  # the reason is staff's


def test_an_undone_approval_is_told_with_its_reason(portal: Portal, year: Year, member: Person) -> None:
    portal.approved(member)
    year.mail()
    body = {"reason": "Approved the wrong report."}
    assert portal.post(staff_path(member, "undo-approval"), COLLEAGUE, body).status == 200
    mail = the_mail(year, member)
    assert mail.subject == "Your IPMA-CP Recertification Report is being looked at again"
    for said in ("Approved the wrong report.", "31 December 2027", "waits for a decision again"):
        assert said in mail.text


def paid_by_card(portal: Portal, year: Year, who: Person) -> tuple[str, str]:
    """The invoice's number, and the payment's id."""
    invoice = portal.post(portal.cycle_path(who, "invoice"), who).json
    url = portal.post(f"/api/invoices/{invoice['invoice_id']}/checkout", who).json["checkout_url"]
    portal.stripe.press(url, "pay")
    portal.deliver()
    year.mail()
    (payment,) = portal.get(f"/api/invoices/{invoice['invoice_id']}", who).json["payments"]
    return invoice["number"], payment["payment_id"]


def test_a_refund_is_told_with_its_sum_once_for_each_part(portal: Portal, year: Year, member: Person) -> None:
    number, payment = paid_by_card(portal, year, member)
    gateway = wiring.payments()
    for part, said in (("50.00 USD", 5000), ("150.00 USD", 10000)):
        gateway.refund(payment, amount=Money(said, "usd"), reason_key=f"test:{said}")
        portal.deliver()
        mail = the_mail(year, member)
        assert mail.subject == f"{part} of your payment for invoice {number} is on its way back"
        assert "no longer counts as paid" in mail.text
    assert year.mail() == []


def test_a_dispute_is_told_when_it_is_opened_and_when_it_is_decided(
    portal: Portal, year: Year, member: Person
) -> None:
    number, payment = paid_by_card(portal, year, member)
    dispute = portal.stripe.test("disputes", payment_intent=payment)["id"]
    portal.deliver()
    assert the_mail(year, member).subject == f"Your payment for invoice {number}: your bank disputes it"
    portal.stripe.test(f"disputes/{dispute}/close", status="won")
    portal.deliver()
    assert the_mail(year, member).subject == f"Your payment for invoice {number}: the dispute is over"


def test_a_returned_report_is_told_its_last_day_with_a_file_that_moves_the_one_before(
    portal: Portal, year: Year, member: Person
) -> None:
    portal.at("2027-12-30T23:00:00-05:00")
    made = portal.submitted(member)
    (submitted,) = (mail for mail in year.mail() if mail.subject.startswith("We have received"))
    assert "take it out" in submitted.text
    year.post.sent.clear()
    portal.at("2028-01-10T12:00:00-05:00")
    assert portal.decide(member, made["submission"]["submission_id"], "return").status == 200
    mail = the_mail(year, member)
    assert "sign it again by 9 February 2028, 11:59 PM (New York time)" in mail.text
    assert f"UID:{member.certification_id}-2027-12-31@" in mail.attachments[0].text
    assert "DTEND:20280210T050000Z" in mail.attachments[0].text


@pytest.mark.parametrize("paid_first", [True, False], ids=["paid early", "not paid"])
def test_the_mail_of_a_signing_says_one_thing_about_payment(
    portal: Portal, year: Year, member: Person, paid_first: bool
) -> None:
    if paid_first:
        invoice = portal.post(portal.cycle_path(member, "invoice"), member).json
        portal.paid(invoice["invoice_id"])
        year.mail()
        year.post.sent.clear()
    portal.submitted(member)
    (mail,) = (mail for mail in year.mail() if mail.subject.startswith("We have received"))
    assert ("settled already" in mail.text, "Please pay invoice" in mail.text) == (paid_first, not paid_first)
    assert ("not do anything else" in mail.text, "once it is paid" in mail.text) == (
        paid_first,
        not paid_first,
    )
