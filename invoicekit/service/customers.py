"""Calls about customers."""

from invoicekit.guard import check_reference, read_patiently
from invoicekit.model import Customer, NewCustomer, Pager, WriteResult
from invoicekit.service.calls import Calls


class CustomerCalls(Calls):
    """List, read and create customers."""

    def list_customers(self, *, cursor: str | None = None, max_items: int | None = None) -> Pager[Customer]:
        """List customers, archived ones included."""
        return self._pager(self._offered("list_customers").list_customers, cursor, max_items)

    async def get_customer(self, customer_id: str) -> Customer:
        """Read one customer."""
        adapter = self._offered("get_customer")
        return await read_patiently(lambda: adapter.get_customer(customer_id))

    async def create_customer(
        self, name: str, *, email: str | None = None, address: str | None = None, note: str | None = None
    ) -> WriteResult[Customer]:
        """Create a customer; a repeat with the same name finds the first one."""
        new = NewCustomer(name=name, email=email, address=address, note=note)
        create = self._offered("create_customer").create_customer
        return await self._ask(create, new, reference=check_reference(name))
