"""The log of what clients asked, per seller."""

from collections import Counter, deque
from datetime import datetime, timezone

KEPT = 10_000  # entries; the counts go on beyond


class CallLog:
    """Newest last. Every entry: {operation, at, executed, fault, summary}."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.entries = deque(maxlen=KEPT)
        self.counts = Counter()

    def add(self, operation, executed, fault=None, summary=""):
        """Log a call when it begins; the returned entry may be completed later."""
        entry = {
            "operation": operation,
            "at": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
            "executed": executed,
            "fault": fault,
            "summary": summary,
        }
        self.counts[operation] += 1
        self.entries.append(entry)
        return entry

    def as_json(self):
        return {"calls": list(self.entries), "counts": dict(self.counts)}
