"""The shared cases for Mirakl, with a key and with an OAuth client."""

import pytest
from contract_cases import PASSWORD, ClientContract
from mirakl_wire import MiraklTokenWire, MiraklWire, answer
from wire import HTML, Reply

from connectors import errors


class TestMiraklContract(MiraklWire, ClientContract):
    def wrong_logins(self):
        return [Reply(b"", 401), answer({"status": 401, "message": "Unauthorized"}, 401)]


class TestMiraklTokenContract(MiraklTokenWire, ClientContract):
    secrets = (PASSWORD, MiraklTokenWire.TOKEN)

    def wrong_logins(self):
        return [Reply(b"", 401), answer({"error": "invalid_client"}, 400)]

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(HTML, content_type="text/html"),
            Reply(HTML, 403, "text/html"),
            Reply(b""),
            Reply(b"", 503),
            answer({"access_token": "with blank"}),
            answer({"token_type": "Bearer"}),
        ],
        ids=["html", "html 403", "empty", "503", "strange token", "no token"],
    )
    def test_token_service_broken(self, reply, server, client):
        server.login = reply
        for operation in self.operations:
            with pytest.raises(errors.NotSentError):
                client.perform(operation)
        assert not server.requests
