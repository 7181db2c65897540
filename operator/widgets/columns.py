"""The columns of the live lists: what an item shows, and in which style.

Theory of operation. A grade is told by its number, its sign, its place and its colour together; overdue and vulnerable are words.
Nothing is told by colour alone.
"""

import re

from rich.style import Style

from hueandcry.domain.order import NS_PER_MIN
from hueandcry.operator.pressing import calls, is_said
from hueandcry.operator.theme import GRADE_SIGNS, Styles
from hueandcry.operator.widgets.livelist import Column, When
from hueandcry.store.item import Item
from hueandcry.store.moment import ago

WIDE = 118


def _ref(item: Item, _: When) -> tuple[str, Style | None]:
    return item.ref, None


def _grade(item: Item, _: When) -> tuple[str, Style | None]:
    return f"{item.grade or '-'}{GRADE_SIGNS.get(item.grade, '')}".center(3), Styles.grades.get(item.grade)


def _what(item: Item, _: When) -> tuple[str, Style | None]:
    if not item.unread:
        return item.what, None
    return f"+{item.unread} {item.what}", Styles.care if is_said(item, "UNREAD") else None


def _care(item: Item, _: When) -> tuple[str, Style | None]:
    return ("VUL" if item.vulnerable else ""), Styles.care


def _district(item: Item, _: When) -> tuple[str, Style | None]:
    return item.district, None


def _queue(width: int, *, stage: bool = False) -> Column:
    """Return the column that says what calls for somebody, in a word, and how many things more do; else queue or stage.

    The columns beside it say themselves that a promise is broken and that something is not read.
    """

    def shows(item: Item, _: When) -> tuple[str, Style | None]:
        said = [word for word, _ in calls(item) if word not in ("BROKE", "UNREAD")]
        if not said:
            return item.stage if stage else item.queue, None
        more = f"+{len(said) - 1}" if len(said) > 1 else ""
        return f"{said[0][: width - 1 - len(more)]}{more}", Styles.alarm

    return Column("stage" if stage else "queue", width, shows)


def _owner(item: Item, _: When) -> tuple[str, Style | None]:
    return item.owner, None


def _age(item: Item, when: When) -> tuple[str, Style | None]:
    return _minutes(item.since, when.minute_ns), None


def _due(item: Item, when: When) -> tuple[str, Style | None]:
    if item.broken and item.due is not None and is_said(item, "BROKE"):
        return f"BROKE {_short(item.due, when.minute_ns)}", Styles.alarm
    return _left(item.due, when)


def _look(item: Item, when: When) -> tuple[str, Style | None]:
    return _left(item.desk_due, when)


def _left(due: int | None, when: When) -> tuple[str, Style | None]:
    """Return how long is left, in whole minutes that are sure; in seconds for what is due next in the whole room."""
    if due is None:
        return "", None
    if due <= when.now_ns:
        return f"LATE {_short(due, when.minute_ns)}", Styles.alarm
    if when.ticks:
        return f"in {ago(when.now_ns, due)}", Styles.care
    return f"in {_minutes(when.minute_ns + NS_PER_MIN, due)}", None


def _minutes(since: int, until: int) -> str:
    """Return a span in whole minutes at least, so that an idle screen is drawn once a minute."""
    text = ago(since, until)
    return "0m" if text.endswith("s") else text


def _short(since: int, until: int) -> str:
    """Return a span of which the largest unit is enough: minutes, then hours, then days."""
    return re.split(r"(?<=[hd])", _minutes(since, until))[0]


def contact_columns(width: int) -> tuple[Column, ...]:
    """Return the columns of waiting and answered contacts."""
    wide = width >= WIDE
    columns = [Column("contact", 8, _ref), Column("by", 10, _what), _queue(13 if wide else 10)]
    columns += [Column("district", 16 if wide else 12, _district), Column("owner", 14 if wide else 11, _owner)]
    return (*columns, Column("age", 8, _age), Column("due", 12, _due))


def incident_columns(width: int) -> tuple[Column, ...]:
    """Return the columns of open incidents."""
    wide = width >= WIDE
    columns = [Column("incident", 16 if wide else 14, _ref), Column("g", 4, _grade), Column("v", 4, _care)]
    columns += [Column("what", 22 if wide else 14, _what), Column("district", 16 if wide else 8, _district)]
    columns += [_queue(13 if wide else 10), Column("owner", 14 if wide else 7, _owner)]
    return (*columns, Column("age", 7 if wide else 6, _age), Column("due", 12 if wide else 11, _due))


def lane_columns(width: int) -> tuple[Column, ...]:
    """Return the columns of the partners' lane: calls that ring there, and safeguarding expedites."""
    wide = width >= WIDE
    columns = [Column("partner", 8, _ref), Column("who asks, for what", 34 if wide else 25, _what)]
    columns += [_queue(13 if wide else 10, stage=True), Column("owner", 15, _owner)]
    return (*columns, Column("age", 7, _age), Column("due", 12, _due))


def desk_columns(width: int) -> tuple[Column, ...]:
    """Return the columns of what the vulnerability desk looks at."""
    wide = width >= WIDE
    columns = [Column("incident", 16 if wide else 14, _ref), Column("g", 4, _grade)]
    columns += [Column("what", 22 if wide else 14, _what), Column("district", 16 if wide else 8, _district)]
    columns += [_queue(13 if wide else 10), Column("owner", 14 if wide else 11, _owner)]
    return (*columns, Column("age", 7 if wide else 6, _age), Column("look", 12 if wide else 11, _look))


def referral_columns(width: int) -> tuple[Column, ...]:
    """Return the columns of referrals to agencies."""
    wide = width >= WIDE
    columns = [Column("referral", 9, _ref), Column("agency and basis", 34 if wide else 27, _what)]
    columns += [_queue(13 if wide else 10, stage=True), Column("owner", 14, _owner)]
    return (*columns, Column("age", 7 if wide else 6, _age), Column("due", 12, _due))
