"""Moments are read and written in the force's local time, and never guessed."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hueandcry.store.moment import (
    NotAMoment,
    ago,
    from_local,
    local_day,
    local_text,
    ns_of,
    read_day,
    read_moment,
    read_position,
    rfc3339,
    zone_of,
)
from tests.staging import MONDAY, S

LONDON = zone_of("Europe/London")
KATHMANDU = zone_of("Asia/Kathmandu")
HOUR = 3600 * S
SHORT = settings(max_examples=100, derandomize=True, database=None, deadline=None)
AUTUMN = ns_of(datetime(2026, 10, 25, tzinfo=UTC))  # the day that has 25 hours in London; its midnight is BST's 01:00
SPRING = ns_of(datetime(2026, 3, 29, tzinfo=UTC))  # the day that has 23


def at(text: str) -> int:
    return ns_of(datetime.fromisoformat(text))


# The hour that is twice, and the one that never is


@pytest.mark.parametrize("text", ["2026-10-25 01:00", "2026-10-25 01:30", "2026-10-25T01:59:59"])
def test_a_time_that_october_shows_twice_is_refused_with_both_readings(text: str) -> None:
    minutes = text[14:]
    with pytest.raises(NotAMoment) as fault:
        read_moment(text, LONDON, MONDAY)
    for offset in ("+01:00", "+00:00"):
        assert f"2026-10-25T01:{minutes}{':00' if len(minutes) == 2 else ''}{offset}" in str(fault.value)
    assert repr(text) in str(fault.value)


def test_both_readings_of_a_time_that_was_twice_can_be_typed_as_they_are_offered() -> None:
    first = read_moment("2026-10-25T01:30:00+01:00", LONDON, MONDAY)
    second = read_moment("2026-10-25T01:30:00+00:00", LONDON, MONDAY)
    assert first == at("2026-10-25T00:30:00+00:00")
    assert second - first == HOUR
    assert local_text(first, LONDON) == local_text(second, LONDON) == "01:30:00"


def test_a_bare_clock_time_is_refused_on_the_day_that_shows_it_twice_and_read_on_the_next() -> None:
    with pytest.raises(NotAMoment, match="was twice in Europe/London"):
        read_moment("01:30", LONDON, AUTUMN + 12 * HOUR)
    assert read_moment("01:30", LONDON, AUTUMN + 36 * HOUR) == at("2026-10-26T01:30:00+00:00")


@pytest.mark.parametrize("text", ["2026-03-29 01:00", "2026-03-29 01:30", "2026-03-29T01:59:59"])
def test_a_time_that_march_leaves_out_is_refused(text: str) -> None:
    with pytest.raises(NotAMoment, match="never was in Europe/London"):
        read_moment(text, LONDON, MONDAY)


def test_a_bare_clock_time_that_march_leaves_out_is_refused_on_that_day_only() -> None:
    with pytest.raises(NotAMoment, match="never was"):
        read_moment("01:30", LONDON, SPRING + 12 * HOUR)
    assert read_moment("01:30", LONDON, SPRING + 36 * HOUR) == at("2026-03-30T01:30:00+01:00")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-10-25 00:59:59", "2026-10-25T00:59:59+01:00"),
        ("2026-10-25 02:00", "2026-10-25T02:00:00+00:00"),
        ("2026-03-29 00:59:59", "2026-03-29T00:59:59+00:00"),
        ("2026-03-29 02:00", "2026-03-29T02:00:00+01:00"),
    ],
)
def test_the_last_and_the_first_time_beside_a_change_of_clocks_are_read(text: str, instant: str) -> None:
    assert read_moment(text, LONDON, MONDAY) == at(instant)


def test_in_a_zone_without_summer_time_no_time_is_refused() -> None:
    assert read_moment("2026-10-25 01:30", KATHMANDU, MONDAY) == at("2026-10-25T01:30:00+05:45")
    assert read_moment("2026-03-29 01:30", KATHMANDU, MONDAY) == at("2026-03-29T01:30:00+05:45")


@SHORT
@given(st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)))  # noqa: DTZ001 — local by intent
def test_a_local_time_is_read_to_the_one_instant_that_shows_it_or_refused(local: datetime) -> None:
    seen = [
        instant
        for hours in (0, 1)
        if (instant := (local - timedelta(hours=hours)).replace(tzinfo=UTC)).astimezone(LONDON).replace(tzinfo=None)
        == local
    ]
    if len(seen) == 1:
        assert from_local(local, LONDON, "given") == ns_of(seen[0])
    else:
        with pytest.raises(NotAMoment):
            from_local(local, LONDON, "given")


# Formats


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("14:05", "2026-11-23T14:05:00+00:00"),
        ("9:05", "2026-11-23T09:05:00+00:00"),
        ("14:05:59", "2026-11-23T14:05:59+00:00"),
        ("2026-06-01 14:05", "2026-06-01T14:05:00+01:00"),
        ("2026-06-01T14:05:30", "2026-06-01T14:05:30+01:00"),
        ("2026-06-01", "2026-06-01T00:00:00+01:00"),
        ("2026-06-01T14:05:00Z", "2026-06-01T14:05:00+00:00"),
        ("2026-06-01T14:05:00-05:00", "2026-06-01T19:05:00+00:00"),
        ("2026-06-01T14:05:00.25Z", "2026-06-01T14:05:00.250+00:00"),
    ],
)
def test_a_moment_is_read_in_each_of_its_forms(text: str, instant: str) -> None:
    assert read_moment(text, LONDON, MONDAY) == at(instant)


def test_a_bare_clock_time_is_of_the_local_day_and_not_of_the_day_in_utc() -> None:
    just_after_midnight = at("2026-06-02T00:30:00+01:00")
    assert read_moment("00:10", LONDON, just_after_midnight) == at("2026-06-02T00:10:00+01:00")


@pytest.mark.parametrize(
    "text", ["", "now", "24:00", "12:60", "12:00:60", "12.30", "2026-13-01", "2026-02-29", "@12", "14:05Z"]
)
def test_what_is_no_moment_is_refused_with_examples_of_what_is(text: str) -> None:
    with pytest.raises(NotAMoment, match="write 14:05, 2026-11-23 14:05") as fault:
        read_moment(text, LONDON, MONDAY)
    assert repr(text) in str(fault.value)


@pytest.mark.parametrize("name", ["", "Mars/Phobos", "../passwd", "/etc/passwd", "Europe"])
def test_a_name_that_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(NotAMoment, match="is not a time zone"):
        zone_of(name)


@pytest.mark.parametrize(("text", "position"), [("@0", 0), ("@123", 123), ("@999999999999999999", 10**18 - 1)])
def test_a_position_is_read(text: str, position: int) -> None:
    assert read_position(text) == position


@pytest.mark.parametrize("text", ["123", "@", "@-1", "@1.5", "@12x", " @12", "@12\n", "14:05", "@9999999999999999999"])
def test_what_is_not_exactly_a_position_is_none(text: str) -> None:
    assert read_position(text) is None


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (0, "1970-01-01T00:00:00.000000000Z"),
        (MONDAY, "2026-11-23T08:00:00.000000000Z"),
        (MONDAY + 123_456_789, "2026-11-23T08:00:00.123456789Z"),
        (MONDAY + S - 1, "2026-11-23T08:00:00.999999999Z"),
    ],
)
def test_an_instant_is_written_for_machines_to_the_nanosecond_in_utc(instant: int, text: str) -> None:
    assert rfc3339(instant) == text


@SHORT
@given(st.integers(0, 4_000_000_000 * S))
def test_an_instant_written_for_machines_is_read_back_as_the_same_instant(instant: int) -> None:
    """Whoever asks for the board at the recorded time of a fact, as the journal printed it, must see that fact."""
    assert read_moment(rfc3339(instant), LONDON, MONDAY) == instant


def test_people_read_an_instant_in_local_time_with_the_day_where_it_is_wanted() -> None:
    instant = at("2026-06-01T23:30:59+00:00") + S - 1
    assert local_text(instant, LONDON) == "00:30:59"
    assert local_text(instant, LONDON, day=True) == "02/06/2026 00:30:59"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0s"),
        (0, "0s"),
        (59, "59s"),
        (60, "1m"),
        (3599, "59m"),
        (3600, "1h00"),
        (11_100, "3h05"),
        (86_399, "23h59"),
        (86_400, "1d00h"),
        (86_400 * 2 + 3600 * 4 + 3599, "2d04h"),
    ],
)
def test_how_long_ago_is_said_in_the_largest_two_units(seconds: int, text: str) -> None:
    assert ago(MONDAY, MONDAY + seconds * S) == text


# Local days


def test_a_local_day_has_23_hours_in_march_and_25_in_october() -> None:
    for first, day, hours in ((SPRING, "2026-03-29", 23), (AUTUMN - HOUR, "2026-10-25", 25)):
        assert local_day(first, LONDON) == day
        assert local_day(first - 1, LONDON) < day
        assert local_day(first + hours * HOUR - 1, LONDON) == day
        assert local_day(first + hours * HOUR, LONDON) > day


@SHORT
@given(st.integers(0, 4_000_000_000 * S), st.sampled_from([LONDON, KATHMANDU, zone_of("America/Chicago")]))
def test_the_local_day_is_the_day_that_people_read(instant: int, zone: object) -> None:
    day = local_day(instant, zone)  # type: ignore[arg-type]  # a ZoneInfo
    spoken = local_text(instant, zone, day=True)  # type: ignore[arg-type]  # a ZoneInfo
    assert spoken.startswith("/".join(reversed(day.split("-"))))


def test_local_days_follow_on_each_other_through_a_whole_year() -> None:
    days = sorted({local_day(SPRING + quarter * 900 * S, LONDON) for quarter in range(366 * 96)})
    moments = [datetime.fromisoformat(day) for day in days]
    assert {after - before for before, after in pairwise(moments)} == {timedelta(days=1)}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("23/11", "2026-11-23"),
        ("1/2", "2026-02-01"),
        ("24/11", "2025-11-24"),
        ("31/12", "2025-12-31"),
        ("23/11/2024", "2024-11-23"),
        ("29/02/2024", "2024-02-29"),
        ("24/12/2027", "2027-12-24"),
        ("2025-11-23", "2025-11-23"),
        ("2025-1-3", "2025-01-03"),
    ],
)
def test_a_day_is_read_and_without_a_year_is_the_last_such_day_up_to_today(text: str, day: str) -> None:
    assert read_day(text, "2026-11-23") == day


@pytest.mark.parametrize("text", ["31/4", "0/1", "1/13", "99/99", "29/2/2025", "2026-02-30", "2026-13-01"])
def test_a_day_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(NotAMoment, match="is not a day of the calendar"):
        read_day(text, "2026-11-23")


@pytest.mark.parametrize("text", ["", "today", "23.11", "23/11/26", "23/11/2026 ", "/", "23", "a23/11"])
def test_what_is_not_written_as_a_day_is_refused_with_examples_of_what_is(text: str) -> None:
    with pytest.raises(NotAMoment, match="write 23/11 or 2025-11-23"):
        read_day(text, "2026-11-23")


def test_a_leap_day_without_a_year_is_the_last_one_that_was() -> None:
    assert read_day("29/2", "2024-03-01") == "2024-02-29"
    assert read_day("29/2", "2025-01-31") == "2024-02-29"
    assert read_day("29/2", "2026-11-23") == "2024-02-29"
