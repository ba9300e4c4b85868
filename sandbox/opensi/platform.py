"""OpenSi and its shops as the core sees them."""

from urllib.parse import unquote

from ..base import Platform
from ..web import Answer, Problem
from . import control, life, page, seed, shop, synchroniser
from .world import OpensiSeller

DEMO = {"login": "demo-opensi", "password": "demo-opensi", "shop": "Boutique de démonstration"}


class Opensi(Platform):
    """A seller's shop answers at /opensi/shop/LOGIN/; the ERP beside it only calls."""

    name = "opensi"

    def answer(self, request):
        parts = [unquote(part) for part in request.path.split("/") if part]
        if len(parts) == 3 and parts[1] == "shop":
            seller = self.hub.sellers.get(parts[2])
            if seller and seller.platform == self.name:
                return shop.answer(self.hub, seller, request)
        return Answer("", 404)

    def new_seller(self, spec):
        seller = self._make(spec)
        seed.populate(seller, spec)
        return seller

    def _make(self, spec):
        seller = OpensiSeller(spec["login"], spec["password"], shop=spec.get("shop"))
        seller.configure(spec)
        if "clock" in spec:
            seller.clock.set(spec["clock"])
        return seller

    def demo_seller(self):
        seller = self._make(DEMO)
        seed.demo(seller)
        return seller

    def attach(self, seller):
        synchroniser.schedule(self.hub, seller)

    def state(self, seller, messages=True):
        return control.state_json(seller, messages)

    def control(self, seller, method, parts, body):
        value = control.dispatch(self.hub, seller, method, parts, body)
        if value is None:
            raise Problem(404, "no such control path")
        return value

    def live(self, seller):
        with seller.lock:
            return life.event(seller)

    def page(self, seller, query):
        return page.render(seller, query)

    def act(self, seller, form):
        return page.act(self.hub, seller, form)
