"""Every key of the one table.

PK                    SK                                  what
CERTIFICATION#<id>    CERTIFICATION                       the certification (GSI1: due by year)
                      CYCLE                               its current cycle
                      DOCUMENT#<document>                 a document for it, or its copy
                      ENTRY#<cycle number>#<entry>        an entry
                      MOVING                              which documents here are a closed cycle's (GSI1: all of these)
                      STANDING                            its standing claims
                      INVOICE#<cycle number>              the recertification invoice of a cycle
                      INVOICE#<cycle number>#LATE         the late fee of a reinstatement application
                      SUBMISSION                          the current signing (GSI1: review queue)
ARCHIVE#<id>          CYCLE#<number>                      a closed cycle with its last submission
                      DOCUMENT#<document>                 a document of a closed cycle (GSI1: contributions, evidence)
                      ENTRIES#<number>                    the entries of a closed cycle that lapsed
                      SIGNED#<number>#<signing>           what was signed, word for word, for good
                      STANDING#<number>                   the standing claims that an approved cycle's entries came of
DOCUMENTS#<20>        DOCUMENT#<document>                 a document uploaded for no certification, by its member
LIBRARY#<kind>#       <title>#<document>                  a published contribution; kind `*` for any
LIBRARY#<kind>#<letter>  <word>#<title>#<document>        the same under a word of its title
RETIRED               DOCUMENT#<document>                 a document of which the file is still to be deleted
CERTIFICATE#<id>      CERTIFICATE                         a certificate, which anyone may check
MEMBER#<id>           MEMBER                              a member
                      INVOICE#<invoice>                   tells of an invoice of a program bought
                      PROPOSAL#<proposal>                 an entry that a chapter's roster proposes
EMAIL#<address>       EMAIL                               who has this address: it is unique
SEARCH#<letter>       <term>#<member>                     a member under the beginning of a name, e-mail or id
HISTORY#<subject>     EVENT#<event>                       what happened to it; the idempotency record too
INVOICE#<id>          INVOICE                             an invoice of a program bought
JOB#<id>              JOB                                 an export or import of staff, for 90 days
CALENDAR              LAST-DAY#<day>#<year>               access may end after this day, in that year of the index
CALENDAR              LAST-DAY#<day>#<year>#EXTENDED      the same of a day that staff granted
                      INVOICED#<year>                     when a year's invoices were last asked for
MAIL#<mail>           MAIL                                a mail being sent, or sent: once
"""

from collections.abc import Mapping
from datetime import date

from shared.domain import ids

Key = Mapping[str, str]

GSI1 = "GSI1"
DUE_SHARDS = 16
CALENDAR = "CALENDAR"
"""The partition of what the jobs have to look at."""


def certification(certification_id: str) -> Key:
    """A certification: the head of its partition."""
    return _key(certification_partition(certification_id), "CERTIFICATION")


def certification_partition(certification_id: str) -> str:
    """The partition that one dashboard query reads."""
    return f"CERTIFICATION#{certification_id}"


def cycle(certification_id: str) -> Key:
    """The current cycle of a certification."""
    return _key(certification_partition(certification_id), "CYCLE")


def entry(certification_id: str, number: int, entry_id: str) -> Key:
    """An entry of a certification's cycle."""
    return _key(certification_partition(certification_id), f"ENTRY#{number:04d}#{entry_id}")


MOVING = "MOVING"
"""GSI1's partition of the certifications with documents that are on their way to the archive."""


def moving(certification_id: str) -> Key:
    """Which documents of a certification's partition belong to its last closed cycle."""
    return _key(certification_partition(certification_id), "MOVING")


def standing(certification_id: str) -> Key:
    """A certification's standing claims."""
    return _key(certification_partition(certification_id), "STANDING")


def document(certification_id: str, document_id: str) -> Key:
    """A document uploaded for a certification."""
    return _key(certification_partition(certification_id), f"DOCUMENT#{document_id}")


