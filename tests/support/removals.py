"""One-line removals, each of which breaks a promise: at least one of the tests named must fail of it."""

import attrs


@attrs.frozen(kw_only=True)
class Removal:
    """A line that keeps a promise, and what it looks like without it.

    Attributes:
        name: What is gone.
        path: The file, from the root.
        line: As it stands there, exactly once.
        without: What takes its place.
        tests: What to run: the narrowest that must notice.
    """

    name: str
    path: str
    line: str
    without: str
    tests: tuple[str, ...]


_GATE, _PROMISE, _RUN, _VIEW = (f"invoicekit/guard/{name}.py" for name in ("gate", "promise", "run", "view"))
_APPEND, _SET, _LEASES = (f"tests/guard/test_{name}.py" for name in ("append", "set", "leases"))
_CANCEL, _REPEAT = (f"tests/guard/test_{name}.py" for name in ("cancellation", "repeat"))

REMOVALS = (
    Removal(
        name="the sending record before every send",
        path=_GATE,
        line="await self._journal.record_sending(",
        without="if False: await self._journal.record_sending(",
        tests=("tests/guard",),
    ),
    Removal(
        name="the last look at the clock before the wire",
        path=_GATE,
        line="if self._clock.monotonic() - asked_at >= self._lease.seconds:",
        without="if False:",
        tests=(_LEASES,),
    ),
    Removal(
        name="taking a cancelled record back",
        path=_GATE,
        line='self._take_back("cancelled before it left")',
        without="pass",
        tests=(_CANCEL,),
    ),
    Removal(
        name="marking doubt when the task is torn away",
        path=_PROMISE,
        line="self._journal.note(self.key, state, evidence=evidence, lease=self._lease)",
        without="pass",
        tests=(_CANCEL,),
    ),
    Removal(
        name="giving the lease back",
        path=_PROMISE,
        line="if self._leases.forget(self._lease):",
        without="if False:",
        tests=(_LEASES,),
    ),
    Removal(
        name="giving the lease of a cancelled claim back",
        path=_PROMISE,
        line="self._journal.release(self._lease)  # it may be taken by now",
        without="pass",
        tests=(_LEASES,),
    ),
    Removal(
        name="renewing the lease",
        path=_PROMISE,
        line="self._leases.keep(self._lease)",
        without="pass",
        tests=(_LEASES,),
    ),
    Removal(
        name="looking before the send",
        path=_RUN,
        line="if self._write.operation.looks_before and self._write.look is not None:",
        without="if False:",
        tests=("tests/guard",),
    ),
    Removal(
        name="refusing to send where the list could not be read to its end",
        path=_RUN,
        line="if not sighting.is_complete and self._write.operation.effect is Effect.APPEND:",
        without="if False:",
        tests=(_APPEND,),
    ),
    Removal(
        name="what the fresh state forbids",
        path=_RUN,
        line="if sighting.refusal is not None:",
        without="if False:",
        tests=("tests/guard",),
    ),
    Removal(
        name="doubt after a send that was lost",
        path=_RUN,
        line="if self._gate.is_outstanding:",
        without="if False:",
        tests=(_APPEND, _SET),
    ),
    Removal(
        name="doubt after a refused repeat",
        path=_RUN,
        line="if self._gate.may_have_acted:",
        without="if False:",
        tests=(_REPEAT,),
    ),
    Removal(
        name="two complete looks before a second send",
        path=_RUN,
        line="and sum(absences) >= 2",
        without="and True",
        tests=(_APPEND,),
    ),
    Removal(
        name="a complete look at the bound before a second send",
        path=_RUN,
        line="and absences[-1]",
        without="and True",
        tests=(_APPEND,),
    ),
    Removal(
        name="a settled repeat whose first send may still arrive",
        path=_RUN,
        line="if not is_same and state.is_settled and self._promise.key in self._doubt_since:",
        without="if False:",
        tests=(_SET,),
    ),
    Removal(
        name="asking before an append is sent again",
        path=_RUN,
        line="and self._policy.on_doubt is OnDoubt.RESEND",
        without="and True",
        tests=(_APPEND,),
    ),
    Removal(
        name="never resending where no bound is declared",
        path=_RUN,
        line="and declared is not None",
        without="and True",
        tests=(_APPEND,),
    ),
    Removal(
        name="never resending what nothing marks",
        path=_RUN,
        line="and self._write.operation.idempotency is not Idempotency.NONE",
        without="and True",
        tests=("tests/guard",),
    ),
    Removal(
        name="at most three sends of an append",
        path=_RUN,
        line="and self._sends() - self._gate.refused < self._policy.max_sends",
        without="and True",
        tests=(_APPEND,),
    ),
    Removal(
        name="at most three sends of a value",
        path=_RUN,
        line="if not may_send or self._gate.sends - self._gate.refused >= self._policy.max_sends:",
        without="if not may_send:",
        tests=(_SET, _REPEAT),
    ),
    Removal(
        name="a key that may be forgotten is not sent again",
        path=_RUN,
        line="if not self._is_key_remembered():",
        without="if False:",
        tests=(_REPEAT,),
    ),
    Removal(
        name="a stranger's identical payment is not absence",
        path=_RUN,
        line="absences.append(sighting.is_complete and not strangers)",
        without="absences.append(sighting.is_complete)",
        tests=("tests/guard",),
    ),
    Removal(
        name="the wait for the settle bound",
        path="invoicekit/guard/policy.py",
        line="return (*(pause for pause in self.look_pauses if pause < bound), bound)",
        without="return (0.0, 0.0)",
        tests=(_APPEND,),
    ),
    Removal(
        name="the same reference with another content",
        path=_RUN,
        line="if not is_same and not is_value and state not in _NO_EFFECT:",
        without="if False:",
        tests=(_APPEND,),
    ),
    Removal(
        name="another value waits until an earlier one can no longer arrive",
        path=_RUN,
        line="if not is_same:\n            return await self._outlive(earlier)",
        without="if not is_same:\n            pass",
        tests=(_SET, _REPEAT),
    ),
    Removal(
        name="telling one match from two",
        path=_VIEW,
        line="if len(sighting.matches) > 1:",
        without="if False:",
        tests=("tests/guard",),
    ),
    Removal(
        name="one owner a target",
        path="invoicekit/journal/lease.py",
        line="if held is not None and held.owner != lease.owner and (left := held.seconds_left(now)) > 0:",
        without="if (left := 0):",
        tests=("tests/journal/test_leases.py",),
    ),
    Removal(
        name="the fence in the journal of files",
        path="invoicekit/journal/lease_rows.py",
        line="return row is not None and row[0] == lease.owner",
        without="return True",
        tests=("tests/journal/test_leases.py",),
    ),
    Removal(
        name="the fence in the journal of memory",
        path="invoicekit/journal/memory.py",
        line="return held is not None and held.owner == lease.owner",
        without="return True",
        tests=("tests/journal/test_leases.py",),
    ),
    Removal(
        name="never a second sending record over the first",
        path="invoicekit/journal/moves.py",
        line="return found is _PLANNED or (is_repeat and found is _IN_DOUBT)",
        without="return True",
        tests=("tests/journal/test_contract.py",),
    ),
    Removal(
        name="the sync of every commit",
        path="invoicekit/journal/schema.py",
        line='connection.execute("pragma synchronous = full")',
        without='connection.execute("pragma synchronous = off")',
        tests=("tests/journal",),
    ),
    Removal(
        name="the commit before the answer",
        path="invoicekit/journal/group_commit.py",
        line='connection.execute("commit")',
        without='connection.execute("rollback")',
        tests=("tests/journal/test_contract.py",),
    ),
    Removal(
        name="unsettled records survive pruning",
        path="invoicekit/journal/rows.py",
        line="and updated_at < ? and {in_states(SETTLED)}",
        without="and updated_at < ?",
        tests=("tests/journal/test_contract.py",),
    ),
    Removal(
        name="payloads go when the record is settled",
        path="invoicekit/journal/moves.py",
        line="asked=None if state.is_settled else intent.asked,",
        without="asked=intent.asked,",
        tests=("tests/service/test_resolve_unknown.py",),
    ),
    Removal(
        name="a server error on a write is doubt",
        path="invoicekit/channel/verdict.py",
        line='return _doubtful(provider, operation, status, "a server-side failure")',
        without="pass",
        tests=("tests/channel/test_verdict.py",),
    ),
    Removal(
        name="a lost answer to a write is doubt",
        path="invoicekit/channel/verdict.py",
        line='return OutcomeUnknown(f"{told}; the write may have taken effect", evidence=failure.reason)',
        without="pass",
        tests=("tests/channel/test_verdict.py",),
    ),
    Removal(
        name="a redirect of a write is doubt",
        path="invoicekit/channel/verdict.py",
        line="return _redirected(provider, operation, status)",
        without="return None",
        tests=("tests/channel/test_verdict.py",),
    ),
    Removal(
        name="never again before Retry-After",
        path="invoicekit/channel/retry.py",
        line="return max(failure.retry_after or 0.0, random.uniform(0.0, longest))",
        without="return random.uniform(0.0, longest)",
        tests=("tests/channel/test_retry.py",),
    ),
    Removal(
        name="the retry budget",
        path="invoicekit/channel/call.py",
        line="if is_outage and not wiring.budget.spend(now):",
        without="if False:",
        tests=("tests/channel",),
    ),
    Removal(
        name="refusing before any request what the provider cannot do",
        path="invoicekit/service/calls.py",
        line="if not capability.is_offered:",
        without="if False:",
        tests=("tests/capabilities/test_refused.py",),
    ),
    Removal(
        name="consent before payments are destroyed",
        path="adapters/invoicekit_clockify/transitions.py",
        line="return Sighting(refusal=_refusal(record, rule, may_lose=change.allow_payment_loss))",
        without="return Sighting()",
        tests=("tests/clockify/test_transitions.py", "tests/clockify/test_status.py"),
    ),
    Removal(
        name="fields that the status locks",
        path="adapters/invoicekit_kukkingu/changes.py",
        line="return FieldLocked(",
        without="return None and FieldLocked(",
        tests=("tests/kukkingu",),
    ),
)
