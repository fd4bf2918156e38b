"""Clients, contracts, projects, and what the service says of itself."""

import pytest
from kukkingu_desk import CLIENT, CONTRACT, Desk, StubSender, adapter, answer, opened

from invoicekit.errors import (
    Conflict,
    DuplicateDetected,
    InvalidIdentifier,
    MalformedResponse,
    NotFound,
    OutcomeUnknown,
    UnsupportedOperation,
    UsageError,
)
from invoicekit.model import UNSUPPORTED, Money, NewCustomer, Outcome
from invoicekit.simulate import Fault, FaultKind
from invoicekit_kukkingu import NewContract


async def test_clients_are_customers(desk: Desk) -> None:
    """The list comes whole; what Kukkingu does not keep is told apart from what is not there."""
    (customer,) = await desk.service.list_customers().snapshot()

    assert (customer.id, customer.name, customer.email) == (desk.client_id, "Client 1", UNSUPPORTED)


async def test_one_client_is_picked_out_of_the_list(desk: Desk) -> None:
    """There is no call for one."""
    assert (await desk.service.get_customer(desk.client_id)).name == "Client 1"
    with pytest.raises(NotFound):
        await desk.service.get_customer(CLIENT)
    with pytest.raises(InvalidIdentifier):
        await desk.service.get_customer("../invoices")


async def test_a_client_is_created_once(desk: Desk) -> None:
    """The name is the natural key, without a journal too."""
    first = await desk.service.create_customer("Acme", note="Good payers")
    async with desk.elsewhere() as service:
        again = await service.create_customer("Acme", note="Good payers")

    assert (first.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)
    assert first.value.id == again.value.id
    assert first.value.note == "Good payers"
    assert len(desk.simulator.ledger.deeds("create_client")) == 1


@pytest.mark.parametrize(
    "kind", [FaultKind.DROP_AFTER, FaultKind.GARBAGE, FaultKind.ERROR_AFTER, FaultKind.LATE]
)
async def test_a_client_whose_creation_is_in_doubt_is_found(kind: FaultKind) -> None:
    """Never sent again."""
    async with opened(faults=[Fault(kind=kind, at="create_client")]) as desk:
        result = await desk.service.create_customer("Acme")

        assert result.outcome is Outcome.APPLIED
        assert len(desk.requests("create_client")) == 1


async def test_a_client_that_never_arrived_stays_in_doubt() -> None:
    """An append that is not seen is not sent again unless somebody asks."""
    async with opened(faults=[Fault(kind=FaultKind.DROP_BEFORE, at="create_client")]) as desk:
        with pytest.raises(OutcomeUnknown):
            await desk.service.create_customer("Acme")

        assert len(desk.requests("create_client")) == 1


async def test_two_clients_of_one_name_are_told(desk: Desk) -> None:
    """Kukkingu may allow them."""
    for _ in range(2):
        desk.simulator.home.add_client("Acme")

    with pytest.raises(DuplicateDetected):
        await desk.service.create_customer("Acme")


@pytest.mark.parametrize(
    ("new", "error"),
    [
        (NewCustomer(name=""), UsageError),
        (NewCustomer(name=" Acme"), UsageError),
        (NewCustomer(name="x" * 256), UsageError),
        (NewCustomer(name="Acme", note="x" * 1025), UsageError),
        (NewCustomer(name="Acme", email="a@b"), UnsupportedOperation),
        (NewCustomer(name="Acme", address="1 Street"), UnsupportedOperation),
    ],
)
def test_a_client_that_can_never_be_is_refused(new: NewCustomer, error: type[Exception]) -> None:
    """Nothing was sent."""
    with pytest.raises(error):
        adapter(StubSender()).create_customer(new)


