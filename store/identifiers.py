"""Reading what identifies a person: telephone numbers, dates of birth, plates; each into the one form in which it is searched.

Theory of operation. Whatever is typed is taken. What can be read stands in its one form (E.164, an ISO date or a part of one,
a plate in capitals), what cannot be true stands as it was said and is flagged: nobody is sent away because a number is odd.
"""

import re
from datetime import date

from msgspec import Struct

from hueandcry.domain.nominal import Sort

REGION = "GB"
AGE_MAX_YEARS = 120
_PLATES = re.compile(
    r"[A-Z]{2}[0-9]{2}[A-Z]{3}"  # since 2001
    r"|[A-Z][0-9]{1,3}[A-Z]{3}|[A-Z]{3}[0-9]{1,3}[A-Z]"  # 1983 to 2001, 1963 to 1982
    r"|[A-Z]{1,3}[0-9]{1,4}|[0-9]{1,4}[A-Z]{1,3}"  # before, and Northern Ireland
)
HERE = "+44"
_OF_HERE = re.compile(r"(?:0|\+44)([1-9][0-9]{9})", re.ASCII)
_DATE = re.compile(r"(?:(?:(?P<day>\d{1,2})[/. -])?(?P<month>\d{1,2})[/. -])?(?P<year>\d{4})")


class Read(Struct, frozen=True):
    """A detail as it is searched, as it was typed where that differs, and whether it can be true."""

    text: str
    said: str = ""
    plausible: bool = True


def read(sort: Sort, said: str, today: date) -> Read:
    """Return a detail of a sort in the one form in which it is searched."""
    said = " ".join(said.split())
    match sort:
        case Sort.NUMBER:
            text = e164(said)
        case Sort.BORN:
            text = _born(said, today)
        case Sort.VEHICLE:
            text = plate_of(said)
        case _:
            text = said
    if text is None:
        return Read(said, "", plausible=False)
    return Read(text, said if said != text else "")


def e164(said: str) -> str | None:
    """Return a telephone number in E.164, None for what no number of any country looks like."""
    plain = _OF_HERE.fullmatch(said)
    if plain:
        return f"{HERE}{plain[1]}"  # nearly every call, without waiting for the library
    import phonenumbers

    try:
        number = phonenumbers.parse(said, REGION)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None  # also what could be dialled only next door
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _born(said: str, today: date) -> str | None:
    """Return a date of birth, or the year or the month where no more is known; None for what cannot be true."""
    iso = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", said)
    found = _DATE.fullmatch(said)
    if iso:
        year, month, day = int(iso[1]), int(iso[2]), int(iso[3] or 0)
    elif found:
        year, month, day = int(found["year"]), int(found["month"] or 0), int(found["day"] or 0)
    else:
        return None
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        return None
    if first > today or year < today.year - AGE_MAX_YEARS:
        return None
    return "-".join(part for part in (f"{year:04}", f"{month:02}" if month else "", f"{day:02}" if day else "") if part)


def plate_of(said: str) -> str | None:
    """Return a plate in capitals without blanks, None for what no plate of this country looks like."""
    plate = re.sub(r"[\s-]", "", said).upper()
    return plate if _PLATES.fullmatch(plate) else None
