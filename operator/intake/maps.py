"""How the rows of a source are read: one map for each kind of file.

Theory of operation. A map names its columns and its source zone and turns a row into just what the row says; nothing is
invented: what a row does not say is `unknown`, which is a value. A row that cannot be read is Malformed, with a reason.
A local time that the source's clocks showed twice, or never, is such a reason: the row does not say which it was.
Sources: San Antonio PD calls for service (MIT), Montgomery County PA 911, Metro Nashville 911 call times.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from hueandcry.domain.contact import UNKNOWN
from hueandcry.domain.fault import ForeignFault
from hueandcry.domain.reference import NS_PER_S
from hueandcry.store.moment import NotAMoment, from_local

CODE_MAX = 64
SECONDS_MAX = 1 << 33
OFFICER_GENERATED = {
    "Patrol By",
    "Officer Traffic Stop",
    "Officer In Trouble In Progress",
    "Officer EMS In Trouble in Progress",
}


class Malformed(ValueError):
    """A row cannot be read; the text is the reason."""


class Said(Struct, frozen=True):
    """What a row says; `occurred` is ns UTC, codes are `unknown` where the row is silent."""

    occurred: int
    service: str
    type: str
    district: str
    wording: str
    contact: bool = True
    incident: bool = True


class Map(Struct, frozen=True):
    """A kind of file: its columns, its zone, and how a row is read."""

    name: str
    columns: tuple[str, ...]
    zone: str
    read: Callable[[list[str], ZoneInfo], Said]


@lru_cache(maxsize=4096)
def code_of(text: str) -> str:
    """Return a source's word as a code: letters and digits kept, the rest dashes; `unknown` where nothing is said."""
    code = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")
    if len(code) > CODE_MAX:
        raise Malformed(f"{text[:40]!r}... is too long for a code")
    return code or UNKNOWN


@lru_cache(maxsize=8192)
def _local(text: str, zone: ZoneInfo, form: str) -> int:
    try:
        occurred = from_local(datetime.strptime(text, form), zone, text)  # noqa: DTZ007 — the map names the zone
    except NotAMoment as fault:
        raise Malformed(str(fault)) from fault
    except (ValueError, OverflowError) as fault:
        raise Malformed(f"{text[:40]!r} is not a time like {form}") from fault
    if not 0 <= occurred < SECONDS_MAX * NS_PER_S:
        raise Malformed(f"{text[:40]!r} is outside of the years that a journal can tell")
    return occurred


def _san_antonio(row: list[str], zone: ZoneInfo) -> Said:
    ts_local, ts_utc_s, category, problem, substation, zip_code = row
    if not re.fullmatch(r"[0-9]{1,11}", ts_utc_s) or int(ts_utc_s) >= SECONDS_MAX:
        raise Malformed(f"{ts_utc_s[:40]!r} is not a number of seconds")
    seconds = int(ts_utc_s)
    if f"{datetime.fromtimestamp(seconds, zone):%Y-%m-%d %H:%M:%S}" != ts_local:
        raise Malformed("ts_local and ts_utc_s are not the same moment")
    if not problem:
        raise Malformed("problem_type is empty")
    wording = ", ".join(part for part in (problem, category, f"zip {zip_code}" if zip_code else "") if part)
    return Said(
        seconds * NS_PER_S,
        "police",
        code_of(problem.lower()),
        code_of(substation),
        wording,
        contact=problem not in OFFICER_GENERATED,
    )


def _montgomery(row: list[str], zone: ZoneInfo) -> Said:
    ts, service, call_type, township = row
    if not service or not call_type:
        raise Malformed("service or call_type is empty")
    occurred = _local(ts, zone, "%Y-%m-%d %H:%M:%S")
    return Said(occurred, code_of(service.lower()), code_of(call_type.lower()), code_of(township), call_type)


def _nashville(row: list[str], zone: ZoneInfo) -> Said:
    return Said(_local(row[0], zone, "%Y-%m-%d %H:%M"), UNKNOWN, UNKNOWN, UNKNOWN, "", incident=False)


MAPS: dict[str, Map] = {
    one.name: one
    for one in (
        Map(
            "san-antonio",
            ("ts_local", "ts_utc_s", "category", "problem_type", "substation", "zip"),
            "America/Chicago",
            _san_antonio,
        ),
        Map("montgomery", ("ts", "service", "call_type", "township"), "America/New_York", _montgomery),
        Map("nashville", ("ts",), "America/Chicago", _nashville),
    )
}


def check_columns(found: Map, header: list[str]) -> None:
    """Refuse a file whose columns are not those of the map."""
    if tuple(name.strip() for name in header) == found.columns:
        return
    missing = [name for name in found.columns if name not in header]
    unknown = [name[:40] for name in header if name not in found.columns]
    told = "; ".join(
        part
        for part in (
            f"missing {', '.join(missing)}" if missing else "",
            f"unknown {', '.join(unknown[:5])}" if unknown else "",
        )
        if part
    )
    raise ForeignFault(
        f"the columns are not those of the map {found.name} ({told or 'their order differs'}); it reads {', '.join(found.columns)}"
    )
