"""How often somebody may call: counted in memory, in each process, as Odoo counts failed logins."""

import ipaddress
import math
import threading
import time
from collections import OrderedDict

from odoo.http import request

WINDOW = 60
# Whoever calls from more addresses than these pushes his own oldest ones out.
MAX_ENTRIES = 10_000
# So many times more failures at all names together than at one.
ALL_NAMES = 20


class CallLimits:
    """`clock`: seconds that only grow."""

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = OrderedDict()  # network: (count, time of the last one)
        self._calls = {}  # name: (count, beginning of its minute)

    def note_failure(self, address, name, duration):
        """A call from this address to `name` knows no key, as far as we know: counted before it is
        looked at, so that calls at the same time count too. `duration`: seconds after which it is
        forgotten."""
        network, now = _get_network(address), self._clock()
        with self._lock:
            for key in ((network, name), (network, None)):
                count, last = self._failures.pop(key, (0, now))
                self._failures[key] = (count + 1 if now - last < duration else 1), now
            while len(self._failures) > MAX_ENTRIES:
                self._failures.popitem(last=False)

    def forget_failure(self, address, name):
        """It knew the key."""
        network = _get_network(address)
        with self._lock:
            for key in ((network, name), (network, None)):
                count, last = self._failures.get(key, (0, 0))
                if count > 1:
                    self._failures[key] = count - 1, last
                else:
                    self._failures.pop(key, None)

    def get_failure_wait(self, address, name, allowed, duration):
        """Seconds until a call from this address to `name` is looked at again, 0 for now.

        Each name counts apart, whether there is one or not: a synchroniser that serves many shops
        from one address must not be sent away for one of them. All of them together count, too.
        """
        network, waits = _get_network(address), [0]
        for key, limit in (((network, name), allowed), ((network, None), allowed * ALL_NAMES)):
            count, last = self._failures.get(key, (0, 0))
            if limit and count >= limit:
                waits.append(self._get_rest(last, duration))
        return max(waits)

    def note_call(self, name):
        """A call under this name was let in. There are as many names as accounts."""
        now = self._clock()
        with self._lock:
            count, start = self._calls.get(name, (0, now))
            self._calls[name] = (count + 1, start) if now - start < WINDOW else (1, now)

    def get_call_wait(self, name, allowed):
        """Seconds until the next call under this name is let in, 0 for now."""
        count, start = self._calls.get(name, (0, 0))
        return self._get_rest(start, WINDOW) if allowed and count >= allowed else 0

    def _get_rest(self, start, seconds):
        return max(0, math.ceil(start + seconds - self._clock()))


def _get_network(address):
    """Who has one address of IPv6 has a whole network of them."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return address or ""
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))


def get_limits(registry):
    """The counts of this database in this process."""
    limits = getattr(registry, "_marketplace_call_limits", None)
    if limits is None:
        limits = registry._marketplace_call_limits = CallLimits()
    return limits


def get_failure_limit():
    """(failures, seconds): the same as for logins, and switched off where those are."""
    return (
        get_number("base.login_cooldown_after", 5),
        get_number("base.login_cooldown_duration", 60),
    )


def get_number(parameter, default):
    """A system parameter as a number that is not below zero."""
    value = request.env["ir.config_parameter"].sudo().get_param(parameter, default)
    try:
        return max(0, int(value))
    except ValueError:
        return default
