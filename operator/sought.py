"""How what is typed to find a person is read: names, an age, a date, a number, a plate, an address, in any order.

Theory of operation. A word of the form key=value says what it is (born, age, number, plate, at), and `at=`, `number=` and `plate=`
take the words behind them that belong to it. Of the others a plate, a number and a date are told by how they look, with blanks
or without; the rest are words of a name or of an address. Source: letter, area 4; iOPS 2019 (a search by exact spelling alone).
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from hueandcry.operator.reference import Misread
from hueandcry.store.born import read_born
from hueandcry.store.identifiers import e164, plate_of
from hueandcry.store.personindex import Sought
from hueandcry.store.placeindex import words_in

TAIL_MIN = 3
_KEYS = ("born", "age", "number", "plate", "at")
_YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?")
_AGES = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?")
_IN_NUMBER = re.compile(r"\+?[0-9()-]+", re.ASCII)
_NUMBER = re.compile(rf"\+?(?=(?:[()-]*[0-9]){{{TAIL_MIN}}})[0-9()-]+", re.ASCII)
_PLATE = re.compile(r"[A-Za-z]{2}[0-9]{2}[A-Za-z]{3}|[A-Za-z][0-9]{1,3}[A-Za-z]{3}|[A-Za-z]{3}[0-9]{1,3}[A-Za-z]")


def sought(text: str, year: int) -> Sought:
    """Return whom a text asks for, in a year of our time; raises Misread where a part of it cannot be read."""
    said: dict[str, Any] = {"address": ()}
    names: list[str] = []
    for key, words in _parts(text):
        if key:
            said |= _said(key, " ".join(words), year, said["address"])
        elif (run := "".join(words)) and _NUMBER.fullmatch(run):
            said["tail"] = _end_of(run)
        elif plate := _plate(run):
            said["plate"] = plate
        elif born := _born(run, year):
            said["born"] = (born, born)
        else:
            names += words_in(run)
    found = Sought(tuple(names), **said)
    if found == Sought(born=found.born):
        raise Misread(f"say whom to look for: words of a name, the end of a number, a plate, or {', '.join(_KEYS)}=...")
    return found


def _parts(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the parts of a text: each key with its words, and without one each word, of a number or a plate all words together."""
    words = text.split()
    while words:
        key, equals, value = words.pop(0).partition("=")
        known = key.lower() if equals and key.lower() in _KEYS else ""
        part = [value] if known else [f"{key}{equals}{value}"]
        while words and _goes_on(known, part, words[0]):
            part.append(words.pop(0))
        yield known, part


def _goes_on(key: str, part: list[str], word: str) -> bool:
    """Tell whether a word belongs to the part before it: more of a number, the end of a plate, any word behind `at=`."""
    if word.partition("=")[0].lower() in _KEYS and "=" in word:
        return False
    match key:
        case "at":
            return True
        case "number":
            return _IN_NUMBER.fullmatch(word) is not None
        case "" | "plate":
            whole = len(part) == 1 and _PLATE.fullmatch(part[0] + word) is not None
            return whole or (not key and all(map(_IN_NUMBER.fullmatch, (*part, word))))
        case _:
            return False


def _born(word: str, year: int) -> int | None:
    """Return the year of a whole date of birth, as of a year of our time, None for what is none."""
    said = None if word.isdigit() else read_born(word, date(year, 12, 31))
    return int(said[:4]) if said is not None else None


def _end_of(number: str) -> str:
    """Return the digits by which a number ends as it is kept: of a whole one, as it is dialled here, with its country."""
    whole = e164(number) if number.startswith(("0", "+")) else None
    return "".join(filter(str.isdigit, whole or number))


def _plate(word: str) -> str | None:
    mixed = any(map(str.isdigit, word)) and any(map(str.isalpha, word))
    return plate_of(word) if mixed else None


def _said(key: str, value: str, year: int, address: tuple[str, ...]) -> dict[str, Any]:
    match key:
        case "number":
            return {"tail": _end_of(value)}
        case "plate":
            return {"plate": plate_of(value) or "".join(words_in(value)).upper()}
        case "at":
            return {"address": (*address, *words_in(value))}
        case "born" if years := _YEARS.fullmatch(value):
            return {"born": (int(years[1]), int(years[2] or years[1]))}
        case "born" if born := _born(value, year):
            return {"born": (born, born)}
        case "age" if ages := _AGES.fullmatch(value):
            youngest, oldest = int(ages[1]), int(ages[2] or ages[1])
            return {"born": (year - oldest - 1, year - youngest)}
    raise Misread(f"{key} is said as in {'born=1984 or born=1980-1990' if key == 'born' else 'age=34 or age=30-40'}")
