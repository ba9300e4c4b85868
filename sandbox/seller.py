"""What every seller has, whatever the marketplace."""

import threading

from .calls import CallLog
from .clock import WorldClock
from .faults import FaultPlan


class Seller:
    """One login of one marketplace with a world of its own.

    Sub-classes add the marketplace's records. `lock` guards all of it: whoever reads or
    writes the world holds it.
    """

    platform = ""
    option_defaults = {}

    def __init__(self, login, password, mode="strict", shop=None):
        self.login = login
        self.password = password
        self.mode = mode
        self.shop = shop or login
        self.options = dict(self.option_defaults)
        self.accepted_senders = []
        self.clock = WorldClock()
        self.faults = FaultPlan()
        self.calls = CallLog()
        self.mails = []
        self.lives = False
        self._make_transient()

    def _make_transient(self):
        self.lock = threading.RLock()
        self.dirty = True

    def __getstate__(self):
        state = self.__dict__.copy()
        del state["lock"], state["dirty"]
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._make_transient()

    def configure(self, spec):
        """Take over password, mode, shop, accepted_senders, lives and options of `spec`.

        Raises ValueError on an unknown mode or option.
        """
        if spec.get("mode", self.mode) not in ("strict", "lenient"):
            raise ValueError("mode: strict or lenient")
        unknown = set(spec.get("options") or {}) - set(self.option_defaults)
        if unknown:
            raise ValueError(f"options: unknown {', '.join(sorted(unknown))}")
        for name in ("password", "mode", "shop", "lives"):
            if name in spec:
                setattr(self, name, spec[name])
        if "accepted_senders" in spec:
            self.accepted_senders = [a.lower() for a in spec["accepted_senders"] or []]
        self.options.update(spec.get("options") or {})

    def as_json(self):
        return {
            "platform": self.platform,
            "login": self.login,
            "shop": self.shop,
            "mode": self.mode,
            "lives": self.lives,
            "options": self.options,
            "accepted_senders": self.accepted_senders,
            "clock": self.clock.as_json(),
            "faults": self.faults.as_json(),
            "mails": self.mails,
        }

    # What a marketplace with a mail relay overrides.

    def relay_addresses(self):
        """All relay addresses ever given out, lower case."""
        return ()

    def check_recipient(self, address):
        """Raise `relay.Refused` when the address takes no mail now."""

    def receive(self, address, mail):
        """Append a `relay.Mail` to the thread of the address; return what became of it."""
        raise NotImplementedError
