"""Marks of mails: that each is being sent, or was sent."""

from datetime import datetime, timedelta

from shared.domain.mails import Mark
from shared.domain.ports import ChangedMeanwhile
from shared.repositories import items, keys
from shared.repositories.table import ABSENT, ConditionFailed, Table, put

KEPT = timedelta(days=400)
"""How long a mark is kept: far longer than any message can still be under way."""


class MailMarks:
    """MAIL#<mail> / MAIL. `find` 1 RRU · `save` 1 conditional put, 1 WRU. Time to live: 400 days."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, mail_id: str) -> Mark | None:
        """The mark of a mail, strongly consistent; None before anyone began to send it."""
        item = self._table.get(keys.mail(mail_id))
        if item is None:
            return None
        return Mark(
            mail_id=item["mail_id"],
            template=item["template"],
            member_id=item["member_id"],
            state=item["state"],
            by=item["by"],
            at=datetime.fromisoformat(item["at"]),
        )

    def save(self, before: Mark | None, after: Mark) -> None:
        """Set a mark, on condition that it is as it was read. Raises ChangedMeanwhile."""
        item = {**keys.mail(after.mail_id), **items.attributes(after)}
        item["expires_at_epoch"] = int((after.at + KEPT).timestamp())
        try:
            if before is None:
                self._table.write(put("mail", item, ABSENT))
            else:
                condition = "#state = :state AND #by = :by AND #at = :at"
                was = {":state": before.state, ":by": before.by, ":at": before.at.isoformat()}
                self._table.write(put("mail", item, condition, was))
        except ConditionFailed as error:
            raise ChangedMeanwhile from error
