"""The shared cases for OpenSi, in both versions of SOAP."""

from contract_cases import PASSWORD, ClientContract
from opensi_wire import KEY, SOAP12, Opensi12Wire, OpensiWire, fault, module_fault
from wire import Reply

from connectors.opensi import const


class TestOpensiContract(OpensiWire, ClientContract):
    secrets = (PASSWORD, KEY)

    def wrong_logins(self):
        """Key or website code refused: as the module does, as PHP does, as our own server does."""
        return [
            Reply(b"", 401),
            module_fault(const.BAD_KEY),
            module_fault(const.BAD_WEBSITE_CODE),
            fault(const.BAD_KEY),
            fault(const.BAD_KEY, 500, SOAP12),
            fault(const.BAD_WEBSITE_CODE, 400, SOAP12),
        ]


class TestOpensi12Contract(Opensi12Wire, TestOpensiContract):
    pass
