"""What a pack is: a TOML text that a force adopts, with its source and whether that was verified.

Theory of operation. Risk models, grades, categories, result codes, standing questions and safeguarding are data. Each sort of
pack has a page: domain/riskmodel.py, gradescheme.py, codelist.py, standing.py and safeguardingscheme.py;
domain/packreader.py reads a text as one of them.
"""

from enum import Enum
from typing import Annotated, Literal

from msgspec import Meta, Struct

from hueandcry.domain.reference import WrittenCode as Code

NOT_ASKED = "not-asked"
Seconds = Annotated[int, Meta(ge=0)]
Risk = Annotated[int, Meta(ge=0, le=1_000_000)]


class PackKind(Enum):
    """What a pack decides."""

    RISK = "risk"
    GRADES = "grades"
    CATEGORIES = "categories"
    RESULTS = "results"
    STANDING = "standing"
    SAFEGUARDING = "safeguarding"


class PackText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every pack says of itself; `verified` tells whether the source was read or is remembered."""

    pack: Code
    kind: Literal["risk", "grades", "categories", "results", "standing", "safeguarding"]
    title: str
    source: str
    verified: Literal["yes", "no"]


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """One of several things on offer: its code, and what it says."""

    code: Code
    says: str