async def test_a_client_is_deleted_and_gone_is_done(desk: Desk) -> None:
    """Natively; a repeat sends nothing."""
    customer_id = desk.simulator.home.add_client("Acme").id

    first = await desk.service.write(desk.native.delete_customer(customer_id))
    again = await desk.service.write(desk.native.delete_customer(customer_id))

    assert (first.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)
    assert desk.simulator.home.clients.get(customer_id) is None
    assert len(desk.requests("delete_client")) == 1


async def test_a_client_that_somebody_deleted_meanwhile_is_gone() -> None:
    """Not found is what was asked for."""
    stub = StubSender([NotFound("gone", status=404, code="NotFound")])

    done = await adapter(stub).delete_customer(CLIENT).perform(stub)

    assert done.resource_id == CLIENT


async def test_a_client_with_contracts_stays(desk: Desk) -> None:
    """The server's own refusal is told."""
    with pytest.raises(Conflict):
        await desk.service.write(desk.native.delete_customer(desk.client_id))


async def test_contracts_are_read_by_client(desk: Desk) -> None:
    """All, or those of one."""
    home = desk.simulator.home
    other = home.add_contract(home.add_client("Other").id, "Theirs", amount_minor=500, currency="JPY")

    contracts = await desk.native.list_contracts()
    (theirs,) = await desk.native.list_contracts(customer_id=other.client_id)

    assert len(contracts) == 2
    assert (theirs.id, theirs.name, theirs.amount) == (other.id, "Theirs", Money("500", "JPY"))


async def test_contracts_of_another_client_are_dropped() -> None:
    """A server that reads the filter over must not have us bill somebody else's contract."""
    rows = [{"id": CONTRACT, "client": CLIENT}, {"id": "ctr_aaaaaaaaaaaa", "client": "clnt_bbbbbbbbbbbb"}]
    stub = StubSender([answer(rows)])

    (contract,) = await adapter(stub).list_contracts(customer_id=CLIENT)

    assert contract.id == CONTRACT


async def test_a_contract_is_created_once(desk: Desk) -> None:
    """Its name within the client is the natural key."""
    new = NewContract(customer_id=desk.client_id, name="Support", amount=Money("1.234", "KWD"))

    first = await desk.service.write(desk.native.create_contract(new), reference="c-1")
    async with desk.elsewhere() as service:
        again = await service.write(desk.native.create_contract(new), reference="c-2")

    held = desk.simulator.home.contracts.get(first.value.id)
    assert held is not None
    assert (held.amount, held.currency) == (1234, "KWD")
    assert again.outcome is Outcome.ALREADY_APPLIED


async def test_projects_tell_contract_and_client(desk: Desk) -> None:
    """Of all contracts, or of one."""
    (project,) = await desk.native.list_projects(contract_id=desk.simulator.contract.id)

    assert (project.id, project.name) == (desk.simulator.project.id, "Project 1")
    assert (project.contract_id, project.customer_id) == (desk.simulator.contract.id, desk.client_id)
    assert len(await desk.native.list_projects()) == 1


async def test_one_contract_is_read_as_it_is_held(desk: Desk) -> None:
    """And the service says that it is there."""
    held = desk.simulator.contract

    contract = await desk.native.get_contract(held.id)

    assert (contract.id, contract.customer_id, contract.name) == (held.id, held.client_id, held.name)
    assert contract.amount == Money.from_minor(held.amount, held.currency)
    assert (await desk.native.health()).status == "ok"


async def test_another_contract_is_no_answer() -> None:
    """The id that comes back is the id that was asked for."""
    stub = StubSender([answer({"id": "ctr_aaaaaaaaaaaaaaaaaaaaaaaa"})])

    with pytest.raises(MalformedResponse):
        await adapter(stub).get_contract(CONTRACT)


async def test_a_probe_reads_and_reads_alone(desk: Desk) -> None:
    """Health, the clients and the configured contract."""
    probe = await desk.service.probe()

    assert dict(probe.facts) == {
        "service": "contracting-sdk 0.1.0, ok",
        "clients": "1",
        "contract": "Contract 1",
    }
    assert desk.writes() == []
