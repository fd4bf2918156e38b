"""When may I send again: deadline, rate limit, retry and verdict, for one account."""

from invoicekit.channel.channel import Channel
from invoicekit.channel.gate import SendGate
from invoicekit.channel.learned import LearnedRate
from invoicekit.channel.limiter import Lane, Limiter, LimiterSnapshot
from invoicekit.channel.retry import RetryPolicy
from invoicekit.channel.sender import WriteWithoutGate
from invoicekit.channel.stats import ChannelStats
from invoicekit.channel.verdict import Refusal

__all__ = [
    "Channel",
    "ChannelStats",
    "Lane",
    "LearnedRate",
    "Limiter",
    "LimiterSnapshot",
    "Refusal",
    "RetryPolicy",
    "SendGate",
    "WriteWithoutGate",
]
