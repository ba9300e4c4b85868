"""The process: HTTP, SMTP, life and the state file together."""

import logging
import threading

from .control import Control
from .hub import Hub
from .page import Pages
from .relay import Relay
from .store import Store
from .web import Answer, HangUp, Server

_logger = logging.getLogger(__name__)


class Sandbox:
    """`start()` listens, `stop()` ends. Ports 0 are chosen freely; see `url` and `smtp_port`."""

    def __init__(
        self,
        platforms,
        host="127.0.0.1",
        port=0,
        smtp_port=0,
        control_token=None,
        state=None,
        demo=False,
        life=60.0,
    ):
        self.hub = Hub(platforms)
        self.relay = Relay(self.hub, host, smtp_port)
        self.server = Server(host, port, self.answer)
        self.host = host
        self.port = self.server.server_address[1]
        self.smtp_port = self.relay.port
        self.hub.url = self.url
        self.store = Store(self.hub, state) if state else None
        if self.store:
            self.store.load()
        if demo:
            self._add_demo(platforms)
        self.life = life
        self.control = Control(self.hub, control_token)
        self.pages = Pages(self.hub, control_token)

    @property
    def url(self):
        return f"http://{self.host}:{self.port}"

    def _add_demo(self, platforms):
        """For each marketplace that is not in the state file, perhaps of an earlier version."""
        known = {seller.platform for seller in self.hub.sellers.values()}
        for platform in platforms:
            if platform.name in known:
                continue
            seller = platform.demo_seller()
            if seller:
                self.hub.put(seller)

    def answer(self, request):
        """web.Request -> web.Answer, by the first part of the path."""
        first = request.path.split("/")[1] if request.path.count("/") else ""
        try:
            if first == "control":
                return self.control.answer(request)
            if first in self.hub.roots:
                return self.hub.roots[first].answer(request)
            return self.pages.answer(request)
        except (HangUp, ConnectionError):
            raise
        except Exception:
            _logger.exception("%s %s failed", request.method, request.path)
            return Answer("internal error of the sandbox, see its log", 500)

    def start(self):
        self.relay.start()
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        if self.store:
            self.store.start()
        if self.life > 0:
            threading.Thread(target=self._live, daemon=True).start()

    def _live(self):
        while not self.hub.stopping.wait(self.life):
            for seller in list(self.hub.sellers.values()):
                if seller.lives:
                    _logger.info("%s", self.hub.platforms[seller.platform].live(seller))
                    self.hub.touch(seller)

    def stop(self):
        """Stop listening, end waiting faults, write the state."""
        self.hub.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        self.relay.stop()
        if self.store:
            self.store.save()
