"""The shared cases for WooCommerce: operators, and sellers with a token or a password."""

import base64
from urllib.parse import quote

import pytest
from contract_cases import PASSWORD, ClientContract
from wire import HTML, Reply
from woo_wire import KEY, OperatorWire, SellerPasswordWire, SellerWire, answer, error

from connectors import errors


class TestOperatorContract(OperatorWire, ClientContract):
    secrets = (PASSWORD, base64.b64encode(f"{KEY}:{PASSWORD}".encode()).decode())
    filtered = ("http 404", "http 403")

    def wrong_logins(self):
        code = "woocommerce_rest_authentication_error"
        return [
            Reply(b"", 401),
            error(code, 401, "Consumer key is invalid."),
            error(code, 401, "Invalid signature - provided signature does not match."),
            error("woocommerce_rest_authentication_missing_parameter", 401),
            error("woocommerce_rest_cannot_view", 401),
            error("woocommerce_rest_cannot_create", 500, data=401),
            error("invalid_username", 401),
        ]


class TestSellerContract(SellerWire, ClientContract):
    secrets = (PASSWORD, quote(PASSWORD), SellerWire.TOKEN)
    filtered = ("http 404", "http 403")

    def wrong_logins(self):
        return [
            Reply(b"", 401),
            error("[jwt_auth] incorrect_password", 403, "<strong>Error:</strong> wrong"),
            error("[jwt_auth] invalid_username", 403),
            error("jwt_auth_bad_config", 403),
            error("rest_no_route", 404),
        ]

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(HTML, content_type="text/html"),
            Reply(HTML, 403, "text/html"),
            Reply(b""),
            Reply(b"", 503),
            answer({"token": "with blank"}),
            answer({"user_nicename": "ada"}),
        ],
        ids=["html", "html 403", "empty", "503", "strange token", "no token"],
    )
    def test_token_service_broken(self, reply, server, client):
        server.login = reply
        for operation in self.operations:
            with pytest.raises(errors.NotSentError):
                client.perform(operation)
        assert not server.requests


class TestSellerPasswordContract(SellerPasswordWire, ClientContract):
    secrets = (PASSWORD, base64.b64encode(f"ada:{PASSWORD}".encode()).decode())
    filtered = ("http 404", "http 403")

    def wrong_logins(self):
        return [
            Reply(b"", 401),
            error("incorrect_password", 401),
            error("invalid_username", 401),
            error("rest_forbidden", 401),
        ]
