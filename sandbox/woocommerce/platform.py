"""WooCommerce and WCFM as the core sees them."""

from urllib.parse import quote, unquote

from ..base import Platform
from ..web import Answer, Problem
from . import buttons, control, hooks, life, page, seed, service
from .world import WooSeller

DEMO = {
    "login": "demo-woo",
    "password": "demo-woo",
    "shop": "Atelier Demo",
    "consumer_key": "ck_demo_woo",
    "consumer_secret": "cs_demo_woo",
}


class WooCommerce(Platform):
    """A seller's site has its home at /woocommerce/LOGIN."""

    name = "woocommerce"

    def answer(self, request):
        _, _, login, *rest = request.path.split("/") + [""]
        seller = self.hub.sellers.get(unquote(login))
        if seller is None or seller.platform != self.name:
            return Answer("", 404)
        found = service.answer(self.hub, seller, request, "/" + "/".join(rest).rstrip("/"))
        hooks.kick(self.hub, seller)
        return found

    def new_seller(self, spec):
        seller = self._make(spec)
        seed.populate(seller, spec)
        return seller

    def _make(self, spec):
        seller = WooSeller(spec["login"], spec["password"], shop=spec.get("shop"))
        seller.configure(spec)
        if "clock" in spec:
            seller.clock.set(spec["clock"])
        self._give_home(seller)
        return seller

    def _give_home(self, seller):
        seller.home = f"{self.hub.url if self.hub else ''}/woocommerce/{quote(seller.login)}"

    def demo_seller(self):
        seller = self._make(DEMO)
        seed.demo(seller)
        seller.lives = True
        return seller

    def attach(self, seller):
        self._give_home(seller)

    def state(self, seller, messages=True):
        return control.state_json(seller, messages)

    def control(self, seller, method, parts, body):
        value = control.dispatch(self.hub, seller, method, parts, body)
        if value is None:
            raise Problem(404, "no such control path")
        hooks.kick(self.hub, seller)
        return value

    def live(self, seller):
        with seller.lock:
            sentence = life.event(seller)
        hooks.kick(self.hub, seller)
        return sentence

    def page(self, seller, query):
        return page.render(seller, query)

    def act(self, seller, form):
        buttons.act(seller, form)
        return lambda: hooks.kick(self.hub, seller)
