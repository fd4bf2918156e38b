"""What the journal answers by itself, and what keeps its file and its leases: line by line."""

from removal import Removal

_RUN, _GUARD, _BY_HAND = (f"invoicekit/guard/{name}.py" for name in ("run", "guard", "by_hand"))
_SQLITE, _SCHEMA = "invoicekit/journal/sqlite.py", "invoicekit/journal/schema.py"
_APPEND, _SET, _KNOWN, _OWNERS, _IDENTITY = (
    f"tests/guard/test_{name}.py" for name in ("append", "set", "known", "owners", "identity")
)
_KIT, _JUDGED = "invoicekit/testing/contract.py", ("tests/kit/test_exemptions.py",)
_FILE = ("tests/journal/test_sqlite_file.py",)

OF_WHAT_IS_KNOWN = (
    Removal(
        name="what is settled is answered by the journal",
        path=_RUN,
        line="if state.is_applied and not is_value:",
        without="if False:",
        tests=(_APPEND,),
    ),
    Removal(
        name="a SET without a reference is never answered by the journal",
        path=_RUN,
        line="is_value = self._promise.key.reference.startswith(VALUE_PREFIX)",
        without="is_value = False",
        tests=(_SET,),
    ),
    Removal(
        name="an identical payment without a reference",
        path=_RUN,
        line="if earlier.reference.startswith(AUTO_PREFIX) and self._write.then is None:",
        without="if False:",
        tests=(_APPEND,),
    ),
    Removal(
        name="looking after the send",
        path=_RUN,
        line="if self._write.operation.looks_after and self._write.look is not None:",
        without="if False:",
        tests=(_APPEND,),
    ),
    Removal(
        name="a late twin of what was sent more than once",
        path=_RUN,
        line="if earlier.resource_id is not None and earlier.sends < 2:",
        without="if earlier.resource_id is not None:",
        tests=(_KNOWN,),
    ),
    Removal(
        name="what was found twice before is refused",
        path=_RUN,
        line="if state is IntentState.DUPLICATE:",
        without="if False:",
        tests=(_APPEND,),
    ),
    Removal(
        name="one reference for two targets at once",
        path=_GUARD,
        line="if key in self._under_way:",
        without="if False:",
        tests=(_OWNERS,),
    ),
    Removal(
        name="looking is never sending",
        path=_RUN,
        line="return await self._look_and_settle(earlier)",
        without="return await self._continue(earlier)",
        tests=("tests/guard", "tests/service/test_resolve_unknown.py"),
    ),
    Removal(
        name="a person's word needs its reason",
        path=_BY_HAND,
        line="if not because.strip():",
        without="if False:",
        tests=("tests/service/test_resolve_unknown.py",),
    ),
    Removal(
        name="a person's word waits for who is at work",
        path=_BY_HAND,
        line="found = await journal.plan(_as_asked(intent), lease=lease)",
        without="found = await journal.plan(_as_asked(intent))",
        tests=("tests/service/test_resolve_unknown.py", "tests/cli/test_journal_resolve.py"),
    ),
    Removal(
        name="the deadline after the record",
        path="invoicekit/channel/call.py",
        line="if self._deadline_at is not None and wiring.clock.monotonic() >= self._deadline_at:",
        without="if False:",
        tests=("tests/channel",),
    ),
    Removal(
        name="a journal of a newer version is left as it is",
        path=_SCHEMA,
        line="if version > len(migrations):",
        without="if False:",
        tests=_FILE,
    ),
    Removal(
        name="a stranger's file is no journal",
        path=_SCHEMA,
        line="if application == APPLICATION_ID:",
        without="if True:",
        tests=_FILE,
    ),
    Removal(
        name="the journal's file is its owner's alone",
        path=_SQLITE,
        line="close_to_others(self._path)\n",
        without="pass\n",
        tests=_FILE,
    ),
    Removal(
        name="the file that was opened is the one that is written",
        path=_SQLITE,
        line="check_is_still(self._path, self._identity)",
        without="pass",
        tests=_FILE,
    ),
    Removal(
        name="a write-ahead log or none at all",
        path=_SCHEMA,
        line='if mode != "wal":',
        without="if False:",
        tests=("tests/journal/test_sqlite_failures.py",),
    ),
    Removal(
        name="a failed commit fails all that waited for it",
        path="invoicekit/journal/group_commit.py",
        line="task.failure = self._translate(failure)",
        without="pass",
        tests=("tests/journal",),
    ),
    Removal(
        name="work that was withdrawn is not carried out",
        path="invoicekit/journal/group_commit.py",
        line="return [task for task in batch if not task.is_withdrawn], handed is not None",
        without="return batch, handed is not None",
        tests=("tests/journal/test_group_commit.py",),
    ),
    Removal(
        name="an account's marker is its own",
        path="invoicekit/guard/identity.py",
        line='_digest("marker", key.provider, key.account, key.operation, key.reference)[:16]',
        without='_digest("marker", key.provider, key.operation, key.reference)[:16]',
        tests=(_IDENTITY,),
    ),
    Removal(
        name="an instant is part of a derived reference",
        path="invoicekit/guard/identity.py",
        line="_digest(invoice_id, exact, amount.currency, instant, note, str(repeat))[:24]",
        without="_digest(invoice_id, exact, amount.currency, note, str(repeat))[:24]",
        tests=(_IDENTITY,),
    ),
    Removal(
        name="no redirect is followed",
        path="invoicekit/transport/aiohttp_client.py",
        line='"allow_redirects": False,',
        without='"allow_redirects": True,',
        tests=("tests/transport",),
    ),
    Removal(
        name="an exemption needs a reason",
        path=_KIT,
        line="if not reason.strip():",
        without="if False:",
        tests=_JUDGED,
    ),
    Removal(
        name="a newer rule fails nobody who pins the older level",
        path=_KIT,
        line="return self.verdict is Verdict.BROKEN and not self.is_advisory",
        without="return self.verdict is Verdict.BROKEN",
        tests=_JUDGED,
    ),
    Removal(
        name="what is exempt reaches no tier",
        path=_KIT,
        line="if verdicts & {Verdict.BROKEN, Verdict.EXEMPT} or Verdict.HOLDS not in verdicts:",
        without="if verdicts & {Verdict.BROKEN}:",
        tests=_JUDGED,
    ),
    Removal(
        name="what a provider would drop is refused",
        path="invoicekit/service/calls.py",
        line="refuse_dropped(self.capabilities(), self._adapter.name, arguments)",
        without="pass",
        tests=("tests/service/test_given.py",),
    ),
)
