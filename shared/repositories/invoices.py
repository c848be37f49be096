"""Invoices: one for each cycle of a certification, in the certification's partition."""

from shared.domain.errors import NotFound
from shared.domain.events import Event
from shared.domain.invoices import Invoice
from shared.domain.ports import AlreadyRecorded, ChangedMeanwhile
from shared.repositories import events, items, keys
from shared.repositories.recertifications import invoice_write
from shared.repositories.table import SAME_VERSION, ConditionFailed, Table, put


class Invoices:
    """CERTIFICATION#<id> / INVOICE#<cycle number>.

    `find` 1 RRU · `of_certification` 1 query · `issue` 1 conditional put, 1 WRU · `save` 1 transaction, 4 WRU with its
    event.
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

    def save(self, before: Invoice, after: Invoice, event: Event) -> None:
        """Write a changed invoice with its event. Raises ChangedMeanwhile, AlreadyRecorded."""
        item = {**keys.invoice(after.invoice_id), **items.attributes(after)}
        write = put("invoice", item, SAME_VERSION, {":version": before.version})
        try:
            self._table.transact([write, events.once(event)])
        except ConditionFailed as error:
            raise AlreadyRecorded if events.EVENT in error.failed else ChangedMeanwhile from error
