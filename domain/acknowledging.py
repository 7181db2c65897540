"""Who may say that somebody knows of what went up a ladder: they themselves, or whoever told them, and how.

Theory of operation. What waits is acknowledged in one's own name, in the roles that it went to, or for a person who was told by
other means, who must be named with how. Nobody acknowledges for a role that the named person has not.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from hueandcry.domain.duty import Duty, Role
from hueandcry.domain.fault import Refused
from hueandcry.domain.particulars import Escalation


class Knows(Struct, frozen=True):
    """Who knows: by collar number or name, empty for whoever acts; their roles where they are a member of staff; and how."""

    by: str
    words: str
    roles: tuple[Role, ...] | None = None

    def of(self, waiting: Sequence[Escalation], duty: Duty) -> tuple[str, list[Role]]:
        """Return who knows, and for which roles; refuses for a role that is not theirs, and of others without how."""
        asked = list(dict.fromkeys(one.to for one in waiting))
        me = self.by in ("", duty.collar)
        held = duty.roles if me else self.roles
        theirs = [to for to in asked if held is None or to in held]
        if not theirs:
            told = " or ".join(to.value for to in asked)
            who = "you are none" if me else f"{self.by} is none"
            raise Refused(
                f"it was escalated to the {told}, and {who}: name which of them you told, here or elsewhere, and how"
            )
        if not me and not self.words:
            raise Refused(f"say how {self.by} was told")
        return duty.collar if me else self.by, theirs


def known_to(escalations: tuple[Escalation, ...], to: Role, by: str) -> tuple[Escalation, ...]:
    """Return escalations of which those to a role are known to somebody now."""
    return tuple(replace(one, acknowledged=by) if one.to is to and not one.acknowledged else one for one in escalations)
