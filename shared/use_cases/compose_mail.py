"""What a mail says: from the event, invoice or reminder that it is about to the words for its template."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from shared.domain import ids
from shared.domain.certifications import lapse_notice, last_day_of_access
from shared.domain.days import day_of, written_day
from shared.domain.entries import plain
from shared.domain.events import Event
from shared.domain.mails import Draft
from shared.domain.privacy import ERASED
from shared.domain.recertification import Recertification
from shared.domain.reinstatement import last_day_to_apply
from shared.use_cases.compose_money_mail import invoice_waived, payment_received, payment_taken_back
from shared.use_cases.mail_parts import (
    Post,
    addressee,
    as_map,
    by_the_end_of,
    deadline,
    draft,
    last_day_of,
    line,
    lines,
    page,
    progress,
    recertification_of,
    signature,
    to_holder,
)


def mail_id_of(message: Mapping[str, Any]) -> str:
    """The id of the one mail that a message asks for: the same for every message about the same thing."""
    kind = str(message["mail"])
    names = {"invoice": ("invoice_id",), "event": ("subject", "event_id")}
    names["reminder"] = ("certification_id", "expires_on", "days")
    return ids.digest("mail", kind, *(str(message[name]) for name in names[kind]))


def compose_mail(post: Post, message: Mapping[str, Any]) -> Draft | None:
    """The draft of the mail that a message asks for; None when there is nothing (any more) to say.

    Messages: `{"mail": "invoice", "invoice_id"}`, `{"mail": "event", "subject", "event_id"}`,
    `{"mail": "reminder", "certification_id", "expires_on", "days"}`, its day the extended one where there is one.
    """
    match message["mail"]:
        case "invoice":
            return _invoice_issued(post, str(message["invoice_id"]))
        case "reminder":
            return _reminder(post, message)
        case _:
            event = post.sources.events.find(str(message["subject"]), str(message["event_id"]))
            composer = None if event is None else _COMPOSERS.get(event.type)
            if event is None or composer is None or ERASED in event.data:
                return None
            return composer(post, event)


def _invoice_issued(post: Post, invoice_id: str) -> Draft | None:
    invoice = post.sources.invoices.find(invoice_id)
    if invoice is None or invoice.certification_id is None or not invoice.total.amount:
        return None
    found = post.sources.recertifications.find(invoice.certification_id)
    if found is None:
        return None
    values = {"due_on": written_day(invoice.due_on), "total": invoice.total.written}
    values |= {"number": invoice.number, "lines": lines(invoice)}
    about_this_cycle = invoice.invoice_id == ids.invoice_id(invoice.certification_id, found.cycle.number)
    if found.cycle.locked or not about_this_cycle or found.access(post.today) == "lapsed":
        return to_holder(post, found, "invoice-issued-signed", values)
    return to_holder(post, found, "invoice-issued", values | progress(post, found), (deadline(post, found),))


def _reminder(post: Post, message: Mapping[str, Any]) -> Draft | None:
    """Nothing for those who submitted or lapsed meanwhile, whose last day has moved, or who want no reminders."""
    found = post.sources.recertifications.find(str(message["certification_id"]))
    if found is None or found.cycle.locked or found.access(post.today) == "lapsed":
        return None
    if last_day_of(found).isoformat() != message["expires_on"]:
        return None
    member = post.sources.members.find(found.certification.member_id)
    if member is None or member.profile.reminders is False:
        return None
    left = max(0, (last_day_of(found) - post.today).days)
    values = progress(post, found) | {"days_left": str(left)}
    return to_holder(post, found, "reminder", values, (deadline(post, found),))


def _cycle_submitted(post: Post, event: Event) -> Draft | None:
    found = recertification_of(post, event)
    if found is None:
        return None
    submission = as_map(event.data["submission"])
    invoice_id = ids.invoice_id(found.certification.certification_id, int(submission["cycle_number"]))
    invoice = post.sources.invoices.find(invoice_id)
    payment = "Your recertification fee is settled already; you need not do anything else."
    if invoice is not None and not invoice.settled:
        payment = (
            f"Please pay invoice {invoice.number} ({invoice.total.written}): {page(post, 'invoices')}\n\n"
            "Your report can be approved once it is paid."
        )
    values = {
        "points": plain(Decimal(submission["points_total"])),
        "signature": str(submission["signature"]),
        "received_on": written_day(
            day_of(datetime.fromisoformat(submission["submitted_at"]), post.editions.time_zone)
        ),
        "payment": payment,
    }
    return to_holder(post, found, "cycle-submitted", values)


def _cycle_returned(post: Post, event: Event) -> Draft | None:
    found = recertification_of(post, event)
    if found is None:
        return None
    decision = as_map(event.data["decision"])
    titles = {entry.entry_id: entry.claim.title for entry in found.entries}
    notes = {entry_id: str(comment) for entry_id, comment in as_map(decision["entry_comments"]).items()}
    for entry_id, adjusted in as_map(decision["entry_adjustments"]).items():
        reason = f"counts {plain(Decimal(adjusted['points']))} points: {adjusted['reason']}"
        notes[entry_id] = f"{notes[entry_id]} ({reason})" if entry_id in notes else reason
    last_day = _last_day_to_sign(post, found)
    values = {
        "comment": str(decision["comment"]),
        "entry_comments": "\n".join(
            f"- {titles.get(key, 'An entry')}: {line(each)}" for key, each in notes.items()
        ),
        "last_day": by_the_end_of(post, last_day),
    }
    return to_holder(post, found, "cycle-returned", values, (deadline(post, found, last_day, event),))


def _last_day_to_sign(post: Post, found: Recertification) -> date:
    """By when what was returned is to be signed again: an application by the last day to apply."""
    if found.access(post.today) == "lapsed" and found.program.reinstatement is not None:
        return last_day_to_apply(found)
    last_day = last_day_of_access(found.certification, found.cycle, found.program)
    return last_day or found.certification.expires_on


def _cycle_approved(post: Post, event: Event) -> Draft | None:
    found = recertification_of(post, event)
    if found is None:
        return None
    values = {
        "expires_on": written_day(date.fromisoformat(str(event.data["expires_on"]))),
        "starts_on": written_day(found.cycle.starts_on),
        "certificate_url": f"{page(post, 'certificate')}?id={found.certification.certificate_id}",
        "comment": str(as_map(event.data["decision"])["comment"]),
    }
    template = "application-approved" if event.data.get("for_reinstatement") else "cycle-approved"
    return to_holder(post, found, template, values)


def _certification_lapsed(post: Post, event: Event) -> Draft | None:
    found = recertification_of(post, event)
    if found is None:
        return None
    notice = lapse_notice(found.certification, found.cycle, found.program)
    return to_holder(post, found, "certification-lapsed", {"notice": notice})


def _reinstated(post: Post, event: Event) -> Draft | None:
    found = recertification_of(post, event)
    if found is None:
        return None
    values = {"expires_on": written_day(found.certification.expires_on)}
    return to_holder(post, found, "reinstated", values)


def _extension_granted(post: Post, event: Event) -> Draft | None:
    found = recertification_of(post, event)
    if found is None:
        return None
    extended_to = date.fromisoformat(str(event.data["extended_to"]))
    values = {
        "extended_to": written_day(extended_to),
        "open_until": by_the_end_of(post, extended_to),
        "reason": str(event.data["reason"]),
        "next_step": progress(post, found)["next_step"],
    }
    return to_holder(post, found, "extension-granted", values, (deadline(post, found, extended_to, event),))


def _approval_undone(post: Post, event: Event) -> Draft | None:
    found = recertification_of(post, event)
    if found is None:
        return None
    values = {
        "reason": str(event.data["reason"]),
        "expires_on": written_day(date.fromisoformat(str(event.data["expires_on"]))),
    }
    return to_holder(post, found, "approval-undone", values)


def _document_rejected(post: Post, event: Event) -> Draft | None:
    member = addressee(post, str(event.data["member_id"]))
    if member is None:
        return None
    values = {"title": str(event.data["title"]), "reason": str(event.data["reason"])}
    return draft(post, member, "document-rejected", values)


def _email_changed(post: Post, event: Event) -> Draft | None:
    """To the old address, which alone can tell that it was not its owner; the new one is shown in part."""
    member = addressee(post, event.subject.partition(":")[2])
    if member is None:
        return None
    local, _, domain = str(event.data["email"]).partition("@")
    values = {
        "new_address": f"{local[:1]}…@{domain}",
        "day": written_day(day_of(event.at, post.editions.time_zone)),
    }
    return replace(draft(post, member, "email-changed", values), to=str(event.data["former_email"]))


def _attention(post: Post, event: Event) -> Draft | None:
    """Only what the reconciliation found is mailed to staff; the rest they see in the portal."""
    if event.data.get("reason") != "accounts differ":
        return None
    findings = cast(list[str], event.data["findings"])
    contact = post.editions.in_force(post.today).contact
    values = {
        "day": written_day(day_of(event.at, post.editions.time_zone)),
        "count": str(len(findings)),
        "findings": "\n".join(f"- {line(each)}" for each in findings),
    }
    return Draft("accounts-differ", "", contact.email, contact.email, values | signature(post))


_COMPOSERS: Mapping[str, Callable[[Post, Event], Draft | None]] = {
    "cycle-submitted": _cycle_submitted,
    "cycle-returned": _cycle_returned,
    "cycle-approved": _cycle_approved,
    "certification-lapsed": _certification_lapsed,
    "certification-reinstated": _reinstated,
    "payment-received": payment_received,
    "extension-granted": _extension_granted,
    "approval-undone": _approval_undone,
    "invoice-waived": invoice_waived,
    "payment-refunded": payment_taken_back,
    "payment-disputed": payment_taken_back,
    "document-rejected": _document_rejected,
    "email-changed": _email_changed,
    "attention-raised": _attention,
}

MAILED = frozenset(_COMPOSERS)
"""The types of events that a mail may be about."""
