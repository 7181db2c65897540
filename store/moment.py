"""Moments as people write and read them, in the force's local time, and local days.

Theory of operation. A moment is nanoseconds UTC inside. Written without a zone it is the force's local time; the hour
that October repeats is refused with both readings, and the hour that March leaves out is refused too. `@123` is a
position in the journal, not a time. For machines an instant is RFC 3339 text in UTC.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hueandcry.domain.reference import NS_PER_S

LEAP_YEARS_APART = 8
_QUARTER_NS = 900 * NS_PER_S  # no zone in use differs from UTC by a fraction of a quarter of an hour
_SPAN = re.compile(r"(?:([0-9]{1,2})d)?(?:([0-9]{1,3})h)?(?:([0-9]{1,4})m?)?")
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}")
_POSITION = re.compile(r"@(\d{1,18})\Z")
_FRACTION = re.compile(r"\.(\d{1,9})(?=\D|\Z)")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\Z")


class NotAMoment(ValueError):
    """A text names no moment, or names two."""


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone; raises NotAMoment for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise NotAMoment(f"{name!r} is not a time zone; one is written as in Europe/London") from fault


def from_local(local: datetime, zone: ZoneInfo, given: str) -> int:
    """Return ns UTC of a local time without zone; raises NotAMoment where the clock showed it twice or never."""
    readings = sorted({local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)})
    real = [reading for reading in readings if reading.astimezone(zone).replace(tzinfo=None) == local]
    if not real:
        raise NotAMoment(f"{given!r} never was in {zone.key}: the clocks went forward over it")
    if len(real) > 1:
        both = " or ".join(reading.astimezone(zone).isoformat() for reading in real)
        raise NotAMoment(f"{given!r} was twice in {zone.key}: write {both}")
    return ns_of(real[0])


def ns_of(moment: datetime) -> int:
    """Return a datetime with zone as ns UTC, exactly."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * NS_PER_S + since.microseconds * 1000


