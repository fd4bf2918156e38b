"""Webhooks: stored and listed, never delivered."""

import random
from collections.abc import Iterable

from invoicekit.simulate import Answer, Call, Route
from invoicekit_clockify.simulator import refusal
from invoicekit_clockify.simulator.account import Account
from invoicekit_clockify.simulator.fields import Body, query_choice
from invoicekit_clockify.simulator.workspace import Webhook, Workspace

PATH = "/api/v1/workspaces/{workspace_id}/webhooks"
MOST_IN_WORKSPACE = 100
MOST_ON_FREE_PLAN = 3
_SOURCES = ("PROJECT_ID", "USER_ID", "TAG_ID", "TASK_ID", "WORKSPACE_ID", "ASSIGNMENT_ID", "EXPENSE_ID")
# The events about invoices and time; the others that the provider knows are refused here.
_EVENTS = (
    *("NEW_INVOICE", "INVOICE_UPDATED", "NEW_TIME_ENTRY", "TIME_ENTRY_UPDATED", "TIME_ENTRY_DELETED"),
    *("TIME_ENTRY_SPLIT", "TIME_ENTRY_RESTORED", "NEW_TIMER_STARTED", "TIMER_STOPPED"),
)


class WebhookRoutes:
    """The webhook calls of one account; add-on tokens are kept out of all of them."""

    def __init__(self, account: Account, *, seed: int) -> None:
        self._account = account
        self._draw = random.Random(f"webhooks:{seed}")  # noqa: S311

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        one = PATH + "/{webhook_id}"
        for operation, method, path, answer, is_write in (
            ("list_webhooks", "GET", PATH, self._list, False),
            ("create_webhook", "POST", PATH, self._create, True),
            ("get_webhook", "GET", one, self._get, False),
            ("update_webhook", "PUT", one, self._replace, True),
            ("delete_webhook", "DELETE", one, self._delete, True),
            ("rotate_webhook_token", "PATCH", one + "/token", self._rotate, True),
            ("list_webhook_logs", "POST", one + "/logs", self._logs, False),
        ):
            yield Route(operation=operation, method=method, path=path, answer=answer, is_write=is_write)

    def _list(self, call: Call) -> Answer:
        workspace = self._workspace(call)
        if query_choice(call, "type", ("USER_CREATED", "SYSTEM", "ADDON")) == "SYSTEM":
            return refusal.error(500, refusal.BUSINESS_RULE, "Unexpected error")
        # An envelope, and paging parameters are not read.
        listed = [_document(webhook, workspace) for webhook in workspace.webhooks.values()]
        return Answer.json({"webhooks": listed, "workspaceWebhookCount": len(listed)})

    def _create(self, call: Call) -> Answer:
        workspace = self._workspace(call)
        most = MOST_IN_WORKSPACE if workspace.plan != "free" else MOST_ON_FREE_PLAN
        if len(workspace.webhooks) >= most:
            raise refusal.broken_rule("Webhook limit reached")
        body = Body.of(call)
        if not body.has("name"):
            raise refusal.broken_rule("Webhook already exists")  # misleading, and as the provider says it
        user_id = self._account.caller(call).user_id
        webhook = _read(body, workspace.new_id("webhook"), user_id, self._new_token())
        workspace.webhooks[webhook.id] = webhook
        return Answer.json(_document(webhook, workspace), status=201)

    def _get(self, call: Call) -> Answer:
        workspace, webhook = self._webhook(call)
        return Answer.json(_document(webhook, workspace))

    def _replace(self, call: Call) -> Answer:
        workspace, webhook = self._webhook(call)
        changed = _read(Body.of(call), webhook.id, webhook.user_id, webhook.token)
        workspace.webhooks[webhook.id] = changed
        return Answer.json(_document(changed, workspace))

    def _delete(self, call: Call) -> Answer:
        workspace, webhook = self._webhook(call)
        del workspace.webhooks[webhook.id]
        return Answer()

    def _rotate(self, call: Call) -> Answer:
        workspace, webhook = self._webhook(call)
        webhook.token = self._new_token()
        return Answer.json(_document(webhook, workspace))

    def _logs(self, call: Call) -> Answer:
        self._webhook(call)
        Body.of(call).optional_choice("status", ("ALL", "SUCCEEDED", "FAILED"), "ALL")
        return Answer.json([])

    def _workspace(self, call: Call) -> Workspace:
        if self._account.caller(call).is_addon:
            raise refusal.forbidden("Add-on tokens cannot reach webhooks")
        return self._account.workspace(call)

    def _webhook(self, call: Call) -> tuple[Workspace, Webhook]:
        workspace = self._workspace(call)
        webhook = workspace.webhooks.get(call.params["webhook_id"])
        if webhook is None:
            raise refusal.missing("Webhook", call.params["webhook_id"])
        return workspace, webhook

    def _new_token(self) -> str:
        return f"{self._draw.getrandbits(128):032x}"


def _read(body: Body, identifier: str, user_id: str, token: str) -> Webhook:
    url = body.text("url", least=1)
    if not url.startswith(("http://", "https://")):
        raise refusal.broken_rule(f"url is no address: {url}")
    return Webhook(
        id=identifier,
        name=body.text("name", least=2, most=30) if body.has("name") else "",
        url=url,
        event=body.choice("webhookEvent", _EVENTS),
        source_type=body.choice("triggerSourceType", _SOURCES),
        sources=tuple(body.texts("triggerSource")),
        user_id=user_id,
        token=token,
    )


def _document(webhook: Webhook, workspace: Workspace) -> dict[str, object]:
    return {
        "id": webhook.id,
        "name": webhook.name,
        "url": webhook.url,
        "webhookEvent": webhook.event,
        "triggerSourceType": webhook.source_type,
        "triggerSource": list(webhook.sources),
        "userId": webhook.user_id,
        "workspaceId": workspace.id,
        "authToken": webhook.token,
        "enabled": True,
        "deliveryEnabled": True,
        "planEnabled": True,
    }
