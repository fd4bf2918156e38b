"""Credit memos: credit granted to a customer under a number that is unique."""

from collections.abc import Iterable

from invoicekit.simulate import Answer, Call, Route
from invoicekit_asset.simulator.books import ZERO, Books, CreditMemo
from invoicekit_asset.simulator.exact_json import answer_json
from invoicekit_asset.simulator.fields import Body, batch_of, query_text
from invoicekit_asset.simulator.paging import page_answer
from invoicekit_asset.simulator.refusal import BadField, BrokenRule
from invoicekit_asset.simulator.tenant import Tenant

PATH = "/v0/business/{business_id}/credit-memo"
_LONGEST = 255


class MemoRoutes:
    """The credit memo calls of one tenant."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        one = PATH + "/{credit_memo_id}"
        yield Route(operation="list_credit_memos", method="GET", path=PATH, answer=self._list, is_write=False)
        yield Route(
            operation="create_credit_memos", method="POST", path=PATH, answer=self._create, is_write=True
        )
        yield Route(operation="get_credit_memo", method="GET", path=one, answer=self._get, is_write=False)
        yield Route(
            operation="void_credit_memo",
            method="POST",
            path=f"{one}/void",
            answer=self._void,
            is_write=True,
        )

    def _memo(self, call: Call) -> tuple[Books, CreditMemo]:
        books = self._tenant.books(call)
        memo = books.memos.get(call.params["credit_memo_id"])
        if memo is None:
            raise self._tenant.refused(404, "Credit memo not found")
        return books, memo

    def _list(self, call: Call) -> Answer:
        tenant = self._tenant
        books = tenant.books(call)
        customer_id, voided = query_text(call, "customer_id"), query_text(call, "voided")
        if voided not in (None, "true", "false"):
            raise BadField(("query", "voided"), "Input should be a valid boolean")
        rows = [
            memo
            for memo in books.memos.values()
            if customer_id in (None, memo.customer_id)
            and (voided is None or (memo.voided_at is not None) == (voided == "true"))
        ]
        return page_answer(call, rows, tenant.writer(books).memo, tenant.behaviour.envelope)

    def _get(self, call: Call) -> Answer:
        books, memo = self._memo(call)
        return answer_json({"data": self._tenant.writer(books).memo(memo)})

    def _create(self, call: Call) -> Answer:
        tenant = self._tenant
        books = tenant.books(call)
        made: list[CreditMemo] = []
        errors: list[dict[str, str]] = []
        for item in batch_of(call):
            number = item.text("number", most=_LONGEST)
            try:
                memo = self._new(books, item, number)
            except BrokenRule as fault:
                if not tenant.behaviour.tells_item_errors:
                    raise
                errors.append({"error": str(fault), "number": number})
            else:
                made.append(memo)
                books.memos[memo.id] = memo
                books.customers[memo.customer_id].credit += memo.amount
        document: dict[str, object] = {"data": [tenant.writer(books).memo(memo) for memo in made]}
        if tenant.behaviour.tells_item_errors:
            document["errors"] = errors
        return answer_json(document, status=tenant.behaviour.created_status)

    def _new(self, books: Books, item: Body, number: str) -> CreditMemo:
        customer_id = item.text("customer_id")
        if customer_id not in books.customers:
            raise BrokenRule("Customer not found")
        if any(memo.number == number for memo in books.memos.values()):
            raise BrokenRule("A credit memo of this number exists")
        return CreditMemo(
            id=books.mint.take("cm"),
            customer_id=customer_id,
            number=number,
            amount=item.amount("amount", above=ZERO),
            issued_at=item.optional_instant("issued_at") or self._tenant.now_text(),
            journal_entry_id=books.mint.take("je"),
            memo=item.optional_text("memo", most=_LONGEST),
        )

    def _void(self, call: Call) -> Answer:
        books, memo = self._memo(call)
        if memo.voided_at is None:
            customer = books.customers[memo.customer_id]
            if customer.credit < memo.amount:
                raise BrokenRule("The credit is spent already")
            customer.credit -= memo.amount
            memo.voided_at = self._tenant.now_text()
        return answer_json({"data": self._tenant.writer(books).memo(memo)})
