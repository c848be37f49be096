"""Invoices: one for each cycle of a certification, in the certification's partition."""

import contextlib
from collections.abc import Sequence

from shared.domain.errors import NotFound
from shared.domain.events import Event
from shared.domain.invoices import Invoice
from shared.domain.ports import AlreadyRecorded, ChangedMeanwhile
from shared.domain.privacy import ERASED_DETAIL
from shared.repositories import events, items, keys
from shared.repositories.erasure import ERASURE, not_erased
from shared.repositories.recertification_writes import invoice_item, invoice_write
from shared.repositories.table import ABSENT, SAME_VERSION, ConditionFailed, Table, put

BATCH = 100


class Invoices:
    """CERTIFICATION#<id> / INVOICE#<cycle number>; for programs bought INVOICE#<id>, told of by MEMBER#<id> /
    INVOICE#<id>.

    `find` 1 RRU · `find_many` 1 batch get for 100, 1 RRU each · `of_certification` 1 query · `issue` 1 conditional put,
    1 WRU and 1 of the index · `save` 1 transaction, 4 WRU with its event and up to 2 of the index.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, invoice_id: str) -> Invoice | None:
        """The invoice with this id, strongly consistent; None where there is none or the id is impossible."""
        try:
            key = keys.invoice(invoice_id)
        except NotFound:
            return None
        item = self._table.get(key)
        return None if item is None else items.invoice(item)

    def find_many(self, invoice_ids: Sequence[str]) -> dict[str, Invoice]:
        """Those of these invoices that there are, by id, strongly consistent."""
        wanted = []
        for invoice_id in dict.fromkeys(invoice_ids):
            with contextlib.suppress(NotFound):
                wanted.append(keys.invoice(invoice_id))
        found = [
            items.invoice(item)
            for start in range(0, len(wanted), BATCH)
            for item in self._table.get_many(wanted[start : start + BATCH])
        ]
        return {invoice.invoice_id: invoice for invoice in found}

    def of_certification(self, certification_id: str) -> list[Invoice]:
        """All invoices of a certification, oldest cycle first, strongly consistent."""
        found = self._table.query(keys.certification_partition(certification_id), "INVOICE#")
        return [items.invoice(item) for item in found]

    def issue(self, invoice: Invoice) -> Invoice:
        """Put the invoice if its cycle has none yet; gives the one that is there then (rule 4).

        An item created alone is its own event: `issued_key` tells which request made it.
        """
        write = invoice_write(invoice)
        try:
            self._table.write(write)
        except ConditionFailed as error:
            found = error.failed[write.label]
            if found is None:
                raise ChangedMeanwhile from error
            return items.invoice(found)
        return invoice

    def of_programs(self, member_id: str) -> list[Invoice]:
        """The invoices of programs that a member bought, strongly consistent."""
        place = keys.bought(member_id)
        wanted = [
            keys.invoice(each["SK"].removeprefix(place["SK"]))
            for each in self._table.query(place["PK"], place["SK"])
        ]
        found = [
            item
            for start in range(0, len(wanted), BATCH)
            for item in self._table.get_many(wanted[start : start + BATCH])
        ]
        return [items.invoice(item) for item in found]

    def put_imported(self, before: Invoice | None, after: Invoice) -> None:
        """Write an imported invoice of a program, new or as it was read; it is its own event.

        1 transaction, 6 WRU if new, else 4. Raises ChangedMeanwhile, and NotFound when the member's data were erased.
        """
        item = invoice_item(after)
        pointer = keys.bought(after.member_id, after.invoice_id)
        if before is None:
            writes = [put("invoice", item, ABSENT), put("pointer", dict(pointer), ABSENT)]
        else:
            writes = [put("invoice", item, SAME_VERSION, {":version": before.version})]
        try:
            self._table.transact([*writes, not_erased(after.member_id)])
        except ConditionFailed as error:
            if ERASURE in error.failed:
                raise NotFound(ERASED_DETAIL) from error
            raise ChangedMeanwhile from error

    def save(self, before: Invoice, after: Invoice, event: Event) -> None:
        """Write a changed invoice with its event. Raises ChangedMeanwhile, AlreadyRecorded."""
        write = put("invoice", invoice_item(after), SAME_VERSION, {":version": before.version})
        try:
            self._table.transact([write, events.once(event)])
        except ConditionFailed as error:
            raise AlreadyRecorded if events.EVENT in error.failed else ChangedMeanwhile from error
