"""What handlers hand to the use cases, each made once a process on first use: repositories, editions, gateways.

Each is loaded where it is made, so that a function loads what it uses and starts sooner.
"""

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from shared.adapters import aws, clock
from shared.domain.days import day_of
from shared.domain.program import Editions
from shared.programs import load_editions
from shared.repositories.table import Table
from shared.settings import settings

if TYPE_CHECKING:
    from shared.adapters.accounts import Accounts
    from shared.adapters.document_store import DocumentStore
    from shared.adapters.login_requests import LoginRequests
    from shared.adapters.mailer import Mailer
    from shared.adapters.message_queue import MessageQueue
    from shared.adapters.own_account import OwnAccount
    from shared.adapters.stripe_payments import StripePayments
    from shared.adapters.transfer_store import TransferStore
    from shared.repositories.archive import Archive
    from shared.repositories.calendar import Calendar
    from shared.repositories.certificates import Certificates
    from shared.repositories.documents import Documents
    from shared.repositories.events import Events
    from shared.repositories.everything import Everything
    from shared.repositories.figures import Counts
    from shared.repositories.invoices import Invoices
    from shared.repositories.jobs import Jobs
    from shared.repositories.mail_marks import MailMarks
    from shared.repositories.members import Members
    from shared.repositories.personal_data import PersonalData
    from shared.repositories.proposals import Proposals
    from shared.repositories.recertifications import Recertifications


@cache
def editions() -> Editions:
    """The editions of the program that this portal runs by."""
    return load_editions(settings().program)


def today() -> date:
    """The day it is in the program's time zone."""
    return day_of(clock.now(), editions().time_zone)


@cache
def table() -> Table:
    """The one table."""
    return Table(aws.dynamodb(), settings().table_name)


@cache
def recertifications() -> "Recertifications":
    """Certifications with their cycles, entries and submissions."""
    from shared.repositories.recertifications import Recertifications

    return Recertifications(table(), editions(), today)


@cache
def invoices() -> "Invoices":
    """Invoices."""
    from shared.repositories.invoices import Invoices

    return Invoices(table())


@cache
def members() -> "Members":
    """Members."""
    from shared.repositories.members import Members

    return Members(table(), editions(), today)


@cache
def personal_data() -> "PersonalData":
    """All that is held about a member."""
    from shared.repositories.personal_data import PersonalData

    return PersonalData(table())


@cache
def accounts() -> "Accounts":
    """The accounts people log in with."""
    from shared.adapters.accounts import Accounts

    return Accounts(aws.cognito(), settings().user_pool_id)


@cache
def documents() -> "Documents":
    """Documents and the library."""
    from shared.repositories.documents import Documents

    return Documents(table())


@cache
def document_store() -> "DocumentStore":
    """The documents' bucket."""
    from shared.adapters.document_store import DocumentStore

    return DocumentStore(aws.s3(), settings().documents_bucket)


@cache
def events() -> "Events":
    """The history."""
    from shared.repositories.events import Events

    return Events(table())


@cache
def calendar() -> "Calendar":
    """What the jobs have to look at."""
    from shared.repositories.calendar import Calendar

    return Calendar(table())


@cache
def mails_queue() -> "MessageQueue":
    """The queue of mails to be sent."""
    from shared.adapters.message_queue import MessageQueue

    return MessageQueue(aws.sqs(), settings().mails_queue_url)


@cache
def mail_marks() -> "MailMarks":
    """Which mails are being sent, or were sent."""
    from shared.repositories.mail_marks import MailMarks

    return MailMarks(table())


@cache
def mailer() -> "Mailer":
    """Where mails go out, in the name of the program's contact."""
    from shared.adapters.mailer import Mailer

    chosen = settings()
    sender_name = editions().in_force(today()).contact.name
    return Mailer(aws.ses(), chosen.sender_address, sender_name, chosen.configuration_set)


@cache
def invoices_queue() -> "MessageQueue":
    """The queue of certifications that are due for their invoice."""
    from shared.adapters.message_queue import MessageQueue

    return MessageQueue(aws.sqs(), settings().invoices_queue_url)


@cache
def archive() -> "Archive":
    """Closed cycles and what was signed."""
    from shared.repositories.archive import Archive

    return Archive(table())


@cache
def certificates() -> "Certificates":
    """Certificates."""
    from shared.repositories.certificates import Certificates

    return Certificates(table())


@cache
def proposals() -> "Proposals":
    """What is proposed to members."""
    from shared.repositories.proposals import Proposals

    return Proposals(table())


@cache
def jobs() -> "Jobs":
    """Exports and imports."""
    from shared.repositories.jobs import Jobs

    return Jobs(table())


@cache
def everything() -> "Everything":
    """Everything that is stored, for exports."""
    from shared.repositories.everything import Everything

    return Everything(table())


@cache
def exports_queue() -> "MessageQueue":
    """The queue of the steps of exports."""
    from shared.adapters.message_queue import MessageQueue

    return MessageQueue(aws.sqs(), settings().exports_queue_url)


@cache
def imports_queue() -> "MessageQueue":
    """The queue of the steps of imports."""
    from shared.adapters.message_queue import MessageQueue

    return MessageQueue(aws.sqs(), settings().imports_queue_url)


@cache
def transfer_store() -> "TransferStore":
    """The bucket of exports and imports."""
    from shared.adapters.transfer_store import TransferStore

    return TransferStore(aws.s3(), settings().transfers_bucket)


@cache
def counts() -> "Counts":
    """Figures, from the index."""
    from shared.repositories.figures import Counts

    return Counts(table(), editions())


@cache
def login_requests() -> "LoginRequests":
    """The queue of members whose account is to be made."""
    from shared.adapters.login_requests import LoginRequests

    return LoginRequests(aws.sqs(), settings().logins_queue_url)


def own_account(access_token: str) -> "OwnAccount":
    """The account of whoever asks."""
    from shared.adapters.own_account import OwnAccount

    return OwnAccount(aws.cognito(), access_token)


@cache
def payments(*, receiving: bool = False) -> "StripePayments":
    """Stripe, with the secrets from the parameter store, that of the webhook only where events are received.

    Its library is loaded here and nowhere else, because it is large.
    """
    from shared.adapters.stripe_payments import StripePayments

    chosen = settings()
    webhook_secrets: tuple[str, ...] = ()
    if receiving:
        text = aws.secret(chosen.stripe_webhook_secret_parameter)
        webhook_secrets = tuple(secret.strip() for secret in text.split(",") if secret.strip())
    secret_key = aws.secret(chosen.stripe_secret_key_parameter)
    return StripePayments(secret_key, webhook_secrets, chosen.stripe_api_base or None, chosen.stripe_livemode)
