"""The time of one seller's world: real, shifted or frozen."""

import re
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def to_paris(moment):
    """Aware datetime -> naive local time of Paris. A naive one is already local."""
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(PARIS).replace(tzinfo=None)


def parse_moment(text):
    """ISO text, with or without zone (then Paris) -> naive Paris time cut to milliseconds.

    Raises ValueError on anything else.
    """
    text = str(text).strip().replace("Z", "+00:00")
    # Python 3.10 takes fractions of 3 or 6 digits only; the wire has 1 to 7.
    text = re.sub(r"\.(\d+)", lambda match: "." + match[1].ljust(6, "0")[:6], text)
    moment = to_paris(datetime.fromisoformat(text))
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def store_precision(moment):
    """Round as SQL Server's `datetime` does: milliseconds end in 0, 3 or 7."""
    millis = moment.microsecond // 1000
    millis = millis - millis % 10 + (0, 0, 0, 3, 3, 3, 7, 7, 7, 7)[millis % 10]
    return moment.replace(microsecond=millis * 1000)


class WorldClock:
    """Real time plus `offset` seconds, or standing still at `frozen` (aware UTC)."""

    def __init__(self):
        self.offset = 0.0
        self.frozen = None

    def utc(self):
        """Aware UTC datetime of this world."""
        return self.frozen or datetime.now(timezone.utc) + timedelta(seconds=self.offset)

    def now(self):
        """Naive Paris time of this world, as the marketplace stores it."""
        return store_precision(to_paris(self.utc()))

    def set(self, spec):
        """Move the clock.

        `spec`: one of {offset_seconds: number}, {now: ISO}, {frozen: ISO}, {frozen: null}.
        ISO texts without zone are Paris time. Raises ValueError otherwise.
        """
        if "offset_seconds" in spec:
            self.frozen, self.offset = None, float(spec["offset_seconds"])
        elif "now" in spec:
            self.frozen = None
            self.offset = (_aware(spec["now"]) - datetime.now(timezone.utc)).total_seconds()
        elif "frozen" in spec:
            self.frozen = spec["frozen"] and _aware(spec["frozen"]) or None
        else:
            raise ValueError("clock: give offset_seconds, now or frozen")

    def as_json(self):
        return {
            "now": self.now().isoformat(timespec="milliseconds"),
            "utc": self.utc().isoformat(timespec="milliseconds"),
            "offset_seconds": self.offset,
            "frozen": bool(self.frozen),
        }


def _aware(text):
    return parse_moment(text).replace(tzinfo=PARIS).astimezone(timezone.utc)
