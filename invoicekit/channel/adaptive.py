"""How fast to send: the control law, without any waiting.

Three movements, tuned in virtual time against token buckets, fixed windows and sliding logs:

- *climb*: while requests are let in the rate grows, by a third a second until a limit was met once, then on
  a cubic: slow near the rate believed to be allowed, faster beyond it. Each time the limit is met again near
  where it was believed, the next try takes longer, for it costs refusals, ours and those of whoever shares
  the key; well beyond it the belief is out of date, and the search begins anew. A documented rate is never
  exceeded.
- *dip*: a refusal that chance explains (providers refuse now and then at any rate) costs a little, and half a
  second later the rate is back.
- *believe*: more refusals than chance explains mean a limit. What got through in the last second is then
  believed to be allowed, and the rate goes just below it.

How many refusals chance explains is learned just after a belief, where the rate is certainly low enough.
"""

import math

from invoicekit.channel.evidence import SPAN_SECONDS, Background, Verdicts

_GROWTH = 0.35
"""Of the rate, a second, before a limit was met."""
_PROBE_SECONDS = 9.0
_LONGEST_PROBE_SECONDS = 30.0
"""Time in use until the cubic is one per cent above the rate believed: at first, and at most."""
_CONFIRMED_ABOVE = 1.10
"""A limit met lower than this above the rate believed confirms it."""
_OUTDATED_ABOVE = 1.20
"""Nothing refused up to here: the limit was raised, or the neighbour has gone."""
_DEEPEST_DIP = 0.12
_DIP_SECONDS = 0.5
_RETURN_SECONDS = 1.3
_BELOW_GOODPUT = 0.97
_FURTHER_BELOW = 0.95
_BELOW_WHILE_STARTING = 0.85
_LARGEST_CUT = 0.5
_PROVEN_VERDICTS = 100
"""Without a new belief: after these the rate is not given up by half at once."""
_DISPROVED_SHARE = 0.8
"""Of the documented rate: a belief below it means that the documentation is wrong."""
_CALM_SECONDS = 0.5
"""After a belief, until the provider's count has forgotten what was too much."""
_PATIENT_SECONDS = 0.7
"""After a belief, until the next: providers that count what they refused go on refusing for most of a second,
and halving for each of these would end far below the limit."""
_LEAST_CERTAIN = 0.74
_MOST_BACKGROUND = 0.2
"""A larger share of refusals is never taken for chance."""


