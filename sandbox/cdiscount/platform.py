"""Cdiscount as the core sees it."""

from ..base import Platform
from ..web import Answer, Problem
from . import control, life, page, seed, service
from .world import ALIAS_DOMAIN, CdiscountSeller

SERVICE_PATH = "/cdiscount/MarketplaceAPIService.svc"
TOKEN_PATH = "/cdiscount/users/httpIssue.svc"
DEMO = {
    "login": "demo-seller-api",
    "password": "demo-seller",
    "seed": 7,
    "orders": 30,
    "claims": 12,
    "order_questions": 6,
    "offer_questions": 5,
    "since_days": 21,
}


class Cdiscount(Platform):
    name = "cdiscount"
    relay_domains = (ALIAS_DOMAIN,)

    def answer(self, request):
        path = request.path.rstrip("/")
        if path == TOKEN_PATH and request.method == "GET":
            return service.get_token(self.hub, request, self._sellers())
        if path != SERVICE_PATH:
            return Answer("", 404)
        if request.method == "POST":
            return service.post(self.hub, request, self._sellers())
        return service.get_document(self.hub, request, request.base + SERVICE_PATH)

    def _sellers(self):
        sellers = dict(self.hub.sellers)
        return {login: s for login, s in sellers.items() if s.platform == self.name}

    def new_seller(self, spec):
        return self._make(spec)

    def _make(self, spec, lively=False):
        seller = CdiscountSeller(spec["login"], spec["password"], shop=spec.get("shop"))
        seller.hub_addresses = self.hub.addresses
        seller.configure(spec)
        if "clock" in spec:
            seller.clock.set(spec["clock"])
        seed.populate(seller, spec, lively)
        return seller

    def demo_seller(self):
        seller = self._make(DEMO, lively=True)
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
