"""Reading what identifies a person: telephone numbers, dates of birth, plates; each into the one form in which it is searched;
and whether what is answered to a question can be what it asks for.

Theory of operation. Whatever is typed is taken. What can be read stands in its one form (E.164, an ISO date or a part of one,
a plate in capitals), what cannot be true stands as it was said and is flagged: nobody is sent away because a number is odd.
"""

import re
from datetime import date

from msgspec import Struct

from hueandcry.domain.nominal import Sort
from hueandcry.store.born import read_born

REGION = "GB"
_PLATES = re.compile(
    r"[A-Z]{2}[0-9]{2}[A-Z]{3}"  # since 2001
    r"|[A-Z][0-9]{1,3}[A-Z]{3}|[A-Z]{3}[0-9]{1,3}[A-Z]"  # 1983 to 2001, 1963 to 1982
    r"|[A-Z]{1,3}[0-9]{1,4}|[0-9]{1,4}[A-Z]{1,3}"  # before, and Northern Ireland
)
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,63}(\.[A-Za-z0-9]{1,5})?")  # no path, no script
_CLOCK = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:.][0-5]\d(?!\d)|\b(noon|midnight|now)\b")
HERE = "+44"
_OF_HERE = re.compile(r"(?:0|\+44)([1-9][0-9]{9})", re.ASCII)


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
            text = read_born(said, today)
        case Sort.VEHICLE:
            text = plate_of(said)
        case _:
            text = said
    if text is None:
        return Read(said, "", plausible=False)
    return Read(text, said if said != text else "")


def can_be(sort: str, said: str, today: date) -> bool:
    """Tell whether what was said can be what a question asks for: a date of birth, a time, a number, a plain reference."""
    match sort:
        case "date":
            return read_born(said, today) is not None
        case "time":
            return _CLOCK.search(said) is not None
        case "number":
            return said.isdecimal()
        case "reference":
            return _REFERENCE.fullmatch(said) is not None
        case _:
            return True


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


def plate_of(said: str) -> str | None:
    """Return a plate in capitals without blanks, None for what no plate of this country looks like."""
    plate = re.sub(r"[\s-]", "", said).upper()
    return plate if _PLATES.fullmatch(plate) else None
