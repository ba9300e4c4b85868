"""A shop with OpenSi's module for the wire server: credentials, comments, answers, faults."""

from html import escape

from contract_cases import PASSWORD
from wire import Reply

from connectors import base
from connectors.opensi import CLIENT, const
from connectors.opensi.keys import make_key

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
LOGIN = "opensi"
KEY = make_key(LOGIN, PASSWORD)
DUPLICATE = "This comment is already set on the store."


def make_comment(number, order_ref="WEB-1", **more):
    values = {
        "own_ref": "S00001",
        "text": "L'article n'est plus en stock.",
        "date": "2026-11-22",
        "visible": True,
        **more,
    }
    return base.Comment(str(number), order_ref, **values)


def batch(*comments):
    return base.Comments("op", comments)


def envelope(content, namespace=SOAP):
    return (
        f'<E:Envelope xmlns:E="{namespace}" xmlns:ns1="{const.TYPES}" xmlns:ns2="{const.SERVICE}">'
        f"<E:Body>{content}</E:Body></E:Envelope>"
    ).encode()


def answer(*results, namespace=SOAP):
    """A Reply in the shape of PHP's. `results`: (key, code, message)."""
    members = "".join(
        f"<ns2:return><ns1:Key>{escape(key)}</ns1:Key><ns1:Code>{code}</ns1:Code>"
        f"<ns1:Message>{escape(message)}</ns1:Message></ns2:return>"
        for key, code, message in results
    )
    wrapper = f"<ns2:setCommentsResponse>{members}</ns2:setCommentsResponse>"
    return Reply(envelope(wrapper, namespace))


def value(operation, text):
    return Reply(
        envelope(
            f"<ns2:{operation}Response><ns2:return>{text}</ns2:return></ns2:{operation}Response>"
        )
    )


def module_fault(message):
    """As the original module does: SOAP 1.2 with HTTP 200, whatever was asked."""
    return Reply(
        envelope(
            "<E:Fault><E:Code><E:Value>ns2:server</E:Value></E:Code><E:Reason>"
            f'<E:Text xml:lang="en">{message}</E:Text></E:Reason>'
            "<E:Detail><ns2:fault/></E:Detail></E:Fault>",
            SOAP12,
        )
    )


def fault(message, status=500, namespace=SOAP):
    """As a server that answers in the version of the request."""
    if namespace == SOAP12:
        return Reply(module_fault(message).body, status, "application/soap+xml")
    content = (
        f"<E:Fault><faultcode>E:Server</faultcode><faultstring>{message}</faultstring></E:Fault>"
    )
    return Reply(envelope(content), status)


class OpensiWire:
    """The hooks of ClientContract."""

    client_class = CLIENT
    operations = (batch(make_comment(1000001), make_comment(1000002, "WEB-2")),)

    def make_client(self, url, **options):
        credentials = base.Credentials(
            login=LOGIN,
            password=PASSWORD,
            service_url=f"{url}/opensi-connect/",
            options={"website_code": "main", "allow_http": True, **options},
        )
        return self.client_class(credentials)

    def read(self, client):
        return client.get_version()


class Opensi12Wire(OpensiWire):
    """The same with a shop that is asked in SOAP 1.2."""

    def make_client(self, url, **options):
        return super().make_client(url, soap_version="1.2", **options)
