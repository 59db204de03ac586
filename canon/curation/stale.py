"""What is raised when the canon has changed between a look at an import and its confirmation."""

from __future__ import annotations

from typing import Any


class StalePlanError(Exception):
    """The canon has changed: what would be written is not what was confirmed."""

    def __init__(self, plan: Any) -> None:
        """Carry the plan as it is now."""
        super().__init__()
        self.plan = plan
