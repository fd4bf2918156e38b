"""Silver: errors, limits and credentials are understood, and nothing leaks."""

import traceback
from collections.abc import Awaitable, Callable

from invoicekit.errors import (
    AuthenticationError,
    InvoiceKitError,
    NotApplied,
    NotFound,
    OutcomeUnknown,
    Unavailable,
    UnsupportedOperation,
    UsageError,
)
from invoicekit.service import InvoiceService
from invoicekit.simulate import Fault, FaultKind
from invoicekit.testing.any_bench import Loss
from invoicekit.testing.calls import READS, WRITES, Hand
from invoicekit.testing.foreign import ended
from invoicekit.testing.line import LineFault, Trouble
from invoicekit.testing.rule import Finding, NotApplicable, Rule, Tier, Trial, told

_HOSTILE = ("../other", "..", "a/b", "%2e%2e", "x?y=1", "x#y", "", " ", "\n", "a\\b", "\u202e")
_BY_ID: dict[str, Callable[[InvoiceService, str], Awaitable[object]]] = {
    "get_invoice": lambda service, one: service.get_invoice(one),
    "list_payments": lambda service, one: service.list_payments(one).snapshot(),
    "get_customer": lambda service, one: service.get_customer(one),
    "delete_invoice": lambda service, one: service.delete_invoice(one),
    "mark_time_entries": lambda service, one: service.mark_batch([one]),
}
_MOST_TRIES = 3


async def _wrong_credentials(trial: Trial) -> None:
    bench = trial.served("no credential that could be refused")
    async with bench.process() as plain:
        hand = Hand(bench, plain)
        calls = {
            method: await hand.ready(method) for method in trial.offered("get_invoice", "record_payment")
        }
        before = await bench.state()
        for method, call in calls.items():
            seen = len(bench.requests())
            line = [LineFault(trouble=Trouble.UNSIGNED, times=None)]
            async with bench.process(line=line) as service:
                try:
                    await call(service)
                except AuthenticationError:
                    pass
                except InvoiceKitError as error:
                    raise Finding(
                        f"{method} without credentials raises {type(error).__name__}",
                        sent=told(bench.requests(seen)),
                    ) from error
                else:
                    raise Finding(f"{method} without credentials raises nothing")
            refused = [one for one in bench.requests(seen) if one.status in {401, 403}]
            if len(refused) > 2:
                raise Finding(
                    f"{method} goes on after its credentials were refused: {len(refused)} requests",
                    sent=told(bench.requests(seen)),
                )
    if await bench.state() != before:
        raise Finding("something was written with refused credentials")


async def _not_found(trial: Trial) -> None:
    trial.offered("get_invoice")
    bench = trial.bench()
    async with bench.process() as service:
        invoice = await Hand(bench, service).draft()
        held = {str(row["id"]) for row in bench.rows("invoices")}
        other = next(
            candidate
            for digit in "0123456789abcdef"
            if (candidate := invoice.id[:-1] + digit) not in held and candidate != invoice.id
        )
        seen = len(bench.requests())
        try:
            await service.get_invoice(other)
        except NotFound as error:
            answers = [one for one in bench.requests()[seen:] if (one.status or 0) >= 400]
            if answers and error.status is None:
                raise Finding("NotFound does not carry the `status` that the provider answered") from error
            return
        except InvoiceKitError as error:
            raise Finding(
                f"get_invoice of an id that is not there raises {type(error).__name__}, not NotFound",
                sent=told(bench.requests()[-1:]),
            ) from error
        raise Finding("get_invoice of an id that is not there returns something")


async def _failing_reads(trial: Trial) -> None:
    bench = trial.served("no outage; books.unusable speaks of a file that cannot be read")
    async with bench.process() as plain:
        hand = Hand(bench, plain)
        for method in trial.offered("get_invoice", "list_invoices"):
            call = await hand.ready(method)
            bench.disturb(Fault(kind=FaultKind.ERROR_BEFORE, at="*", nth=1, status=503))
            try:
                await call(plain)
            except InvoiceKitError as error:
                raise Finding(f"{method} fails for one 503: {error}") from error
            bench.disturb(Fault(kind=FaultKind.ERROR_BEFORE, at="*", times=None, status=503))
            seen = len(bench.requests())
            try:
                await call(plain)
            except Unavailable:
                pass
            except InvoiceKitError as error:
                raise Finding(
                    f"{method} in an outage raises {type(error).__name__}, not Unavailable"
                ) from error
            else:
                raise Finding(f"{method} returns something in an outage")
            bench.calm()
            if len(bench.requests(seen)) > _MOST_TRIES:
                raise Finding(
                    f"{method} asks {len(bench.requests(seen))} times in an outage",
                    sent=told(bench.requests(seen)),
                )


