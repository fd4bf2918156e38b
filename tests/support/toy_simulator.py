"""The smallest provider there can be: a list of words that grows."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from invoicekit.simulate import Answer, Call, Ledger, Refusal, Route, Simulator

WORDS = "/words"


class Words(Ledger):
    def __init__(self) -> None:
        self.words: list[str] = []

    @property
    def kinds(self) -> tuple[str, ...]:
        return ("words",)

    def rows(self, kind: str) -> Iterator[Mapping[str, object]]:
        return ({"word": word} for word in list(self.words))


class ToySimulator(Simulator):
    name: ClassVar[str] = "toy"
    credential_headers: ClassVar[tuple[str, ...]] = ("X-Toy-Key",)

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]  # tests pass what Simulator takes
        self._ledger = Words()

    @property
    def ledger(self) -> Words:
        return self._ledger

    def routes(self) -> Iterable[Route]:
        yield Route(operation="list_words", method="GET", path=WORDS, answer=self._list, is_write=False)
        yield Route(operation="add_word", method="POST", path=WORDS, answer=self._add, is_write=True)
        yield Route(
            operation="get_word", method="GET", path=WORDS + "/{number}", answer=self._get, is_write=False
        )
        yield Route(
            operation="count_words", method="GET", path=WORDS + "/count", answer=self._count, is_write=False
        )

    def populate(self, order: Mapping[str, object]) -> Mapping[str, int]:
        count = order.get("words", 0)
        if not isinstance(count, int):
            raise ValueError(f"words is no count: {count!r}")
        self.ledger.words += [f"word {number}" for number in range(count)]
        return {"words": count}

    def rate_key(self, call: Call) -> str:
        key = call.headers.get("X-Toy-Key", "anybody")
        if key == "wrong":
            raise Refusal(Answer.json({"message": "wrong key"}, status=401))
        return key

    def mistaken(self, call: Call, answer: Answer) -> Answer | None:
        if call.operation != "get_word":
            return None
        return Answer.json({"number": "another", "word": "another"})

    def _list(self, call: Call) -> Answer:
        return Answer.json(self.ledger.words)

    def _add(self, call: Call) -> Answer:
        word = call.body.decode()
        if not word:
            raise Refusal(Answer.json({"message": "no word"}, status=400))
        self.ledger.words.append(word)
        return Answer.json({"word": word, "count": len(self.ledger.words)}, status=201)

    def _get(self, call: Call) -> Answer:
        number = call.params["number"]
        return Answer.json({"number": number, "word": self.ledger.words[int(number)]})

    def _count(self, call: Call) -> Answer:
        return Answer.json(len(self.ledger.words))
