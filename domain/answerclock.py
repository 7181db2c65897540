"""The answer clock: how long whoever gets in touch waits until somebody answers, by channel.

Theory of operation. It runs from the ring to the first answer, on the world's clock: what was written down afterwards counts for
when it happened. Whoever was lost before anybody answered is abandoned, and their clock ends there; that they are rung back and
answered later is no answer to the ring. What is older than an hour is dropped, save who is still ringing.
A channel's target is that of the grades pack. Where the pack has none, 999 calls are held against ten seconds, the national target
as it is commonly told; no text of it was at hand, so it is said to be assumed. Other channels have none then.
Source: letter, area 5 (the National Contact Management Strategy) and its first paragraph: the public can contact the police easily.
"""

from collections import deque

from msgspec import Struct

from hueandcry.domain.contact import Answered, Channel, Contact, Stage
from hueandcry.domain.floor import Step
from hueandcry.domain.pack import PackKind
from hueandcry.domain.policy import Policy
from hueandcry.domain.recall import Abandoned
from hueandcry.domain.reference import NS_PER_S
from hueandcry.domain.spread import percentile

HOUR_NS = 3600 * NS_PER_S
ASSUMED_S = {Channel.EMERGENCY: 10}


class Answers(Struct, frozen=True):
    """How one channel is answered: now, and in the last hour; times in seconds, None of nobody.

    `within` counts who was answered within `target_s`, which is `assumed` where no pack has it.
    """

    channel: str
    ringing: int
    ringing_s_max: int | None
    answered: int
    wait_s_median: int | None
    wait_s_p90: int | None
    target_s: int | None
    assumed: bool
    within: int | None
    abandoned: int


class _Ended(Struct, frozen=True, gc=False):
    """A wait that ended: when that was recorded and when it happened (ns UTC), how long it was, None for who was lost."""

    recorded: int
    at: int
    waited: int | None


class AnswerClock:
    """Takes steps of the floor in order."""

    def __init__(self) -> None:
        self._ringing: dict[bytes, Contact] = {}
        self._ended: dict[Channel, deque[_Ended]] = {}

    def take(self, step: Step) -> None:
        """Take a step."""
        before, after = step.before, step.after
        if not isinstance(after, Contact):
            return
        if after.stage is Stage.RINGING:
            self._ringing[after.id] = after
            return
        self._ringing.pop(after.id, None)
        if isinstance(before, Contact) and before.stage is Stage.RINGING:
            self._end(step, before)

    def _end(self, step: Step, rang: Contact) -> None:
        if not isinstance(step.fact, Answered | Abandoned):
            return
        at, recorded = step.header.occurred, step.header.recorded
        waited = max(0, at - rang.rang) if isinstance(step.fact, Answered) else None
        ended = self._ended.setdefault(rang.channel, deque())
        ended.append(_Ended(recorded, at, waited))
        while ended[0].recorded <= recorded - HOUR_NS:
            ended.popleft()

    def answers(self, now_ns: int, policy: Policy) -> list[Answers]:
        """Return how each channel is answered that somebody rings on, or rang on within the hour; 999 and 101 always."""
        always = (Channel.EMERGENCY, Channel.NON_EMERGENCY)
        ringing = [one for one in self._ringing.values() if one.rang <= now_ns]
        found = []
        for channel in Channel:
            rang = [now_ns - one.rang for one in ringing if one.channel is channel]
            ended = [one for one in self._ended.get(channel, ()) if now_ns - HOUR_NS < one.at <= now_ns]
            if rang or ended or channel in always:
                found.append(_answers(channel, rang, ended, target_of(channel, policy)))
        return found


def target_of(channel: Channel, policy: Policy) -> tuple[int | None, bool]:
    """Return within how many seconds a channel is to be answered, None where nothing is said, and whether that is assumed."""
    founded = any(one.kind is PackKind.GRADES for one in policy.adopted)
    for one in policy.grades.answer if founded else ():
        if one.channel == channel.value:
            return one.within_s, False
    found = ASSUMED_S.get(channel)
    return found, found is not None


def _answers(channel: Channel, ringing: list[int], ended: list[_Ended], target: tuple[int | None, bool]) -> Answers:
    waits = sorted(one.waited for one in ended if one.waited is not None)
    target_s, assumed = target
    seconds = [wait // NS_PER_S for wait in waits]
    return Answers(
        channel=channel.value,
        ringing=len(ringing),
        ringing_s_max=max(ringing) // NS_PER_S if ringing else None,
        answered=len(waits),
        wait_s_median=percentile(seconds, 50),
        wait_s_p90=percentile(seconds, 90),
        target_s=target_s,
        assumed=assumed,
        within=None if target_s is None else sum(wait <= target_s * NS_PER_S for wait in waits),
        abandoned=len(ended) - len(waits),
    )
