"""The partners' lane under a surge: six times the usual callers in one hour, and no partner waits longer for that.

Theory of operation. tests/simulation/evening.py plays the same evening twice, with the usual volume and with the sixfold one.
Whoever serves the lane finishes what they have begun, so that a wait may differ by one service and no more. The ordinary run
plays one evening, the proof ten. Source: letter, area 1: calls expedited for key partners, whatever else rings.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

import pytest

from hueandcry.domain.reference import NS_PER_S
from tests.proof.counts import PROOF, SEED, count
from tests.proof.table import Told, tell
from tests.simulation.evening import ONE_SERVICE_S, Caller, Evening

EVENINGS, TIMES = 10, 6


class Waits(NamedTuple):
    """How long some waited, in whole seconds."""

    p50: int
    p95: int
    longest: int


class Pair(NamedTuple):
    """The same evenings twice."""

    calm: list[Evening]
    surge: list[Evening]


def waits(callers: list[Caller], since: Callable[[Caller], int], until: Callable[[Caller], int]) -> Waits:
    """Return the waits between two moments: the median, the 95th percentile and the longest."""
    each = sorted((until(one) - since(one)) // NS_PER_S for one in callers)
    return Waits(each[len(each) // 2], each[len(each) * 95 // 100], each[-1])


def rings(callers: list[Caller]) -> Waits:
    return waits(callers, lambda one: one.at, lambda one: one.answered)


def of_partners(evenings: list[Evening]) -> list[Caller]:
    return [one for evening in evenings for one in evening.partners]


def callers_in(evenings: list[Evening], *, urgent: bool) -> list[Caller]:
    return [one for evening in evenings for one in evening.callers if (one.channel == "999") is urgent]


def measured(evenings: list[Evening]) -> dict[str, Waits]:
    """Return every wait of the table."""
    asked = of_partners(evenings)
    return {
        "partner rings, until answered": rings([one for one in asked if one.channel]),
        "partner asks, until told back": waits(asked, lambda one: one.asked, lambda one: one.told),
        "999 rings, until answered": rings(callers_in(evenings, urgent=True)),
        "others ring, until answered": rings(callers_in(evenings, urgent=False)),
    }


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    began, folder = time.monotonic(), tmp_path_factory.mktemp("surge")
    seeds = [f"{SEED} evening {number}" for number in range(count(EVENINGS))]
    played = [
        [Evening(folder / f"{at}-{times}", seed, times).play() for at, seed in enumerate(seeds)] for times in (1, TIMES)
    ]
    found = Pair(*played)
    _print(found, time.monotonic() - began)
    return found


def _print(found: Pair, seconds: float) -> None:
    calm, surge = measured(found.calm), measured(found.surge)
    lane = "partner asks, until told back"
    outcome = (
        f"asked until told back, p50 / p95 / longest: {' / '.join(map(str, calm[lane]))} s at the usual volume, "
        f"{' / '.join(map(str, surge[lane]))} s at {TIMES} times that"
    )
    tell(Told(f"the partners' lane under a x{TIMES} surge", len(of_partners(found.surge)), outcome, seconds))
    if not PROOF:
        return
    print(f"{'in seconds':<32} {'usual p50':>10} {'p95':>6} {'max':>6}   {f'x{TIMES} p50':>8} {'p95':>6} {'max':>6}")
    for what, one in calm.items():
        two = surge[what]
        print(f"{what:<32} {one.p50:>10} {one.p95:>6} {one.longest:>6}   {two.p50:>8} {two.p95:>6} {two.longest:>6}")
    for name, evenings in (("usual", found.calm), (f"x{TIMES}", found.surge)):
        print(f"{name}: {', '.join(_counted(evenings))}")


def _counted(evenings: list[Evening]) -> list[str]:
    asked = of_partners(evenings)
    return [
        f"{sum(len(one.callers) for one in evenings)} callers",
        f"{len(asked)} of partners, {sum(one.late for one in asked)} of them unanswered in time",
        f"the desk looked {sum(one.looked for one in evenings)} times, {sum(one.looks_late for one in evenings)} late",
        f"rows above a partner's call in the whole list: at most {max(one.above for one in asked)}",
    ]


@pytest.mark.proof
def test_no_other_volume_makes_a_partner_wait_longer(pair: Pair) -> None:
    """Letter, area 1. The longest wait may be one service longer: whoever serves the lane finishes what they began."""
    calm, surge = measured(pair.calm), measured(pair.surge)
    for what in ("partner rings, until answered", "partner asks, until told back"):
        for without, under in zip(calm[what], surge[what], strict=True):
            assert under <= without + ONE_SERVICE_S, f"{what}: {calm[what]} without the surge, {surge[what]} under it"


@pytest.mark.proof
def test_the_surge_is_one_for_those_who_wait_in_the_ordinary_queue(pair: Pair) -> None:
    calm, surge = measured(pair.calm), measured(pair.surge)
    what = "others ring, until answered"
    assert surge[what].p50 > 6 * max(calm[what].p50, 30)
    assert surge[what].p95 > 6 * max(calm[what].p95, 30)


@pytest.mark.proof
def test_no_request_is_unanswered_that_was_answered_without_the_surge(pair: Pair) -> None:
    for without, under in zip(of_partners(pair.calm), of_partners(pair.surge), strict=True):
        assert (without.at, without.site, without.decide) == (under.at, under.site, under.decide), "the same in both"
        assert without.late or not under.late


@pytest.mark.proof
def test_a_partner_stands_behind_partners_alone_in_the_lane(pair: Pair) -> None:
    """What stands ahead of a partner's call in its queue is what other partners ask, in a surge as without one."""
    for evening in (*pair.calm, *pair.surge):
        asked = evening.partners
        for one in (one for one in asked if one.channel):
            assert one.ahead <= sum(two.at <= one.at < two.told for two in asked if two is not one)