def archived_document(certification_id: str, document_id: str) -> Key:
    """A document of a closed cycle."""
    return _key(archive_partition(certification_id), f"DOCUMENT#{document_id}")


def document_home(document_id: str, *, archived: bool = False) -> Key:
    """Where a document is at home, from its id alone. Raises NotFound for an impossible id."""
    kind, core = ids.home_of_document(document_id)
    if kind == "dom":
        return _key(f"DOCUMENTS#{core}", f"DOCUMENT#{document_id}")
    home = archived_document if archived else document
    return home(f"crt_{core}", document_id)


def document_homes(document_id: str) -> list[Key]:
    """The two keys of which a document has one, read in one call. Raises NotFound for an impossible id."""
    kind, core = ids.home_of_document(document_id)
    if kind == "dom":  # not archived, and a second key that is none: as many reads for every id
        return [document_home(document_id), _key(f"DOCUMENTS#{core}", "DOCUMENT#")]
    return [document_home(document_id), document_home(document_id, archived=True)]


def member_documents(member_id: str) -> str:
    """The partition of the documents that a member uploaded for no certification."""
    _, core = ids.home_of_document(ids.document_id(ids.member_home(member_id), "a" * 20))
    return f"DOCUMENTS#{core}"


CONTRIBUTIONS = "CONTRIBUTIONS"
"""GSI1's partition of the contributions of closed cycles, oldest first."""

EVIDENCE = "EVIDENCE"
"""GSI1's partition of the other documents of closed cycles, oldest first."""


RETIRED = "RETIRED"
"""The partition of documents that were deleted once their years were over, while their files are still there."""


def retired(document_id: str) -> Key:
    """A document that was deleted once its years were over, while its file is still there."""
    return _key(RETIRED, f"DOCUMENT#{document_id}")


def library_partition(kind: str, word: str) -> str:
    """The partition of published contributions of a kind (`*`: any), all or those with words of that first letter."""
    return f"LIBRARY#{kind}#{word[:1]}"


def library(kind: str, word: str, title: str, document_id: str) -> Key:
    """A published contribution under a word of its title, or under none."""
    place = f"{title.casefold()[:100]}#{document_id}"
    return _key(library_partition(kind, word), f"{word}#{place}" if word else place)


def invoice(invoice_id: str) -> Key:
    """The invoice that an id names: of a cycle, or of a program bought. Raises NotFound for an impossible id."""
    if ids.is_program_invoice_id(invoice_id):
        return _key(f"INVOICE#{invoice_id}", "INVOICE")
    certification_id, number = ids.certification_of_invoice(invoice_id)
    late = "#LATE" if ids.is_late_fee_id(invoice_id) else ""
    return _key(certification_partition(certification_id), f"INVOICE#{number:04d}{late}")


def proposal(member_id: str, proposal_id: str = "") -> Key:
    """What is proposed to a member; without an id, where these begin."""
    return _key(f"MEMBER#{member_id.lower()}", f"PROPOSAL#{proposal_id}")


def bought(member_id: str, invoice_id: str = "") -> Key:
    """Tells that a member was invoiced for a program bought; without an invoice, where these begin."""
    return _key(f"MEMBER#{member_id.lower()}", f"INVOICE#{invoice_id}")


def submission(certification_id: str) -> Key:
    """The current signing of a certification's cycle."""
    return _key(certification_partition(certification_id), "SUBMISSION")


def archive_partition(certification_id: str) -> str:
    """The partition of what is closed or signed for good."""
    return f"ARCHIVE#{certification_id}"


def closed_cycle(certification_id: str, number: int) -> Key:
    """A closed cycle."""
    return _key(archive_partition(certification_id), f"CYCLE#{number:04d}")


def lapsed_entries(certification_id: str, number: int) -> Key:
    """The entries of a closed cycle that lapsed: nobody signed them."""
    return _key(archive_partition(certification_id), f"ENTRIES#{number:04d}")


