"""PDFs: asked for here, fetched elsewhere, without our credentials."""

from pathlib import Path

import pytest
from kukkingu_desk import INVOICE, OTHER_INVOICE, Desk, StubSender, adapter, answer, opened

from invoicekit.errors import Conflict, InvoiceKitError, MalformedResponse, Rejected
from invoicekit.simulate import serving
from invoicekit_kukkingu.simulator import Behaviour, KukkinguFiles


async def test_a_pdf_is_fetched_from_another_port_without_credentials(desk: Desk, tmp_path: Path) -> None:
    """The host of the file sees neither token nor tenant, which it would refuse and remember."""
    files = KukkinguFiles(desk.simulator.files)
    async with serving(files) as elsewhere:
        desk.simulator.files_origin = elsewhere.url

        size = await desk.service.export_pdf(desk.invoice_id, tmp_path / "a.pdf")

    (request,) = files.requests
    content = (tmp_path / "a.pdf").read_bytes()
    assert (request.status, request.credentials) == (200, ())
    assert desk.simulator.files.leaks == []
    assert len(content) == size
    assert content.startswith(b"%PDF")
    assert b"A-100" in content


async def test_the_same_machine_under_another_name_is_another_origin(desk: Desk, tmp_path: Path) -> None:
    """What tells is the address that was handed out, not the port."""
    await desk.service.export_pdf(desk.invoice_id, tmp_path / "a.pdf")

    (request,) = desk.requests("download_file")
    assert request.credentials == ()


async def test_an_address_on_the_apis_own_host_gets_no_credentials_either(desk: Desk, tmp_path: Path) -> None:
    """A temporary address is its own credential, wherever it is."""
    desk.simulator.files_origin = str(desk.reach["base_url"])

    await desk.service.export_pdf(desk.invoice_id, tmp_path / "a.pdf")

    assert desk.requests("download_file")[0].credentials == ()
    assert desk.simulator.files.leaks == []


async def test_an_address_is_used_at_once_and_never_kept(desk: Desk, tmp_path: Path) -> None:
    """Each export asks for a new one."""
    for _ in range(2):
        await desk.service.export_pdf(desk.invoice_id, tmp_path / "a.pdf")

    paths = {one.path for one in desk.requests("download_file")}
    assert (len(paths), len(desk.requests("get_invoice_pdf"))) == (2, 2)


async def test_an_address_that_has_ended_is_no_file(desk: Desk, tmp_path: Path) -> None:
    """The refusal is told, and no file appears."""
    desk.simulator.files_live_seconds = -1

    with pytest.raises(Rejected):
        await desk.service.export_pdf(desk.invoice_id, tmp_path / "a.pdf")

    assert _names(tmp_path) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.com/x",
        "http://169.254.169.254/latest",
        "http://127.0.0.1:80/x",
        "http://localhost/x",
        "https://user:pass@files.example.com/x",
        "file:///etc/passwd",
        "ftp://files.example.com/x",
        "//files.example.com/x",
        "",
    ],
)
async def test_an_address_that_is_none_is_not_fetched(url: str) -> None:
    """A provider on the net may not send us to this machine, nor anywhere without TLS."""
    stub = StubSender([answer({"id": INVOICE, "url": url})])

    with pytest.raises(MalformedResponse, match="not an https address"):
        await _drain(stub)

    assert len(stub.sent) == 1


async def test_a_signed_address_is_fetched_as_it_came() -> None:
    """Its query is its signature."""
    url = "https://files.example.com/a%20b.pdf?X-Sig=a%2Fb%3D&x=1"
    stub = StubSender([answer({"id": INVOICE, "url": url}), answer({})])

    await _drain(stub)

    request = stub.sent[1][1]
    assert (request.foreign_url, request.headers) == (url, ())


async def test_the_pdf_of_another_invoice_is_refused() -> None:
    """A customer must not get somebody else's."""
    stub = StubSender([answer({"id": OTHER_INVOICE, "url": "https://files.example.com/x"})])

    with pytest.raises(MalformedResponse, match="another invoice"):
        await _drain(stub)


async def test_a_draft_may_have_none(tmp_path: Path) -> None:
    """The server's own refusal is told."""
    async with opened(behaviour=Behaviour(draft_pdf="refuse")) as desk:
        with pytest.raises(Conflict):
            await desk.service.export_pdf(desk.draft_id, tmp_path / "a.pdf")


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def _drain(stub: StubSender) -> None:
    async with adapter(stub).export_pdf(INVOICE) as pieces:
        async for _ in pieces:
            pass


async def test_the_address_stays_out_of_errors(desk: Desk, tmp_path: Path) -> None:
    """Whoever reads a log must not be able to fetch the file."""
    desk.simulator.files_live_seconds = -1

    with pytest.raises(InvoiceKitError) as caught:
        await desk.service.export_pdf(desk.invoice_id, tmp_path / "a.pdf")

    key = desk.requests("download_file")[0].path.rpartition("/")[2]
    assert key not in str(caught.value) + repr(caught.value)
