"""One WooCommerce site, steered through the control API and called through REST."""

import itertools

import requests

_numbers = itertools.count(1)


class WooWorld:
    def __init__(self, server, options=None, **spec):
        self.server = server
        self.login = f"woo{next(_numbers)}"
        self.password = f"password-of-{self.login}"
        options = {"webhook_delivery": "manual", **(options or {})}
        spec = {"platform": "woocommerce", "login": self.login, "password": self.password, **spec}
        server.control("POST", "sellers", {**spec, "options": options})
        self.url = f"{server.url}/woocommerce/{self.login}"
        self.access = self.control("GET", "access")
        self.key = (self.access["consumer_key"], self.access["consumer_secret"])
        self.tokens = {}

    def control(self, method, path="", **body):
        return self.server.control(method, f"sellers/{self.login}/{path}".rstrip("/"), body)

    def state(self):
        return self.control("GET")

    def order(self, **spec):
        return self.control("POST", "orders", **spec)

    def read(self, order):
        return self.control("GET", f"orders/{order['id']}")

    def options(self, **options):
        return self.control("PATCH", options=options)

    def fault(self, operation, fault, **more):
        return self.control("POST", "faults", operation=operation, fault=fault, **more)

    def raw(self, method, path, **more):
        """The answer of a call below the site's home, without any login."""
        return requests.request(method, self.url + path, timeout=10, **more)

    # The operator, by consumer key

    def ask(self, method, path, key=None, **more):
        return self.raw(method, f"/wp-json/wc/v3/{path}", auth=key or self.key, **more)

    def get(self, path, **params):
        answer = self.ask("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path, status=201, **body):
        answer = self.ask("POST", path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def refund(self, order, **body):
        """The raw answer."""
        return self.ask("POST", f"orders/{order['id']}/refunds", json=body)

    # Vendors and customers, by JWT

    def log_in(self, name, password):
        body = {"username": name, "password": password}
        return self.raw("POST", "/wp-json/jwt-auth/v1/token", json=body)

    def token(self, who):
        if who not in self.tokens:
            user = self.access[who]
            answer = self.log_in(user["login"], user["password"])
            assert answer.status_code == 200, answer.text
            self.tokens[who] = answer.json()["token"]
        return self.tokens[who]

    def call(self, method, path, who="vendor", **more):
        headers = {"Authorization": f"Bearer {self.token(who)}"}
        return self.raw(method, f"/wp-json/wcfmmp/v1/{path}", headers=headers, **more)

    def fetch(self, path, who="vendor", **params):
        answer = self.call("GET", path, who, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()


def refused(answer, status, code):
    """A refusal looks like WordPress's."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["code"] == code, body
    assert body["data"]["status"] == status
    return True


def refused_bare(answer, number, code, text=""):
    """One with a bare number, whose HTTP status is always 500."""
    assert answer.status_code == 500, answer.text
    body = answer.json()
    assert (body["code"], body["data"]) == (code, number)
    assert text in body["message"]
    return True
