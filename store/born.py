"""Reading a date of birth as people say it: whole, or a month and a year, or a year alone; what cannot be true is none.

Theory of operation. A day that no calendar has, one that is to come, and one of more than 120 years ago are nobody's date of birth.
"""

import re
from datetime import date

AGE_MAX_YEARS = 120
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})(?:-(?P<day>\d{2}))?", re.ASCII)
_SAID = re.compile(r"(?:(?:(?P<day>\d{1,2})[/. -])?(?P<month>\d{1,2})[/. -])?(?P<year>\d{4})", re.ASCII)


def read_born(said: str, today: date) -> str | None:
    """Return a date of birth in ISO 8601, or the year or the month where no more is known; None for what cannot be true."""
    found = _ISO.fullmatch(said) or _SAID.fullmatch(said)
    if found is None:
        return None
    year, month, day = (int(found[part] or 0) for part in ("year", "month", "day"))
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        return None
    if first > today or year < today.year - AGE_MAX_YEARS:
        return None
    return "-".join(part for part in (f"{year:04}", f"{month:02}" if month else "", f"{day:02}" if day else "") if part)
