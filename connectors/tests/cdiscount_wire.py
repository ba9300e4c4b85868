"""Cdiscount for the wire server: credentials, one operation of every kind, answers."""

from datetime import datetime
from decimal import Decimal

from contract_cases import PASSWORD
from wire import Reply

from connectors import base
from connectors.cdiscount import CLIENT

NS = "http://www.cdiscount.com"
CM = "http://schemas.datacontract.org/2004/07/Cdiscount.Framework.Core.Communication.Messages"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ORDER = "2401151000ABCDE"
NOW = datetime(2024, 1, 20, 12, 0, 0)


def status(success="true", message=""):
    return (
        f'<ErrorMessage xmlns="{CM}">{message}</ErrorMessage>'
        f'<OperationSuccess xmlns="{CM}">{success}</OperationSuccess>'
    )


def answer(operation, members="", success="true", message="", errors="<ErrorList/>"):
    """A Reply in the shape of the recorded ones."""
    return Reply(
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><{operation}Response xmlns="{NS}">'
        f'<{operation}Result xmlns:i="{XSI}">{status(success, message)}{errors}'
        f"<SellerLogin>shop</SellerLogin><TokenId>{CdiscountWire.TOKEN}</TokenId>{members}"
        f"</{operation}Result></{operation}Response></s:Body></s:Envelope>".encode()
    )


def fault(code, text):
    return Reply(
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault><faultcode>{code}</faultcode>'
        f'<faultstring xml:lang="fr-FR">{text}</faultstring></s:Fault></s:Body></s:Envelope>'
        "".encode(),
        500,
    )


class CdiscountWire:
    """The hooks of ClientContract."""

    TOKEN = "0123456789abcdef0123456789abcdef"
    client_class = CLIENT
    operations = (
        base.Refund(
            "op1", ORDER, (base.RefundLine("REF-1", ean="2000000000001", with_shipping=True),)
        ),
        base.Gesture("op2", ORDER, Decimal("10.50"), "135"),
        base.RefuseLines("op3", ORDER, (base.LineDecision("REF-1", True, "New"),)),
        base.Close("op4", "900000001"),
    )

    def make_client(self, url, now=NOW, **options):
        credentials = base.Credentials(
            login="shop-api",
            password=PASSWORD,
            service_url=f"{url}/MarketplaceAPIService.svc",
            token_url=f"{url}/users/httpIssue.svc/?realm={url}/MarketplaceAPIService.svc",
            options=options,
        )
        return self.client_class(credentials, now=lambda: now)

    def is_login(self, request):
        return request.path.startswith("/users/")

    def login_reply(self, token=TOKEN):
        body = (
            f'<string xmlns="http://schemas.microsoft.com/2003/10/Serialization/">{token}</string>'
        )
        return Reply(body.encode(), content_type="text/plain")

    def read(self, client):
        return list(client.pull("claims", None, NOW))