def standing_of_closed(certification_id: str, number: int) -> Key:
    """The standing claims that entries of an approved cycle came of."""
    return _key(archive_partition(certification_id), f"STANDING#{number:04d}")


def signed_record(certification_id: str, number: int, signing: int) -> Key:
    """What was signed at one signing."""
    return _key(archive_partition(certification_id), f"SIGNED#{number:04d}#{signing:03d}")


def certificate(certificate_id: str) -> Key:
    """A certificate."""
    return _key(f"CERTIFICATE#{certificate_id}", "CERTIFICATE")


def job(job_id: str) -> Key:
    """An export or import of staff."""
    return _key(f"JOB#{job_id}", "JOB")


def member(member_id: str) -> Key:
    """A member; ids are alike in any case, as Cognito's user names are."""
    return _key(f"MEMBER#{member_id.lower()}", "MEMBER")


def email(address: str) -> Key:
    """The holder of an e-mail address, alike in any case."""
    return _key(f"EMAIL#{address.lower()}", "EMAIL")


def search_partition(term: str) -> str:
    """The partition of all search terms that begin with the same letter."""
    return f"SEARCH#{term[:1]}"


def search(term: str, member_id: str) -> Key:
    """A member under one search term (lower case)."""
    return _key(search_partition(term), f"{term}#{member_id.lower()}")


def history_partition(subject: str) -> str:
    """The partition of all events of a subject, as `certification:<id>`."""
    return f"HISTORY#{subject}"


def event(subject: str, event_id: str) -> Key:
    """One event of a subject."""
    return _key(history_partition(subject), f"EVENT#{event_id}")


def due(certification_id: str, year: int) -> str:
    """GSI1's partition of the certifications due in a year, in 16 shards so that no partition runs hot."""
    shard = int.from_bytes(certification_id.encode()[-4:], "big") % DUE_SHARDS
    return f"DUE#{year}#{shard:02d}"


def due_partitions(year: int) -> list[str]:
    """All of GSI1's partitions of the certifications due in a year."""
    return [f"DUE#{year}#{shard:02d}" for shard in range(DUE_SHARDS)]


def last_day(day: date, year: int, kind: str = "") -> Key:
    """A day after which access may end for certifications in that year of the index; #EXTENDED: staff granted it,
    #RETURNED: a report came back so late."""
    return _key(CALENDAR, f"LAST-DAY#{day.isoformat()}#{year}{kind}")


def invoiced(year: int) -> Key:
    """When the invoices of a year were last asked for."""
    return _key(CALENDAR, f"INVOICED#{year}")


def mail(mail_id: str) -> Key:
    """The mark of one mail."""
    return _key(f"MAIL#{mail_id}", "MAIL")


def owed_partitions() -> list[str]:
    """All of GSI1's partitions of the invoices that are open."""
    return [f"OWED#{shard:02d}" for shard in range(DUE_SHARDS)]


def paid_partitions(year: int) -> list[str]:
    """All of GSI1's partitions of the invoices that were paid in a year."""
    return [f"PAID#{year}#{shard:02d}" for shard in range(DUE_SHARDS)]


def owed(invoice_id: str) -> str:
    """GSI1's partition of an invoice that is open."""
    return owed_partitions()[_shard(invoice_id)]


def paid(invoice_id: str, year: int) -> str:
    """GSI1's partition of an invoice that was paid in a year."""
    return paid_partitions(year)[_shard(invoice_id)]


def _shard(invoice_id: str) -> int:
    return int.from_bytes(invoice_id.rpartition("_")[0].encode()[-4:], "big") % DUE_SHARDS


def review_queue(state: str) -> str:
    """GSI1's partition of the submissions in a state, oldest first."""
    return f"REVIEW#{state}"


def _key(partition: str, sort: str) -> Key:
    return {"PK": partition, "SK": sort}
