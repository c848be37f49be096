"""The worker that makes the accounts imported members log in with; their first log-in is a password reset by e-mail."""

from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters.failures import log_failure
from shared.domain.members import Member
from shared.domain.ports import ChangedMeanwhile
from shared.handling import wiring

logger = Logger()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Make the account of each message's member; those that failed come again, and in the end to the dead letters."""
    failed = []
    for record in event["Records"]:
        try:
            make_account(record["body"])
        except Exception as error:  # one bad message must not hold up the others
            log_failure(logger, "account_failed", error, message_id=record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def make_account(member_id: str) -> None:
    """Make a member's account, or give it the address of today, and note that it is made; doing it twice is fine.

    Whose data are erased meanwhile keeps no account: the erasure took it away before it was made. Raises
    ChangedMeanwhile when the address changes under it: the message then comes again.
    """
    member = wiring.members().find(member_id)
    if member is None or removed_if_erased(member) or member.login == "made":
        return
    wiring.accounts().make(member.member_id, member.email)
    try:
        wiring.members().mark_login_made(member)
    except ChangedMeanwhile:
        now = wiring.members().find(member_id)
        if now is None or not removed_if_erased(now):
            raise


def removed_if_erased(member: Member) -> bool:
    """Whether a member's data were erased; then an account that was made since is removed."""
    if member.erasure:
        wiring.accounts().remove(member.member_id)
    return bool(member.erasure)