async def _failing_writes(trial: Trial) -> None:
    for way in trial.bench().ways(Loss.TRUTH):
        for method in trial.offered("record_payment", "create_invoice", "create_customer"):
            bench = trial.bench()
            async with bench.process() as plain:
                call = await Hand(bench, plain).ready(method)
                before = await bench.state()
                bench.ways(Loss.TRUTH)[way]()
                try:
                    await call(plain)
                except OutcomeUnknown:
                    continue
                except NotApplied as error:
                    changed = await bench.state() != before
                    raise Finding(
                        f"{method} answered {way} after it took effect is called {type(error).__name__}: "
                        f"'certainly no effect', and the ledger {'shows one' if changed else 'may show one'}",
                        sent=told(bench.requests()),
                    ) from error


async def _retry_after(trial: Trial) -> None:
    wait = 7.0
    for method in trial.offered("get_invoice", "record_payment"):
        bench = trial.served("no 429")
        async with bench.process() as plain:
            call = await Hand(bench, plain).ready(method)
            at = bench.writes() if method in WRITES else ["*"]
            bench.disturb(
                *(
                    Fault(kind=FaultKind.THROTTLE_RETRY_AFTER, at=name, retry_after=f"{wait:g}", nth=1)
                    for name in at
                )
            )
            seen = len(bench.requests())
            async with bench.process() as service:
                await call(service.bulk_lane())
            records = bench.requests(seen)
            for number, one in enumerate(records):
                if one.status != 429:
                    continue
                again = [other for other in records[number + 1 :] if other.operation == one.operation]
                if again and again[0].at_seconds - one.at_seconds < wait:
                    raise Finding(
                        f"{method} comes again {again[0].at_seconds - one.at_seconds:.1f} s after a 429 that "
                        f"asked for {wait:g} s",
                        sent=told(records),
                    )
            if not any(one.status == 429 for one in records):
                raise Finding(f"{method} was refused by no 429: its requests are not the provider's")


async def _secrets(trial: Trial) -> None:
    bench = trial.served("no secret to be told")
    names = ("key", "token", "secret", "password")
    values = [
        str(value)
        for name, value in bench.settings.items()
        if any(part in name for part in names) and isinstance(value, str) and len(value) >= 4
    ]
    if not values:
        raise NotApplicable("its settings hold no secret that can be told by its name")
    sinks: list[str] = []
    async with bench.process() as service:
        hand = Hand(bench, service)
        found = await (await hand.ready("get_invoice"))(service)
        native = service.native
        sinks += [repr(found), str(getattr(found, "raw", "")), str(getattr(found, "headers", ""))]
        sinks += [repr(native), repr(native.config), str(native.config), repr(service), repr(native.sender)]
        bench.disturb(Fault(kind=FaultKind.ERROR_BEFORE, at="*", times=None, status=500))
        for trouble in (None, Trouble.REFUSED, Trouble.UNSIGNED, Trouble.MANGLED):
            line = [] if trouble is None else [LineFault(trouble=trouble, times=None)]
            async with bench.process(line=line) as other:
                try:
                    await other.get_invoice(str(getattr(found, "id", "x")))
                except InvoiceKitError as error:
                    sinks += [repr(error), "".join(traceback.format_exception(error)), str(vars(error))]
    for value in values:
        if any(value in sink for sink in sinks):
            raise Finding(
                "a secret of the settings shows in a repr, an error, a traceback or an object's raw"
            )


async def _redirects(trial: Trial) -> None:
    for method in trial.offered("get_invoice", "record_payment"):
        bench = trial.served("no redirect")
        async with bench.process() as plain:
            call = await Hand(bench, plain).ready(method)
            at = bench.writes() if method in WRITES else ["*"]
            bench.disturb(
                *(Fault(kind=FaultKind.REDIRECT, at=name, times=None, location="/elsewhere") for name in at)
            )
            seen = len(bench.requests())
            try:
                await call(plain)
            except InvoiceKitError:
                pass
            else:
                raise Finding(f"{method} succeeds although every answer redirects")
        if any("/elsewhere" in one.path for one in bench.requests(seen)):
            raise Finding(
                f"{method} follows a redirect, credentials and all", sent=told(bench.requests(seen))
            )


async def _hostile_ids(trial: Trial) -> None:
    bench = trial.bench()
    async with bench.process() as service:
        await Hand(bench, service).draft()
        before = await bench.state()
        for method in trial.offered(*_BY_ID):
            for one in _HOSTILE:
                seen = len(bench.requests())
                end = await ended(_BY_ID[method](service, one))
                if end.error is not None and not isinstance(end.error, InvoiceKitError):
                    raise Finding(
                        f"{method}({one!r}) raises {type(end.error).__name__}: {end.error}"
                    ) from end.error
                if sent := [
                    one for one in bench.requests(seen) if bench.is_served or one.operation == "write"
                ]:
                    raise Finding(
                        f"{method}({one!r}) reaches the provider: refuse what can be no id before it is part "
                        "of a path",
                        sent=told(sent),
                    )
    if await bench.state() != before:
        raise Finding("an id that is none changed something")


