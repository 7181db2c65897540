"""Which record each kind of stream folds to.

Theory of operation. Importing this module imports every page that holds facts, so that whoever decodes has the whole registry.
"""

from hueandcry.domain import pages
from hueandcry.domain.access import Access
from hueandcry.domain.blindreview import Review
from hueandcry.domain.contact import Contact
from hueandcry.domain.episode import Episode
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.fact import Record
from hueandcry.domain.foreign import Foreign
from hueandcry.domain.gazetteer import Gazetteer
from hueandcry.domain.incident import Incident
from hueandcry.domain.nominal import Nominal
from hueandcry.domain.partner import Partner
from hueandcry.domain.policy import Policy
from hueandcry.domain.reference import Kind, kind_of
from hueandcry.domain.referral import Referral
from hueandcry.domain.resource import Resource
from hueandcry.domain.staff import Staff

_WORKED: tuple[type[Record], ...] = (Contact, Incident, Expedite, Referral)
_BESIDE: tuple[type[Record], ...] = (
    Staff, Policy, Access, Foreign, Resource, Gazetteer, Nominal, Partner, Episode, Review
)  # fmt: skip
RECORDS: dict[Kind, type[Record]] = {cls.kind: cls for cls in (*_WORKED, *_BESIDE)}
WORKED = tuple(cls.kind for cls in _WORKED)
assert pages.PAGES  # the registry is whole: every page that holds facts is imported


def blank(stream: bytes) -> Record | None:
    """Return the record of a stream before its first fact, None for a stream that is not of our making."""
    kind = kind_of(stream)
    return None if kind is None else RECORDS[kind](id=stream)
