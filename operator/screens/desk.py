"""The vulnerability desk: the partners' lane, whoever is vulnerable with nobody sent, and referrals that go on.

Theory of operation. The second list is exactly what the rules say is for the desk, by when it should have looked. Source: letter,
area 2.
"""

from typing import ClassVar

from hueandcry.operator.screens.board import LANE
from hueandcry.operator.screens.livelists import LiveListsScreen, Part
from hueandcry.operator.widgets.columns import desk_columns, referral_columns


class DeskScreen(LiveListsScreen):
    """The vulnerability desk's lists."""

    NAME: ClassVar[str] = "desk"
    PARTS: ClassVar[tuple[Part, ...]] = (
        LANE,
        Part("unsent", "Vulnerable, nobody sent", desk_columns, lambda item: item.desk_due is not None),
        Part("referrals", "Referrals", referral_columns, lambda item: item.kind == "referral"),
    )
    FIRST: ClassVar[str] = "unsent"
    CSS: ClassVar[str] = """
    #lane { height: 1fr; min-height: 4; }
    #unsent { height: 2fr; min-height: 5; }
    #referrals { height: 1fr; min-height: 4; }
    """

    def on_mount(self) -> None:
        super().on_mount()
        self.source.show_board()
