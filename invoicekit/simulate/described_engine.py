"""An engine that holds every exchange against the provider's OpenAPI document."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl

import attrs

from invoicekit.simulate.description import Description, Exchange
from invoicekit.simulate.engine import Engine
from invoicekit.simulate.exchange import Answer
from invoicekit.simulate.outcome import Outcome
from invoicekit.simulate.simulator import Simulator

MOST_DIFFERENCES = 1000


@attrs.frozen(kw_only=True)
class Difference:
    """One way in which what was sent or answered is not what the document says.

    Attributes:
        side: "request", which blames the client, or "answer", which blames the simulator.
        operation: Verb and path as the document writes them; as they were sent, where it knows no such path.
        status: What the simulator answered; None where the client got no answer. A request that the
            document rules out and the simulator refuses is a difference of the client alone.
        problem: What is wrong, in the words of the validator; or the member that no schema knows.
    """

    side: str
    operation: str
    status: int | None
    problem: str

    def as_json(self) -> Mapping[str, object]:
        """Return it for a JSON line."""
        return attrs.asdict(self)


class DescribedEngine(Engine):
    """Answers as the simulator does, and collects what differs from the document.

    What the engine itself makes up (429, 5xx, whatever a fault did to an answer) is not held against it.

    Attributes:
        differences: Each difference once, in the order of their first appearance, with how often it was
            seen; at most `MOST_DIFFERENCES` of them.
    """

    def __init__(
        self,
        simulator: Simulator,
        description: Description,
        *,
        found: Callable[[Difference], None] = lambda difference: None,
    ) -> None:
        """Wrap a simulator; `found` is told each difference when it first shows."""
        super().__init__(simulator)
        self.differences: dict[Difference, int] = {}
        self._description = description
        self._found = found

    def receive(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Take one whole request, remember it and hold it against the document."""
        outcome = super().receive(method, target, headers, body)
        answer = outcome.answer or Answer(status=0)
        path, _, query = target.partition("?")
        exchange = Exchange(
            method=method,
            path=path,
            query=tuple(parse_qsl(query, keep_blank_values=True)),
            headers=self._kept(headers),
            body=body,
            status=answer.status,
            answer_headers=_headers(answer),
            answer=answer.body,
        )
        self._note("request", exchange, outcome.status, self._description.request_problems(exchange))
        if _is_of_the_handler(outcome):
            self._note("answer", exchange, outcome.status, self._description.answer_problems(exchange))
        return outcome

    def _kept(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Leave credentials out of what a validator may quote."""
        secret = {name.lower() for name in self.simulator.credential_headers}
        return {name: "kept-out" if name.lower() in secret else value for name, value in headers.items()}

    def _note(self, side: str, exchange: Exchange, status: int | None, problems: list[str]) -> None:
        operation = self._description.operation_of(exchange) or (exchange.method, exchange.path)
        for problem in problems:
            difference = Difference(side=side, operation=" ".join(operation), status=status, problem=problem)
            is_new = difference not in self.differences
            if is_new and len(self.differences) >= MOST_DIFFERENCES:
                continue
            self.differences[difference] = self.differences.get(difference, 0) + 1
            if is_new:
                self._found(difference)


def _headers(answer: Answer) -> Mapping[str, str]:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if answer.content_type is not None:
        headers["content-type"] = answer.content_type
    return headers


def _is_of_the_handler(outcome: Outcome) -> bool:
    return (
        outcome.answer is not None
        and not outcome.is_struck
        and outcome.answer.status != HTTPStatus.TOO_MANY_REQUESTS
        and outcome.answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
    )
