"""What became of the rounds of an attack."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """Outcomes that are right, counted by their kind; and every loss, in words."""

    outcomes: Counter[str] = field(default_factory=Counter)
    losses: list[str] = field(default_factory=list)

    def right(self, outcome: str) -> None:
        """One more round ended as it may."""
        self.outcomes[outcome] += 1

    def lost(self, what: str) -> None:
        """One more round ended as it must not."""
        self.losses.append(what)

    def judge(self, good: bool, outcome: str, loss: str) -> None:
        """One more round, right or lost."""
        if good:
            self.right(outcome)
        else:
            self.lost(loss)

    @property
    def rounds(self) -> int:
        """All of them."""
        return sum(self.outcomes.values()) + len(self.losses)

    def __str__(self) -> str:
        return ", ".join(f"{count} {what}" for what, count in sorted(self.outcomes.items()))
