"""Invoice settings, and webhooks as far as they are stored."""

from typing import Any

import pytest
from clockify_wire import Clockify, clockify

WEBHOOK = {
    "name": "hook",
    "url": "https://example.com/hook",
    "webhookEvent": "NEW_INVOICE",
    "triggerSourceType": "WORKSPACE_ID",
    "triggerSource": [],
}


async def labels(api: Clockify) -> dict[str, str]:
    """Return the labels as PUT wants them: one has another name there."""
    read: dict[str, str] = (await api.send("GET", "/invoices/settings")).json()["labels"]
    read["totalAmountDue"] = read.pop("totalAmount")
    return read


async def test_settings_are_replaced_with_all_labels() -> None:
    """200 without a body, and the next invoice starts with the new placeholders."""
    async with clockify() as api:
        changed = {**await labels(api), "billTo": "To"}
        defaults = {"notes": "N", "subject": "S", "taxPercent": 19}
        reply = await api.send("PUT", "/invoices/settings", {"labels": changed, "defaults": defaults})
        read = (await api.send("GET", "/invoices/settings")).json()
        invoice = api.simulator.home.add_invoice()

    assert (reply.status, reply.body) == (200, b"")
    assert (read["labels"]["billTo"], read["defaults"]["taxPercent"]) == ("To", 19.0)
    assert (invoice.note, invoice.subject) == ("N", "S")


async def test_a_missing_or_long_label_is_refused() -> None:
    """The whole object, each up to 20 characters."""
    async with clockify() as api:
        sent = await labels(api)
        missing = await api.send("PUT", "/invoices/settings", {"labels": {**sent, "tax": None}})
        long = await api.send("PUT", "/invoices/settings", {"labels": {**sent, "tax": "x" * 21}})

    assert (missing.status, long.status) == (400, 400)


async def test_a_webhook_lives_from_create_to_delete() -> None:
    """Listed in an envelope; a rotated token replaces the old one."""
    async with clockify() as api:
        created = (await api.send("POST", "/webhooks", WEBHOOK)).json()
        one = f"/webhooks/{created['id']}"
        rotated = (await api.send("PATCH", one + "/token")).json()
        renamed = (await api.send("PUT", one, {**WEBHOOK, "name": "other"})).json()
        listed = (await api.send("GET", "/webhooks")).json()
        logs = await api.send("POST", one + "/logs", {})
        deleted = await api.send("DELETE", one)
        gone = await api.send("GET", one)

    assert len(created["authToken"]) == 32
    assert rotated["authToken"] != created["authToken"]
    assert renamed["authToken"] == rotated["authToken"]
    assert listed == {"webhooks": [renamed], "workspaceWebhookCount": 1}
    assert logs.json() == []
    assert (deleted.status, deleted.body, gone.json()["code"]) == (200, b"", 501)


async def test_a_nameless_webhook_fails_with_a_misleading_text() -> None:
    """As the provider says it."""
    async with clockify() as api:
        reply = await api.send("POST", "/webhooks", {**WEBHOOK, "name": None})

    assert (reply.status, reply.json()["message"]) == (400, "Webhook already exists")


@pytest.mark.parametrize(
    "change",
    [{"name": "x"}, {"url": "ftp://x"}, {"webhookEvent": "INVOICE_DELETED"}, {"triggerSource": None}],
)
async def test_a_wrong_webhook_is_refused(change: dict[str, Any]) -> None:
    """There is no event for a deleted invoice, among others."""
    async with clockify() as api:
        reply = await api.send("POST", "/webhooks", {**WEBHOOK, **change})

    assert reply.status == 400


async def test_oddities_of_the_webhook_routes() -> None:
    """`type=SYSTEM` answers 500; reading logs with GET is a wrong verb."""
    async with clockify() as api:
        broken = await api.send("GET", "/webhooks", query={"type": "SYSTEM"})
        verb = await api.send("GET", f"/webhooks/{'0' * 24}/logs")

    assert (broken.status, verb.status) == (500, 405)


async def test_the_plan_limits_webhooks() -> None:
    """Three in a Free workspace."""
    async with clockify(plan="free") as api:
        replies = [await api.send("POST", "/webhooks", WEBHOOK) for _ in range(4)]

    assert [reply.status for reply in replies] == [201, 201, 201, 400]
