"""What every mail is made of: where the words come from, the holder's draft, days and amounts as people write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, cast

from shared.domain.certifications import last_day_to_correct
from shared.domain.days import day_of, end_of, written_end
from shared.domain.entries import plain
from shared.domain.events import Event
from shared.domain.invoices import Invoice
from shared.domain.mails import Attachment, Draft, deadline_file
from shared.domain.members import Member
from shared.domain.ports import EventStore, InvoiceStore, MemberStore, RecertificationStore
from shared.domain.program import Editions
from shared.domain.recertification import Recertification


class Sources(Protocol):
    """Where the words come from."""

    @property
    def recertifications(self) -> RecertificationStore: ...

    @property
    def invoices(self) -> InvoiceStore: ...

    @property
    def members(self) -> MemberStore: ...

    @property
    def events(self) -> EventStore: ...


@dataclass(frozen=True, slots=True)
class Post:
    """What every mail is made with: where the words come from, the editions, the portal's address and the time."""

    sources: Sources
    editions: Editions
    portal_url: str
    now: datetime

    @property
    def today(self) -> date:
        """The program's day."""
        return day_of(self.now, self.editions.time_zone)


def progress(post: Post, found: Recertification) -> dict[str, str]:
    """Points so far, what is missing, and what to do next."""
    missing, documents = found.points_missing, found.missing_documents
    if missing:
        said = f"{plain(missing)} {'point is' if missing == 1 else 'points are'} missing"
        step = "Enter what you have done since, until you have all points; then sign and pay."
    elif documents:
        titles = ", ".join(f"“{found.entry(each).claim.title}”" for each in documents)
        said = f"a document that was checked is missing for {titles}"
        step = "Upload what is missing; then sign and pay."
    else:
        said = "nothing is missing"
        step = "Sign your Recertification Report in the portal, and pay."
    return {
        "expires_on": by_the_end_of(post, last_day_of(found)),
        "points": plain(found.cycle.points_total),
        "required": plain(found.points_required),
        "missing": said,
        "next_step": step,
    }


def last_day_of(found: Recertification) -> date:
    """The certification's last day, the one it was extended to, or the last to correct a report that came back."""
    correct_by = last_day_to_correct(found.certification, found.cycle, found.program)
    if correct_by is not None:
        return correct_by
    return found.certification.extended_to or found.certification.expires_on


def by_the_end_of(post: Post, day: date) -> str:
    """A last day as every mail says it: with the hour and the zone, as the reader may be elsewhere."""
    return written_end(day, post.editions.time_zone)


def deadline(
    post: Post, found: Recertification, last_day: date | None = None, told: Event | None = None
) -> Attachment:
    """The last day (or another that takes its place, by an event) as a file for the member's calendar.

    Its stamp is the time of the event where there is one, so that of two that are sent late the later one holds.
    """
    certification = found.certification
    return deadline_file(
        f"{certification.certification_id}-{certification.expires_on.isoformat()}",
        end_of(last_day or last_day_of(found), post.editions.time_zone),
        f"Last day to recertify your {certification.designation}",
        f"Send and sign your Recertification Report: {page(post, 'recertification')}",
        post.now if told is None else told.at,
    )


def to_holder(
    post: Post,
    found: Recertification,
    template: str,
    values: Mapping[str, str],
    attachments: tuple[Attachment, ...] = (),
) -> Draft | None:
    """A draft to the member who holds the certification."""
    member = addressee(post, found.certification.member_id)
    if member is None:
        return None
    named = {"designation": found.certification.designation, **values}
    return draft(post, member, template, named, attachments)


def addressee(post: Post, member_id: str) -> Member | None:
    """The member to whom something is told; None where there is none, or whose data were erased, address and all."""
    member = post.sources.members.find(member_id)
    return None if member is None or member.erasure else member


def draft(
    post: Post,
    member: Member,
    template: str,
    values: Mapping[str, str],
    attachments: tuple[Attachment, ...] = (),
) -> Draft:
    """A draft to a member, with what every mail says beside the values of its template."""
    everyone = {
        "name": member.name,
        "portal_url": page(post, "recertification"),
        "invoices_url": page(post, "invoices"),
        "profile_url": page(post, "profile"),
        **signature(post),
    }
    reply_to = post.editions.in_force(post.today).contact.email
    return Draft(template, member.member_id, member.email, reply_to, {**everyone, **values}, attachments)


def signature(post: Post) -> dict[str, str]:
    """Who signs every mail."""
    contact = post.editions.in_force(post.today).contact
    return {
        "contact_name": contact.name,
        "contact_email": contact.email,
        "contact_phone": contact.phone,
        "contact_website": contact.website,
    }


def recertification_of(post: Post, event: Event) -> Recertification | None:
    """The recertification that an event is about; None where there is none any more."""
    kind, _, certification_id = event.subject.partition(":")
    return post.sources.recertifications.find(certification_id) if kind == "certification" else None


def page(post: Post, name: str) -> str:
    """The address of a page of the portal."""
    return f"{post.portal_url}/{name}/"


def lines(invoice: Invoice) -> str:
    """What an invoice is for."""
    return ", ".join(line.description for line in invoice.lines)


def line(text: str) -> str:
    """A text in one line."""
    return " ".join(text.split())


def as_map(value: object) -> Mapping[str, Any]:
    """What is known to be a map."""
    return cast(Mapping[str, Any], value)