def read_moment(text: str, zone: ZoneInfo, now_ns: int) -> int:
    """Return ns UTC of `14:05`, `2026-03-29 14:05`, or RFC 3339 with zone; raises NotAMoment."""
    clock = _CLOCK.match(text)
    try:
        if clock:
            today = datetime.fromtimestamp(now_ns // NS_PER_S, zone)
            hour, minute, second = (int(part or 0) for part in clock.groups())
            return from_local(datetime(today.year, today.month, today.day, hour, minute, second), zone, text)  # noqa: DTZ001 — local by intent
        moment = datetime.fromisoformat(_FRACTION.sub("", text))
        found = from_local(moment, zone, text) if moment.tzinfo is None else ns_of(moment)
        if found < 0:
            raise NotAMoment(f"{text!r} is before 1970, when the journal's time begins")
        local_text(found, zone)
    except NotAMoment:
        raise
    except (ValueError, OverflowError) as fault:
        raise NotAMoment(
            f"{text!r} is no moment; write 14:05, 2026-11-23 14:05, 2026-11-23T14:05:00Z or @123"
        ) from fault
    fraction = _FRACTION.search(text)
    return found + (int(fraction[1].ljust(9, "0")) if fraction else 0)


def read_ahead(text: str, zone: ZoneInfo, now_ns: int) -> int:
    """Return the moment to come (ns UTC) that a person means: 20m, 2h, 2h30, 1d, the next 14:30, or a whole moment.

    Raises NotAMoment.
    """
    span = _SPAN.fullmatch(text)
    if span and any(span.groups()):
        days, hours, minutes = (int(part or 0) for part in span.groups())
        return now_ns + (days * 86_400 + hours * 3600 + minutes * 60) * NS_PER_S
    if not _CLOCK.fullmatch(text):
        return read_moment(text, zone, now_ns)
    today = read_moment(text, zone, now_ns)
    if today > now_ns:
        return today
    moment = datetime.fromtimestamp(today // NS_PER_S, zone)
    tomorrow = moment.date() + timedelta(days=1)
    return read_moment(f"{tomorrow} {text}", zone, now_ns)


def last_changeover(times: tuple[str, ...], zone: ZoneInfo, now_ns: int) -> int:
    """Return when the last of the local times of day came round (ns UTC), 0 where there is none; up to two days back."""
    return max(changeovers(times, zone, now_ns - 2 * 86_400 * NS_PER_S, now_ns), default=0)


def read_back(text: str, zone: ZoneInfo, now_ns: int) -> int:
    """Return the moment past (ns UTC) that a person means: 20m ago, the last 21:14, or a whole moment; raises NotAMoment."""
    span = _SPAN.fullmatch(text)
    if span and any(span.groups()):
        return max(0, now_ns - (read_ahead(text, zone, now_ns) - now_ns))
    found = read_moment(text, zone, now_ns)
    if found <= now_ns:
        return found
    if not _CLOCK.fullmatch(text):
        raise NotAMoment(f"{text!r} is still to come; what is written down afterwards has happened")
    yesterday = datetime.fromtimestamp(now_ns // NS_PER_S, zone).date() - timedelta(days=1)
    return read_moment(f"{yesterday} {text}", zone, now_ns)


def changeovers(times: tuple[str, ...], zone: ZoneInfo, since_ns: int, until_ns: int) -> list[int]:
    """Return when local times of day came round after a moment and up to another (ns UTC), in order."""
    day = datetime.fromtimestamp(since_ns // NS_PER_S, zone).date()
    last = datetime.fromtimestamp(until_ns // NS_PER_S, zone).date()
    found = []
    while day <= last:
        for time in times:
            moment = datetime.fromisoformat(f"{day} {time}").replace(tzinfo=zone)  # of a repeated hour, the first
            at = int(moment.timestamp()) * NS_PER_S
            if since_ns < at <= until_ns:
                found.append(at)
        day += timedelta(days=1)
    return sorted(found)


def read_position(text: str) -> int | None:
    """Return the position that `@123` names, None where the text is a time."""
    found = _POSITION.match(text)
    return int(found[1]) if found else None


def rfc3339(instant_ns: int) -> str:
    """Return an instant as RFC 3339 text in UTC with nanoseconds, for machines."""
    seconds, rest = divmod(instant_ns, NS_PER_S)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def local_text(instant_ns: int, zone: ZoneInfo, *, day: bool = False) -> str:
    """Return an instant as people read it: local time to the second, with the day where it is wanted."""
    moment = datetime.fromtimestamp(instant_ns // NS_PER_S, zone)
    return f"{moment:%d/%m/%Y %H:%M:%S}" if day else f"{moment:%H:%M:%S}"


@lru_cache(maxsize=4096)
def _day_of_quarter(quarter: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(quarter * 900, zone):%Y-%m-%d}"


def local_day(instant_ns: int, zone: ZoneInfo) -> str:
    """Return the local day of an instant as `2026-11-23`."""
    return _day_of_quarter(instant_ns // _QUARTER_NS, zone)


def day_began(instant_ns: int, zone: ZoneInfo) -> int:
    """Return when the local day of an instant began (ns UTC)."""
    quarter, day = instant_ns // _QUARTER_NS, local_day(instant_ns, zone)
    while _day_of_quarter(quarter - 1, zone) == day:
        quarter -= 1
    return quarter * _QUARTER_NS


def read_day(text: str, today: str) -> str:
    """Return `23/11`, `23/11/2025` or `2025-11-23` as a day; without a year, the last such day up to today."""
    numbers = [int(part) for part in re.findall(r"\d+", text)]
    try:
        if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", text):
            return f"{datetime(*numbers):%Y-%m-%d}"  # type: ignore[arg-type]  # noqa: DTZ001 — a day has no zone
        if re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4}", text):
            return f"{datetime(numbers[2], numbers[1], numbers[0]):%Y-%m-%d}"  # noqa: DTZ001
        if re.fullmatch(r"\d{1,2}/\d{1,2}", text):
            return _last_such_day(numbers[0], numbers[1], today)
    except (ValueError, StopIteration) as fault:
        raise NotAMoment(f"{text!r} is not a day of the calendar") from fault
    raise NotAMoment(f"{text!r} is not a day; write 23/11 or 2025-11-23")


def _last_such_day(day: int, month: int, today: str) -> str:
    for year in range(int(today[:4]), int(today[:4]) - LEAP_YEARS_APART - 1, -1):
        with suppress(ValueError):  # 29/2 is not in every year
            found = f"{datetime(year, month, day):%Y-%m-%d}"  # noqa: DTZ001 — a day has no zone
            if found <= today:
                return found
    raise ValueError("in no year")


def ago(instant_ns: int, now_ns: int) -> str:
    """Return how long ago an instant is, in the largest two units: 45s, 12m, 3h05, 2d04h."""
    seconds = max(0, now_ns - instant_ns) // NS_PER_S
    if seconds < 60:
        return f"{seconds}s"
    if seconds < 3600:
        return f"{seconds // 60}m"
    span = timedelta(seconds=seconds)
    if span.days:
        return f"{span.days}d{span.seconds // 3600:02d}h"
    return f"{seconds // 3600}h{seconds % 3600 // 60:02d}"
