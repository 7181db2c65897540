"""Where codes stand in a fact's fields, so that their letters are checked where a fact is made.

Theory of operation. A field's type is walked once, when its class is entered; what comes of it is a function that takes
the field's value and yields every text that stands where a code is wanted, also within tuples and smaller structs.
"""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct

FindCodes = Callable[[Any], Iterable[str | None]]


def bare_type(hint: Any) -> Any:
    """Return a type without its marks."""
    return hint.__origin__ if get_origin(hint) is Annotated else hint


def metas_of(hint: Any) -> list[Meta]:
    """Return what a type says of itself beside its kind."""
    return [mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Meta)]


def codes_of(hints: dict[str, Any]) -> tuple[tuple[str, FindCodes], ...]:
    """Return which fields hold codes, each with the function that yields them from the field's value."""
    found = ((field, _finder(hint)) for field, hint in hints.items() if get_origin(hint) is Annotated)
    return tuple((field, find) for field, find in found if find is not None)


def _finder(hint: Any) -> FindCodes | None:
    """Return what finds the codes in a value of a type, None where it holds none; a code left out is found as None."""
    bare = bare_type(hint)
    if bare is str:
        return _itself if any(map(is_code_meta, metas_of(hint))) else None
    if isinstance(bare, type) and issubclass(bare, Struct):
        return _in_struct(bare)
    inner = [find for find in map(_finder, get_args(bare)) if find is not None]
    if not inner:
        return None
    find = inner[0]
    if get_origin(bare) is not tuple:
        return lambda value: () if value is None else find(value)
    if find is _itself:
        return tuple
    return lambda value: [text for one in value for text in find(one)]


def _in_struct(cls: type[Struct]) -> FindCodes | None:
    hints = get_type_hints(cls, include_extras=True)
    found = [(name, find) for name, hint in hints.items() if (find := _finder(hint)) is not None]
    if len(found) > 1 and all(
        str in (bare_type(hints[n]), *map(bare_type, get_args(bare_type(hints[n])))) for n, _ in found
    ):
        return attrgetter(*(name for name, _ in found))  # each of them is a code, or None: as quick as it gets
    return (lambda value: [text for name, find in found for text in find(getattr(value, name))]) if found else None


def is_code_meta(meta: Meta) -> bool:
    """Tell whether a type says that it holds a code."""
    return (meta.extra or {}).get("noun") == "code"


def _itself(value: str | None) -> Iterable[str | None]:
    return (value,)
