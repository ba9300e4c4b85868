"""Mirakl as the core sees it."""

from ..base import Platform
from ..web import Problem
from . import control, life, page, seed, service
from .wire import error
from .world import ALIAS_DOMAIN, MiraklSeller

TOKEN_PATH = "/mirakl/oauth/token"
DEMO = {"login": "demo-mirakl", "password": "demo-mirakl-key", "shop": "Demo Shop"}


class Mirakl(Platform):
    """The API lies below /mirakl/api, and below /api for clients that take no path."""

    name = "mirakl"
    root_paths = ("api",)
    relay_domains = (ALIAS_DOMAIN,)

    def answer(self, request):
        path = request.path.rstrip("/")
        sellers = [s for s in list(self.hub.sellers.values()) if s.platform == self.name]
        if path == TOKEN_PATH and request.method == "POST":
            return service.token(self.hub, request, sellers)
        if path.removeprefix("/mirakl").startswith("/api/"):
            return service.answer(self.hub, request, sellers)
        return error(404, "Not Found")

    def new_seller(self, spec):
        seller = self._make(spec)
        seed.populate(seller, spec)
        return seller

    def _make(self, spec):
        seller = MiraklSeller(spec["login"], spec["password"], shop=spec.get("shop"))
        seller.hub_addresses = self.hub.addresses
        seller.configure(spec)
        if "clock" in spec:
            seller.clock.set(spec["clock"])
        return seller

    def demo_seller(self):
        seller = self._make(DEMO)
        seed.demo(seller)
        seller.lives = True
        return seller

    def attach(self, seller):
        seller.hub_addresses = self.hub.addresses

    def state(self, seller, messages=True):
        return control.state_json(seller, messages)

    def control(self, seller, method, parts, body):
        value = control.dispatch(seller, method, parts, body)
        if value is None:
            raise Problem(404, "no such control path")
        return value

    def live(self, seller):
        with seller.lock:
            return life.event(seller)

    def page(self, seller, query):
        return page.render(seller, query)

    def act(self, seller, form):
        page.act(seller, form)
