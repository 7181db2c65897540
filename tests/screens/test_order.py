"""The order of a live list is that of a sort, whatever comes, changes and goes, and at whatever moment."""

from hypothesis import given
from hypothesis import strategies as st

from hueandcry.domain.order import NS_PER_MIN
from hueandcry.operator.widgets.order import Order
from hueandcry.store.item import Item, urgency
from tests.screens.test_livelist import item

STEPS = st.lists(
    st.tuples(
        st.integers(1, 12),
        st.sampled_from(["1", "2", "3", "4", "closed", "a minute passes"]),
        st.integers(0, 3 * NS_PER_MIN),
    ),
    max_size=40,
)


@given(STEPS)
def test_what_moves_one_by_one_stands_as_if_all_were_sorted(steps: list[tuple[int, str, int]]) -> None:
    order, items, now_ns = Order(), dict[bytes, Item](), 0
    for number, what, since in steps:
        before = order.streams()
        one = item(number, what if what in "1234" else "3", since + 1)
        now_ns += 61 * NS_PER_MIN // 60 if what == "a minute passes" else 0
        changed = () if what == "a minute passes" else (one.stream,)
        if what == "closed":
            items.pop(one.stream, None)
        elif changed:
            items[one.stream] = one
        told = order.take(items, changed, now_ns, whole=False)
        minute = now_ns // NS_PER_MIN * NS_PER_MIN
        assert order.streams() == [one.stream for one in sorted(items.values(), key=lambda one: urgency(one, minute))]
        assert told or before == order.streams(), "whatever stands elsewhere is told"


@given(STEPS, st.integers(0, 11))
def test_rows_that_are_kept_out_of_order_are_counted_as_a_comparison_row_by_row_counts_them(
    steps: list[tuple[int, str, int]], at: int
) -> None:
    order = Order()
    items = {
        (one := item(number, what if what in "1234" else "3", since + 1)).stream: one for number, what, since in steps
    }
    order.take(items, (), 0, whole=True)
    kept = sorted(items)[: at + 1]
    shown = [*kept, *(stream for stream in order.streams() if stream not in kept)]
    assert order.moved(kept) == sum(one != other for one, other in zip(shown, order.streams(), strict=True))
