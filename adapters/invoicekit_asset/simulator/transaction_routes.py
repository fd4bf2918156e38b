"""Transactions: accepted in batches, listed by id, never edited here."""

from collections.abc import Iterable

from invoicekit.simulate import Answer, Call, Route
from invoicekit_asset.simulator.behaviour import Repeat
from invoicekit_asset.simulator.books import Books, Transaction
from invoicekit_asset.simulator.exact_json import answer_json
from invoicekit_asset.simulator.fields import MOST_ITEMS, Body, batch_of, query_instant, query_texts
from invoicekit_asset.simulator.matching import Matcher
from invoicekit_asset.simulator.paging import page_answer
from invoicekit_asset.simulator.refusal import BadField
from invoicekit_asset.simulator.tenant import Tenant

PATH = "/v0/business/{business_id}/transactions"
_LONGEST_DESCRIPTION = 512
_INCLUDES = frozenset({"invoice_payments.invoice", "refund_payments", "bill_payments"})


class TransactionRoutes:
    """The transaction calls of one tenant."""

    def __init__(self, tenant: Tenant, matcher: Matcher) -> None:
        self._tenant = tenant
        self._matcher = matcher

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        yield Route(operation="list_transactions", method="GET", path=PATH, answer=self._list, is_write=False)
        yield Route(
            operation="create_transactions", method="POST", path=PATH, answer=self._create, is_write=True
        )

    def _list(self, call: Call) -> Answer:
        tenant = self._tenant
        books = tenant.books(call)
        now = tenant.clock.monotonic()
        ids, external_ids = query_texts(call, "ids"), query_texts(call, "external_ids")
        if not tenant.behaviour.filters_by_external_id:
            external_ids = ()
        if max(len(ids), len(external_ids)) > MOST_ITEMS:
            raise BadField(("query", "ids"), f"At most {MOST_ITEMS}")
        includes = query_texts(call, "includes")
        if not _INCLUDES.issuperset(includes):
            raise BadField(("query", "includes"), "Unknown member")
        start, end = query_instant(call, "start_datetime"), query_instant(call, "end_datetime")
        known: Iterable[Transaction] = books.transactions.values()
        if external_ids:
            known = [one for external_id in external_ids for one in books.known_as(external_id)]
        rows = [
            transaction
            for transaction in known
            if transaction.visible_at <= now
            and (not ids or transaction.id in ids)
            and (start is None or transaction.at >= start)
            and (end is None or transaction.at <= end)
        ]
        rows.sort(key=lambda transaction: transaction.at, reverse=True)
        writer, with_payments = tenant.writer(books), "invoice_payments.invoice" in includes
        return page_answer(
            call,
            rows,
            lambda transaction: writer.transaction(transaction, with_payments=with_payments),
            tenant.behaviour.envelope,
        )

    def _create(self, call: Call) -> Answer:
        tenant = self._tenant
        books = tenant.books(call)
        made = [self._new(books, item) for item in batch_of(call)]
        for transaction in made:
            if transaction.id not in books.transactions:
                books.keep(transaction)
                self._matcher.notice(books, transaction)
        writer = tenant.writer(books)
        documents = [writer.transaction(transaction, with_payments=False) for transaction in made]
        return answer_json({"data": documents}, status=202)

    def _new(self, books: Books, item: Body) -> Transaction:
        tenant = self._tenant
        external_id = item.text("transaction_id")
        earlier = next(iter(books.known_as(external_id)), None)
        if earlier is not None and tenant.behaviour.repeated_transaction is not Repeat.ADD:
            if tenant.behaviour.repeated_transaction is Repeat.REFUSE:
                raise tenant.refused(409, "A transaction of this id exists")
            return earlier
        return Transaction(
            id=books.mint.take("txn"),
            external_id=external_id,
            external_account_id=item.text("external_account_id"),
            amount=item.amount("amount"),
            at=item.instant("transaction_datetime"),
            description=item.text("description", most=_LONGEST_DESCRIPTION),
            visible_at=tenant.clock.monotonic() + tenant.behaviour.transaction_lag_seconds,
            metadata=item.optional_mapping("metadata_"),
        )
