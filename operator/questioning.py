"""What question sets say about an item on its page: what is answered, what that suggests, what was given, what to ask next.

Theory of operation. A set stands on a page once something of it is answered, or where it belongs to the item's category; a
partner's request always has what it asks for and whether it is a matter for police. Nothing sealed is read for it.
"""

from collections.abc import Iterator

from hueandcry.domain.expedite import Expedite
from hueandcry.domain.incident import Incident
from hueandcry.domain.policy import Policy
from hueandcry.domain.questionnaire import said_of
from hueandcry.domain.questions import UNKNOWN, asks
from hueandcry.domain.safeguardingscheme import QuestionSet
from hueandcry.domain.worked import Worked
from hueandcry.operator.text import safe_text

ASKED_NEXT = 2


def question_lines(record: Worked, policy: Policy) -> list[str]:
    """Return what question sets say about an item, safe to show; none where no scheme is adopted."""
    scheme = policy.safeguarding
    if scheme is None or not record.open:
        return []
    sets = [one for one in scheme.set if _stands(one, record, scheme.threshold)]
    forms = [one.code for one in scheme.set if one.form and record.kind.name.lower() in one.of]
    missing = getattr(record, "sort", "") == "missing" or getattr(record, "category", "") == "missing"
    offered = [f"forms: {', '.join(forms)} ('form')"] if missing and forms and not record.forms else []
    return [safe_text(line) for line in (*(line for one in sets for line in _lines(one, record)), *offered)]


def _stands(of: QuestionSet, record: Worked, threshold: str) -> bool:
    if of.form or record.kind.name.lower() not in of.of:
        return False
    codes = {one.code for one in of.question}
    if any(one.question in codes for one in record.answers) or record.level_of(of.code):
        return True
    if isinstance(record, Expedite):
        return of.code == threshold or not of.level or record.sort in of.category
    return isinstance(record, Incident) and record.category in of.category


def _lines(of: QuestionSet, record: Worked) -> Iterator[str]:
    said = said_of(record, of)
    asked = list(asks(of.question, said))
    answered = [one for one in asked if one.code in said]
    line = f"{of.code}: {len(answered)} of {len(asked)} answered"
    if of.level and answered:
        line += f", suggests {of.suggestion(said).level}"
    given = record.level_of(of.code)
    yield f"{line}, given {given}" if given else line
    for one in [one for one in asked if said.get(one.code, UNKNOWN) == UNKNOWN and one.code not in said][:ASKED_NEXT]:
        yield f"  ? {one.code}  {one.ask}"