class RateControl:
    """Follow verdicts with a rate between `floor` and `ceiling`, in requests per second.

    Time here is time in use: it advances by one interval with every accepted request, so that an idle hour
    teaches nothing.

    Attributes:
        rate: Requests per second to grant now.
        believed: Requests per second believed to be allowed; a later run may `resume` from it.
    """

    __slots__ = (
        "_aim",
        "_background",
        "_calm_at",
        "_ceiling",
        "_cut_at",
        "_cut_rate",
        "_floor",
        "_is_dipping",
        "_is_disproved",
        "_is_starting",
        "_low_refused",
        "_low_verdicts",
        "_patient_until",
        "_probe_seconds",
        "_probed_seconds",
        "_retreat",
        "_return_seconds",
        "_returned_seconds",
        "_since_belief",
        "_start",
        "_verdicts",
        "believed",
        "rate",
    )

    def __init__(self, *, start: float, ceiling: float, floor: float, retreat: float = math.inf) -> None:
        """Start at `start`.

        Args:
            start: First rate.
            ceiling: Never exceeded; infinite where nothing is documented.
            floor: Never gone below.
            retreat: The rate that certainly is sustainable, where `start` is a burst: the first refusal
                leads back to it.
        """
        self.rate = self.believed = self._aim = start
        self._ceiling = ceiling
        self._floor = min(floor, start)
        self._retreat = retreat
        self._start = start
        self._is_starting = self._is_disproved = start < ceiling
        self._background = Background(is_documented=not self._is_disproved)
        self._verdicts = Verdicts()
        self._since_belief = 0
        self._patient_until = -math.inf
        self._calm_at = -math.inf
        self._probe_seconds = _PROBE_SECONDS
        self._probed_seconds = 0.0
        self._cut_at = -math.inf
        self._cut_rate = start
        # A return is under way while _return_seconds is positive; it is a dip's or a belief's.
        self._return_seconds = 0.0
        self._returned_seconds = 0.0
        self._is_dipping = True
        self._low_verdicts = self._low_refused = 0

    def resume(self, rate: float, *, is_met: bool) -> None:
        """Start from `rate`, which an earlier run found; where no limit `is_met` there, climb on."""
        self.rate = self.believed = self._aim = self._start = max(self._floor, min(rate, self._ceiling))
        self._is_starting = not is_met
        self._disprove(self.rate)

    def scale(self, factor: float) -> None:
        """Take another part of the same limit: every rate is that much larger or smaller from now on."""
        self.rate *= factor
        self.believed *= factor
        self._aim *= factor
        self._ceiling *= factor
        self._floor *= factor
        self._retreat *= factor
        self._start *= factor
        self._cut_rate *= factor
        self._verdicts.forget_goodput()

    @property
    def is_met(self) -> bool:
        """Whether a limit was met, by this run or the one it resumed from."""
        return not self._is_starting

    @property
    def has_learned(self) -> bool:
        """Whether anything was found that is not stated; neither a bad minute nor a burst's way back is."""
        return self._is_disproved and self.believed != self._start and self._retreat == math.inf

    def accepted(self, granted_at: float) -> None:
        """Learn that a request granted at `granted_at` was let in."""
        self._verdicts.accept(granted_at)
        if granted_at < self._cut_at:
            return
        if self._return_seconds:
            self._low_verdicts += granted_at >= self._calm_at
            self._return(1.0 / self.rate)
            return
        self._since_belief += 1
        if self._aim < self._ceiling and self._verdicts.is_busy(self.rate):
            self._climb(1.0 / self.rate)

    def refused(self, granted_at: float, now: float) -> bool:
        """Learn that a request granted at `granted_at` was refused; return whether the rate was cut for it.

        Requests granted before the last cut tell nothing about the rate since.
        """
        self._verdicts.refuse(granted_at)
        if granted_at < self._cut_at:
            return False
        if self._return_seconds:
            is_calm = granted_at >= self._calm_at
            self._low_verdicts += is_calm
            self._low_refused += is_calm
        weight = self._verdicts.weight(self._background)
        if self._retreat < self.rate or (weight >= 1.0 and now >= self._patient_until):
            self._believe(now)
        else:
            self._dip(min(1.0, weight))
        self._cut_rate = self.rate
        self._returned_seconds = 0.0
        self._cut_at = now
        return True

    def _climb(self, used_seconds: float) -> None:
        if self._is_starting:
            self._aim *= 1.0 + _GROWTH * used_seconds
            self.believed = self._aim
        else:
            self._probed_seconds += used_seconds
            self._aim = self.believed * (1.0 + 0.01 * (self._probed_seconds / self._probe_seconds) ** 3)
            self._is_starting = self._aim > _OUTDATED_ABOVE * self.believed
        if self._aim >= self._ceiling:
            self._aim = self.believed = self._ceiling
        self.rate = self._aim

    def _return(self, used_seconds: float) -> None:
        self._returned_seconds += used_seconds
        if self._returned_seconds < self._return_seconds:
            share = self._returned_seconds / self._return_seconds
            self.rate = self._cut_rate + (self._aim - self._cut_rate) * share
            return
        self.rate = self._aim
        self._return_seconds = 0.0
        if not self._is_dipping and self._low_refused <= _MOST_BACKGROUND * self._low_verdicts:
            self._background.learn(self._low_verdicts, self._low_refused)
        self._is_dipping = True
        self._low_verdicts = self._low_refused = 0

    def _dip(self, weight: float) -> None:
        left = self._return_seconds - self._returned_seconds if self._return_seconds else 0.0
        self._return_seconds = max(_DIP_SECONDS, left)
        self.rate = max(self._floor, self.rate * (1.0 - _DEEPEST_DIP * weight**2))

    def _believe(self, now: float) -> None:
        refused = self._verdicts.share_refused()
        goodput = self._verdicts.goodput() or self.rate
        if self._since_belief >= _PROVEN_VERDICTS:
            # What worked until just now is probably a little too much; only if refusals go on is it far off.
            proven = _BELOW_WHILE_STARTING if self._is_starting else _FURTHER_BELOW
            allowed = min(max(_BELOW_GOODPUT * goodput, proven * self._aim), _BELOW_GOODPUT * self._aim)
            self._patient_until = now + SPAN_SECONDS
            if not self._is_starting:
                is_confirmed = self._aim < _CONFIRMED_ABOVE * self.believed
                self._probe_seconds = min(
                    _LONGEST_PROBE_SECONDS, self._probe_seconds * 2.0 if is_confirmed else _PROBE_SECONDS
                )
        else:
            # Refused already on the way back: the belief before was far off, and small steps cost the most.
            least = _BELOW_GOODPUT if self._since_belief else _BELOW_WHILE_STARTING
            allowed = min(max(_BELOW_GOODPUT * goodput, _LARGEST_CUT * self.rate), least * self.rate)
            self._patient_until = now + _PATIENT_SECONDS
            self._disprove(allowed)
        self.believed = self._aim = max(self._floor, min(allowed, self._retreat))
        # Low enough that refusals end if there is a limit at all; if they do not, they are the background.
        certain = self.rate * max(_LEAST_CERTAIN, 1.0 - refused - 0.06)
        self.rate = max(self._floor, min(certain, _FURTHER_BELOW * self.believed))
        self._calm_at = now + _CALM_SECONDS
        self._is_dipping = refused > _MOST_BACKGROUND
        self._is_starting = False
        self._since_belief = 0
        self._probed_seconds = 0.0
        self._return_seconds = _RETURN_SECONDS
        self._low_verdicts = self._low_refused = 0
        self._verdicts.forget_refusals()

    def _disprove(self, allowed: float) -> None:
        """Stop trusting a documentation that promised more than this."""
        if allowed < _DISPROVED_SHARE * self._ceiling and not self._is_disproved:
            self._is_disproved = True
            self._background = Background(is_documented=False)
