"""What can go wrong, in four families, so that every door knows whom to tell.

A rule was broken (Refused, the operator is told), someone was first or the store is not to be had (Conflict, try again),
our journal is not what it was (Damaged, stop), or what came from outside is not what it claims (ForeignFault, set aside).
"""


class Refused(Exception):
    """A rule of the work forbids this; the text is the rule, in words an operator understands."""

    def __init__(self, rule: str, *, second_look: bool = False) -> None:
        super().__init__(rule)
        self.rule = rule
        self.second_look = second_look


class Conflict(Exception):
    """Someone else wrote first: load again and decide again."""


class Unavailable(Conflict):
    """The store cannot be had: absent, of another version, locked, full."""


class Damaged(Exception):
    """Our own journal is not what was written: stop, and let a person look."""


class ForeignFault(Exception):
    """A file or a message from outside is not what it claims: set it aside, apply nothing of it."""
