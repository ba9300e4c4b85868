"""The shared cases for Cdiscount."""

import pytest
from cdiscount_wire import CdiscountWire
from contract_cases import PASSWORD, ClientContract
from wire import HTML, Reply

from connectors import errors


class TestCdiscountContract(CdiscountWire, ClientContract):
    secrets = (PASSWORD, CdiscountWire.TOKEN)

    def wrong_logins(self):
        return [Reply(b"", 401), Reply(b"<x/>", 403)]

    @pytest.mark.parametrize(
        "reply",
        [Reply(HTML, content_type="text/html"), Reply(HTML, 403), Reply(b""), Reply(b"", 503)],
        ids=["html", "html 403", "empty", "503"],
    )
    def test_token_service_broken(self, reply, server, client):
        server.login = reply
        for operation in self.operations:
            with pytest.raises(errors.NotSentError):
                client.perform(operation)
        assert not server.requests
