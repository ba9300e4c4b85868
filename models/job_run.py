"""The time that one run of a job may take, and when it commits."""

import time

from odoo.service.model import retrying

NETWORK_SECONDS = 8.0


class JobRun:
    """Holds the rule of a run: about eight seconds of work, commits on the way, stops when
    Odoo says that time is up.

    Work left over is asked for by a trigger of its own, and the run reports nothing remaining:
    Odoo would otherwise call a method with remaining work at least ten times in a row.
    """

    def __init__(self, env, seconds=NETWORK_SECONDS):
        self._env = env
        self._end = time.monotonic() + seconds
        self.is_stopped = False  # Odoo says that time is up

    def do(self, function, *args):
        """Run `function` as one transaction of its own; again where another one was in its way.

        No network inside: it may run several times.
        """
        result = retrying(lambda: function(*args), self._env)
        self.commit()
        return result

    def commit(self):
        """Commit what is done so far and learn whether time is left."""
        if self._env["ir.cron"]._commit_progress(0, remaining=0) <= 0:
            self.is_stopped = True

    @property
    def is_over(self):
        """Whether to stop at the next safe point."""
        return self.is_stopped or time.monotonic() >= self._end
