"""What is awaited of items, held against a plain dictionary of moments."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hueandcry.operator.awaited import IDLE_MAX, Awaited

STREAMS = st.sampled_from([b"a", b"b"])
MOMENTS = st.lists(st.integers(1, 9), max_size=3, unique=True)
STEPS = st.lists(st.one_of(st.tuples(STREAMS, MOMENTS), st.integers(0, 10)), max_size=30)


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(STEPS)
def test_whatever_is_awaited_passes_once_and_the_next_stands_first(steps: list[tuple[bytes, list[int]] | int]) -> None:
    awaited, held = Awaited(), dict[bytes, set[int]]()
    for step in steps:
        if isinstance(step, tuple):
            stream, moments = step
            awaited.put(stream, moments)
            held[stream] = set(moments)
        else:
            passed = [stream for stream, moments in held.items() if any(one <= step for one in moments)]
            assert sorted(awaited.passed(step)) == sorted(passed)
            held = {stream: {one for one in moments if one > step} for stream, moments in held.items()}
        whole = [(moment, stream) for stream, moments in held.items() for moment in moments]
        assert awaited.first() == min(whole, default=None)


def test_what_changes_again_and_again_for_hours_leaves_nothing_behind() -> None:
    awaited = Awaited()
    for moment in range(100_000):
        awaited.put(b"%d" % (moment % 10), [10**18 - moment, 10**18 + moment])
    assert len(awaited) <= 3 * 10 + IDLE_MAX
    assert awaited.first() == (10**18 - 99_999, b"9")