async def _undeclared(trial: Trial) -> None:
    capabilities = trial.subject.adapter.capabilities
    bench = trial.bench()
    async with bench.process() as service:
        for method in (*READS, *WRITES):
            if capabilities.of(method).is_offered:
                continue
            seen = len(bench.requests())
            call = _PLAIN.get(method)
            if call is None:
                continue
            try:
                await call(service)
            except UnsupportedOperation:
                pass
            except UsageError:
                pass
            except InvoiceKitError as error:
                raise Finding(f"{method} is not declared, and raises {type(error).__name__}") from error
            if sent := bench.requests(seen):
                raise Finding(f"{method} is not declared, and reaches the provider", sent=told(sent))
            if (
                capabilities.of(method).support.value == "unsupported"
                and not capabilities.of(method).alternative
            ):
                raise Finding(f"{method} is declared as unsupported without saying what to do instead")


_PLAIN: dict[str, Callable[[InvoiceService], Awaitable[object]]] = {
    "get_invoice": lambda service: service.get_invoice("x"),
    "find_invoice": lambda service: service.find_invoice(number="x"),
    "list_payments": lambda service: service.list_payments("x").snapshot(),
    "get_customer": lambda service: service.get_customer("x"),
    "delete_invoice": lambda service: service.delete_invoice("x"),
    "duplicate_invoice": lambda service: service.duplicate_invoice("x", reference="r"),
    "delete_payment": lambda service: service.delete_payment("x", "y"),
    "write_off": lambda service: service.write_off("x", reference="r"),
    "mark_time_entries": lambda service: service.mark_batch(["x"]),
    "link_time_entries": lambda service: service.link_time_entries("x", ["y"]),
    "create_customer": lambda service: service.create_customer("x"),
}


async def _declared_costs(trial: Trial) -> None:
    capabilities = trial.subject.adapter.capabilities
    bench = trial.served("no request that costs")
    async with bench.process() as service:
        hand = Hand(bench, service)
        for method in trial.offered(*READS):
            call = await hand.ready(method)
            seen = len(bench.requests())
            await call(service)
            sent = bench.requests(seen)
            if len(sent) > capabilities.of(method).calls:
                raise Finding(
                    f"{method} costs {len(sent)} requests and is declared with "
                    f"{capabilities.of(method).calls}: bulk plans its time by that",
                    sent=told(sent),
                )


RULES = (
    Rule(
        id="errors.wrong-credentials",
        title="Refused credentials are AuthenticationError, at once",
        why="A job that goes on with a wrong key fails a thousand rows, or locks the account.",
        bug="if response.status in (401, 403): raise NotFound()",
        tier=Tier.SILVER,
        check=_wrong_credentials,
    ),
    Rule(
        id="errors.not-found",
        title="What is not there is NotFound, in whatever words the provider says it",
        why="Some providers say it with a 400 and a code: read as anything else, 'gone is done' never ends.",
        bug="if response.status == 404: return NotFound(...)  # and this provider says 400",
        tier=Tier.SILVER,
        check=_not_found,
    ),
    Rule(
        id="errors.failing-reads",
        title="A read is repeated a little, then Unavailable",
        why="One 503 must not end a job, and a storm of repeats keeps the provider down.",
        bug="for _ in range(10): await self._read()  # in the adapter",
        tier=Tier.SILVER,
        check=_failing_reads,
    ),
    Rule(
        id="errors.failing-writes",
        title="A 5xx after a write is doubt, never a failure",
        why="The money may have moved. Whoever is told that it failed pays again.",
        bug="if response.status >= 500: return Unavailable('try again')  # in refusal()",
        tier=Tier.SILVER,
        check=_failing_writes,
    ),
    Rule(
        id="limits.retry-after",
        title="The refused request never comes again before Retry-After",
        why="Who comes early is refused again, and in the end locked out.",
        bug="await asyncio.sleep(min(retry_after, 5))",
        tier=Tier.SILVER,
        check=_retry_after,
    ),
    Rule(
        id="secrets.nowhere",
        title="Secrets show in no repr, error, traceback or raw",
        why="A key in a log is everybody's.",
        bug="api_key: str  # instead of Secret",
        tier=Tier.SILVER,
        check=_secrets,
    ),
    Rule(
        id="hosts.no-redirects",
        title="No redirect is followed",
        why="A redirect carries keys and bodies to whoever is named in it.",
        bug="session.get(url)  # which follows",
        tier=Tier.SILVER,
        check=_redirects,
    ),
    Rule(
        id="ids.no-paths",
        title="What can be no id is refused before it is part of a path",
        why="`../` in an id deletes another thing than the one that was named.",
        bug="path=f'/invoices/{invoice_id}'",
        tier=Tier.SILVER,
        check=_hostile_ids,
    ),
    Rule(
        id="capabilities.undeclared",
        title="What is not declared is refused before any request, with what to do instead",
        why="A program learns what it cannot do before it has done half of it.",
        bug="capabilities say unsupported, and the method sends",
        tier=Tier.SILVER,
        check=_undeclared,
    ),
    Rule(
        id="capabilities.costs",
        title="A read costs no more requests than declared",
        why="Plans and limits are worked out from it.",
        bug="calls=1  # and a second request for each row",
        tier=Tier.PLATINUM,
        check=_declared_costs,
    ),
)
