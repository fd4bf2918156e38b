"""Customers, and the report of their credit."""

from collections.abc import Iterable

from invoicekit.simulate import Answer, Call, Route
from invoicekit_asset.simulator.behaviour import Repeat
from invoicekit_asset.simulator.books import Customer
from invoicekit_asset.simulator.exact_json import answer_json
from invoicekit_asset.simulator.fields import Body, body_of
from invoicekit_asset.simulator.paging import page_answer
from invoicekit_asset.simulator.tenant import Tenant

PATH = "/v0/business/{business_id}"
_LONGEST = 255


class CustomerRoutes:
    """The customer calls of one tenant; there is none that reads one by id."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        path = f"{PATH}/customers"
        yield Route(operation="list_customers", method="GET", path=path, answer=self._list, is_write=False)
        yield Route(operation="create_customer", method="POST", path=path, answer=self._create, is_write=True)
        yield Route(
            operation="update_customer",
            method="PATCH",
            path=f"{path}/{{customer_id}}",
            answer=self._update,
            is_write=True,
        )
        yield Route(
            operation="customer_credits",
            method="GET",
            path=f"{PATH}/reports/customer-credits",
            answer=self._credits,
            is_write=False,
        )

    def _list(self, call: Call) -> Answer:
        books = self._tenant.books(call)
        rows = list(books.customers.values())
        return page_answer(call, rows, self._tenant.writer(books).customer, self._tenant.behaviour.envelope)

    def _create(self, call: Call) -> Answer:
        tenant = self._tenant
        books = tenant.books(call)
        body = body_of(call)
        external_id = body.optional_text("external_id", most=_LONGEST)
        customer = Customer(
            id=books.mint.take("cus"), name=body.text("name", most=_LONGEST), external_id=external_id
        )
        _fill(customer, body)
        if external_id is not None and tenant.behaviour.repeated_customer is not Repeat.ADD:
            for known in books.customers.values():
                if known.external_id == external_id:
                    if tenant.behaviour.repeated_customer is Repeat.REFUSE:
                        raise tenant.refused(409, "A customer of this id exists")
                    customer = known
        books.customers[customer.id] = customer
        return answer_json(
            {"data": tenant.writer(books).customer(customer)}, status=tenant.behaviour.created_status
        )

    def _update(self, call: Call) -> Answer:
        books = self._tenant.books(call)
        customer = self._tenant.customer_in(books, call.params["customer_id"])
        body = body_of(call)
        customer.name = body.optional_text("name", most=_LONGEST) or customer.name
        _fill(customer, body)
        return answer_json({"data": self._tenant.writer(books).customer(customer)})

    def _credits(self, call: Call) -> Answer:
        books = self._tenant.books(call)
        return answer_json(
            {
                "data": [
                    {
                        "customer_id": customer.id,
                        "customer_name": customer.name,
                        "total_available_credits": customer.credit,
                    }
                    for customer in books.customers.values()
                ]
            }
        )


def _fill(customer: Customer, body: Body) -> None:
    if body.has("email"):
        customer.email = body.text("email", most=_LONGEST)
    if body.has("phone_number"):
        customer.phone_number = body.text("phone_number")
    if body.has("billing_address"):
        customer.billing_address = body.optional_mapping("billing_address")
    if body.has("shipping_address"):
        customer.shipping_address = body.optional_mapping("shipping_address")
