"""What SES needs before it sends: the addresses that functions send from, verified."""

from collections.abc import Callable, Iterable
from typing import Any

from infrastructure.local.template import Function

_SENDER = "SENDER_ADDRESS"


def verify_senders(functions: Iterable[Function], client: Callable[[str], Any]) -> None:
    """Verify each function's sender; in an account the body does that once, by its domain's records."""
    for address in {one.environment[_SENDER] for one in functions if one.environment.get(_SENDER)}:
        client("ses").verify_email_identity(EmailAddress=address)
