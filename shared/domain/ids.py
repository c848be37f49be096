"""The one place that makes ids. They are opaque to clients, and made of what they are for, so that doing a thing twice
names the same thing twice: no id is random, except the key of a change for which the contract asks for none.

    certification   crt_<20>                     member and designation
    cycle           cyc_<20>_<number>            certification and number
    invoice         inv_<20>_<number>            certification and cycle number
    late fee        fee_<20>_<number>            certification and cycle number
    submission      sub_<20>_<number>_<signing>  certification, cycle number, signing
    certificate     crf_<20>                     certification and the key of the approval
    entry           ent_<20>_<row>               the entering session and its row
    accrued entry   ent_std_<20>_<number>_<year> standing claim, cycle number, year of the cycle
    job             exp_<20>, imp_<20>           the request that started it
    proposal        prp_<20>                     member, chapter and days
    program invoice pgm_<20>                     member and the number in the old system
    document        doc_<20>_<20>                certification, and the key of the upload
                    dom_<20>_<20>                member (uploaded for no certification), and the key
"""

import base64
import hashlib
import secrets

from shared.domain.errors import NotFound

_LENGTH = 20
_ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyz234567")


def digest(*parts: str) -> str:
    """Twenty lower-case base-32 characters (100 bits) of the SHA-256 over the parts."""
    text = "\x1f".join(parts)
    return (
        base64.b32encode(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
        .decode()
        .lower()[:_LENGTH]
    )


def fresh_key() -> str:
    """A key that nobody used before, for a change without an Idempotency-Key."""
    return base64.b32encode(secrets.token_bytes(16)).decode().lower()[:_LENGTH]


def certification_id(member_id: str, designation: str) -> str:
    """The id of a member's holding of a designation; member ids are alike in any case."""
    return f"crt_{digest('certification', member_id.lower(), designation)}"


def cycle_id(certification: str, number: int) -> str:
    """The id of a certification's cycle."""
    return f"cyc_{_core(certification)}_{number}"


def invoice_id(certification: str, number: int) -> str:
    """The id of the one recertification invoice of a cycle."""
    return f"inv_{_core(certification)}_{number}"


def late_fee_id(certification: str, number: int) -> str:
    """The id of the invoice of the late fee of a cycle that lapsed."""
    return f"fee_{_core(certification)}_{number}"


def is_late_fee_id(text: str) -> bool:
    """Whether a text begins as the id of a late fee does."""
    return text.startswith("fee_")


def invoice_number(certification: str, recertification_year: int) -> str:
    """The number on an invoice, to be read out or written on a cheque: one for each certification and year."""
    core = _core(certification).upper()
    return f"{recertification_year}-{core[:4]}-{core[4:8]}-{core[8:12]}"


def submission_id(certification: str, number: int, signing: int) -> str:
    """The id of a signing of a cycle."""
    return f"sub_{_core(certification)}_{number}_{signing}"


def accrued_entry_id(standing_id: str, cycle_number: int, year: int) -> str:
    """The id of what a standing claim accrues in the so-manieth year of a cycle."""
    return f"ent_{standing_id}_{cycle_number:02d}_{year:02d}"


def standing_id_of(entry: str) -> str:
    """The standing claim that an entry accrued from, by its id; empty for one that was entered."""
    return entry.removeprefix("ent_").rsplit("_", 2)[0] if entry.startswith("ent_std_") else ""


def entry_id(session_key: str, row: int) -> str:
    """The id of a row of an entering session."""
    return f"ent_{session_key}_{row:02d}"


def certification_home(certification: str) -> str:
    """The beginning of the ids of documents that are at home with a certification."""
    return f"doc_{_core(certification)}"


def member_home(member_id: str) -> str:
    """The beginning of the ids of documents that are at home with their member."""
    return f"dom_{digest('member', member_id.lower())}"


def document_id(home: str, key: str) -> str:
    """The id of the document that an upload with this key makes."""
    return f"{home}_{key}"


def home_of_document(document: str) -> tuple[str, str]:
    """Whose partition a document id names: `doc` or `dom`, and the 20 characters of the certification or member.

    Raises NotFound for an impossible id.
    """
    kind, _, rest = document.partition("_")
    core, _, key = rest.partition("_")
    if kind not in ("doc", "dom") or not _is_core(core) or not _is_core(key):
        raise NotFound
    return kind, core


def job_id(kind: str, key: str) -> str:
    """The id of a job that staff started under this key: an export, a try of changed rules, or an import."""
    return f"{ {'export': 'exp', 'edition-trial': 'try'}.get(kind, 'imp') }_{digest('job', kind, key)}"


def certificate_id(certification: str, key: str) -> str:
    """The id of a certificate: opaque, and guessed by nobody who does not know the key of the approval."""
    return f"crf_{digest('certificate', certification, key)}"


def is_certificate_id(text: str) -> bool:
    """Whether a text could be the id of a certificate."""
    return text.startswith("crf_") and _is_core(text[4:])


def proposal_id(member_id: str, *what: str) -> str:
    """The id of what is proposed to a member."""
    return f"prp_{digest('proposal', member_id.lower(), *what)}"


def program_invoice_id(member_id: str, number: str) -> str:
    """The id of the invoice of a program that a member bought, by its number in the body's old system."""
    return f"pgm_{digest('program-invoice', member_id.lower(), number)}"


def is_program_invoice_id(text: str) -> bool:
    """Whether a text could be the id of such an invoice."""
    return text.startswith("pgm_") and _is_core(text[4:])


def certification_of_invoice(invoice: str) -> tuple[str, int]:
    """The certification and cycle number that an invoice id names. Raises NotFound for an impossible id."""
    kind, _, rest = invoice.partition("_")
    core, _, number = rest.partition("_")
    sound = number.isascii() and number.isdigit() and len(number) <= 4 and not number.startswith("0")
    if kind not in ("inv", "fee") or not _is_core(core) or not sound:
        raise NotFound
    return f"crt_{core}", int(number)


def is_certification_id(text: str) -> bool:
    """Whether a text could be the id of a certification."""
    return text.startswith("crt_") and _is_core(text[4:])


def _core(certification: str) -> str:
    return certification.removeprefix("crt_")


def _is_core(text: str) -> bool:
    return len(text) == _LENGTH and set(text) <= _ALPHABET
