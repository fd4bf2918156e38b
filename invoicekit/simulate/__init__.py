"""Provider simulators' engine: stateful, over real sockets, with scripted and seeded faults."""

from invoicekit.simulate.described_engine import DescribedEngine, Difference
from invoicekit.simulate.description import Description, Exchange
from invoicekit.simulate.engine import Engine
from invoicekit.simulate.exchange import Answer, Call, Refusal, Route
from invoicekit.simulate.fault import Effect, Fault, FaultKind
from invoicekit.simulate.fault_log import FaultLog, FaultRow
from invoicekit.simulate.ledger import Ledger
from invoicekit.simulate.outcome import Manner, Outcome
from invoicekit.simulate.plan import FaultMix, FaultPlan, FaultSource
from invoicekit.simulate.rate import Rate, RateModel
from invoicekit.simulate.record import RequestLog, RequestRecord
from invoicekit.simulate.server import application
from invoicekit.simulate.serving import RunningSimulator, run_forever, serving
from invoicekit.simulate.simulator import Simulator
from invoicekit.simulate.store import Moment, Step, Store, StoreFault, Tap, Transaction

__all__ = [
    "Answer",
    "Call",
    "DescribedEngine",
    "Description",
    "Difference",
    "Effect",
    "Engine",
    "Exchange",
    "Fault",
    "FaultKind",
    "FaultLog",
    "FaultMix",
    "FaultPlan",
    "FaultRow",
    "FaultSource",
    "Ledger",
    "Manner",
    "Moment",
    "Outcome",
    "Rate",
    "RateModel",
    "Refusal",
    "RequestLog",
    "RequestRecord",
    "Route",
    "RunningSimulator",
    "Simulator",
    "Step",
    "Store",
    "StoreFault",
    "Tap",
    "Transaction",
    "application",
    "run_forever",
    "serving",
]
