"""A provider that knows idempotency keys, its adapter and its simulator: what none of ours has."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

import attrs

from invoicekit.adapter import (
    Adapter,
    Capabilities,
    Done,
    Effect,
    HttpRequest,
    HttpResponse,
    Idempotency,
    Operation,
    RateWindow,
    Sender,
    Site,
    Write,
)
from invoicekit.errors import InvalidRequest, MalformedResponse, NotApplied
from invoicekit.registry import Registry
from invoicekit.secret import Secret
from invoicekit.simulate import Answer, Call, Ledger, Refusal, Route, Simulator

PATH = "/charges"

# One more send of the same key and body changes nothing: to the protocol that is a SET.
CHARGE = Operation(name="charge", effect=Effect.SET, idempotency=Idempotency.SERVER_KEY, looks_before=False)


@attrs.frozen(kw_only=True)
class KeyedConfig:
    """Where it is."""

    base_url: str
    api_key: Secret


@attrs.frozen
class _Key:
    key: Secret

    def headers(self) -> Mapping[str, str]:
        return {"X-Key": self.key.reveal()}


class KeyedAdapter(Adapter[KeyedConfig]):
    """Charges, each under the caller's reference as the provider's key."""

    name: ClassVar[str] = "keyed"
    capabilities: ClassVar[Capabilities] = Capabilities(operations={})
    config_type: ClassVar[type] = KeyedConfig

    @classmethod
    def site(cls, config: KeyedConfig) -> Site:
        return Site(
            hosts={"api": config.base_url},
            credentials=_Key(config.api_key),
            account="one",
            windows=(RateWindow(limit=1000, seconds=1.0),),
        )

    @classmethod
    def refusal(cls, response: HttpResponse) -> NotApplied | None:
        if b'"refused"' in response.body:
            return InvalidRequest("the provider refuses", status=response.status)
        return None

    def charge(self, reference: str, amount: int) -> Write[str]:
        """Charge once for each reference."""
        body = json.dumps({"amount": amount}).encode()
        request = HttpRequest(
            method="POST", path=PATH, body=body, headers=(("Idempotency-Key", f"k-{reference}"),)
        )

        async def perform(sender: Sender) -> Done[str]:
            response = await sender.send(CHARGE, request)
            try:
                answer = json.loads(response.body)
                identifier, is_ours = str(answer["id"]), answer["key"] == f"k-{reference}"
            except (ValueError, KeyError, TypeError):
                raise MalformedResponse("the answer names no charge") from None
            if not is_ours:
                raise MalformedResponse("the answer names another's charge")
            return Done(value=identifier, resource_id=identifier)

        return Write(
            operation=CHARGE,
            target=f"charge {reference}",
            content=str(amount),
            perform=perform,
            recall=lambda identifier: identifier or "",
        )


class KeyedRegistry(Registry):
    """Knows this adapter alone."""

    def adapter(self, name: str) -> type[Adapter[object]]:
        assert name == KeyedAdapter.name
        return KeyedAdapter  # type: ignore[return-value]  # as the registry does for every adapter


class Charges(Ledger):
    """What was charged."""

    def __init__(self) -> None:
        self.charged: list[dict[str, object]] = []

    @property
    def kinds(self) -> tuple[str, ...]:
        return ("charges",)

    def rows(self, kind: str) -> Iterator[Mapping[str, object]]:
        return iter(list(self.charged))


class KeyedSimulator(Simulator):
    """Answers a repeated key with the first answer, and does nothing else."""

    name: ClassVar[str] = "keyed"
    credential_headers: ClassVar[tuple[str, ...]] = ("X-Key",)

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]  # tests pass what Simulator takes
        self._charges = Charges()
        self._answers: dict[str, Answer] = {}

    @property
    def ledger(self) -> Charges:
        return self._charges

    def settings(self, url: str) -> Mapping[str, object]:
        return {"base_url": url, "api_key": "keyed-secret"}

    def populate(self, order: Mapping[str, object]) -> Mapping[str, int]:
        return {}

    def routes(self) -> Iterable[Route]:
        yield Route(operation="charge", method="POST", path=PATH, answer=self._charge, is_write=True)

    def rate_key(self, call: Call) -> str:
        if call.headers.get("X-Key") != "keyed-secret":
            raise Refusal(Answer.json({"error": "refused"}, status=401))
        return "one"

    def mistaken(self, call: Call, answer: Answer) -> Answer | None:
        return Answer.json({"id": "c0", "key": "k-another"}, status=answer.status)

    def _charge(self, call: Call) -> Answer:
        key = call.headers.get("Idempotency-Key", "")
        try:
            document = call.json()
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise Refusal(Answer.json({"error": "refused"}, status=400))
        if key not in self._answers:
            row = {"id": f"c{len(self._charges.charged) + 1}", "key": key, **document}
            self._charges.charged.append(row)
            self._answers[key] = Answer.json(row, status=201)
        return self._answers[key]
