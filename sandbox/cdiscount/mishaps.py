"""Answers that go wrong: SOAP faults, and the faults of `sandbox.faults` on this protocol."""

from ..mishaps import COMMON
from ..web import Answer
from . import writer
from .types import NAMESPACES, OPERATIONS, TYPES, members

XML_TYPE = "text/xml; charset=utf-8"
DISPATCHER = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher"
UNKNOWN_TOKEN = "Your token does not exist, please renew your token id."
BAD_TOKEN = "Token id is not correctly formatted."
NO_QUOTA = "Not enough quota available (1 requested and 0 available)"
INTERNAL = (
    "The server was unable to process the request due to an internal error.  For more "
    "information about the error, either turn on IncludeExceptionDetailInFaults (either from "
    "ServiceBehaviorAttribute or from the <serviceDebug> configuration behavior) on the server "
    "in order to send the exception information back to the client, or turn on tracing as per "
    "the Microsoft .NET Framework SDK documentation and inspect the server trace logs."
)
SQL_TEXT = (
    "Execution Timeout Expired.  The timeout period elapsed prior to completion of the operation "
    "or the server is not responding. SELECT TOP 500 * FROM [dbo].[Discussion] WITH (NOLOCK) "
    "WHERE SellerId = @p0"
)
HTML_PAGE = (
    '<!DOCTYPE html><html lang="fr"><head><title>Accès momentanément indisponible</title></head>'
    "<body><h1>Vérification de sécurité</h1><p>Votre navigation nous semble inhabituelle. Merci "
    "de réessayer dans quelques instants.</p><script>window.challenge=1</script></body></html>"
)


class SoapFault(Exception):
    """Becomes HTTP 500 with a SOAP fault. `namespace` of the code's prefix `a`, or None."""

    def __init__(self, code, text, namespace=None):
        super().__init__(text)
        self.body = writer.fault(code, text, namespace)


def token_fault(text):
    return SoapFault("s:RequestTokenValidationError", text)


def xml(text, status=200, cut=None):
    return Answer(text, status, XML_TYPE, cut=cut)


def refused(seller, token, operation, text, kind=None):
    """A whole answer that says no: empty lists, `OperationSuccess` false."""
    key = OPERATIONS[operation][2]
    value = {m.name: None if m.nillable else "" for m in members(key)}
    value.update(ErrorMessage=text, OperationSuccess=False)
    if TYPES[key][0] == "CDS:ServiceBaseAPIMessage":
        value.update(SellerLogin=seller.display_login, TokenId=token)
        value["ErrorList"] = [{"ErrorType": kind, "Message": text}] if kind else []
    return writer.response(operation, key, value)


def quota_answer(seller, token, operation):
    return refused(seller, token, operation, NO_QUOTA, "Quota")


def with_fault(hub, fault, operation, execute, seller=None, token=None):
    """Run `execute` the way the fault says. Without fault: plainly."""
    if fault is None or fault.fault == "item_error":
        return execute()
    special = SPECIAL.get(fault.fault)
    if special:
        return special(hub, fault, execute)
    if seller is not None:
        return _soap_fault(fault, operation, seller, token)
    return Answer("", 500)


def _http500_before(hub, fault, execute):
    if fault.params.get("bare"):
        return Answer("", 500, "text/html")
    return xml(writer.fault("a:InternalServiceFault", INTERNAL, DISPATCHER), 500)


def _http500_after(hub, fault, execute):
    execute()
    return _http500_before(hub, fault, execute)


def _html(hub, fault, execute):
    return Answer.html(HTML_PAGE, int(fault.params.get("status", 200)))


def _empty(hub, fault, execute):
    execute()
    return xml("")


def _huge(hub, fault, execute):
    return Answer(_filler(int(float(fault.params.get("mb", 100)))), 200, XML_TYPE)


def _filler(megabytes):
    """A well-formed answer whose SellerLogin never seems to end."""
    start, _, end = writer.response(
        "GetGlobalConfiguration",
        "CDS:GlobalConfigurationMessage",
        {
            "ErrorMessage": "",
            "OperationSuccess": True,
            "ErrorList": [],
            "SellerLogin": "@",
            "TokenId": None,
            "CarrierList": [],
        },
    ).partition("@")
    yield start.encode()
    block = b"A" * 65536
    for _ in range(megabytes * 16):
        yield block
    yield end.encode()


def _entity_bomb(hub, fault, execute):
    lines = ['<!ENTITY a0 "ha">']
    lines += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    text = writer.fault("s:Server", "@").replace("@", "&a9;")
    return xml(f'<?xml version="1.0"?><!DOCTYPE bomb [{"".join(lines)}]>{text}')


def _wrong_xml(hub, fault, execute):
    body = f'<MaintenanceResponse xmlns="{NAMESPACES["CDS"]}"><Result>1</Result>'
    return xml(writer.envelope(body + "</MaintenanceResponse>"))


SPECIAL = {
    **COMMON,
    "http500_before": _http500_before,
    "http500_after": _http500_after,
    "html": _html,
    "empty": _empty,
    "huge": _huge,
    "entity_bomb": _entity_bomb,
    "wrong_xml": _wrong_xml,
}


def _soap_fault(fault, operation, seller, token):
    """The faults that only a SOAP operation can have."""
    if fault.fault == "token_expired":
        raise token_fault(UNKNOWN_TOKEN)
    if fault.fault == "token_malformed":
        raise token_fault(BAD_TOKEN)
    if fault.fault == "not_authorised":
        raise token_fault(
            f"User is not authorized to access to this resource [{token}, "
            f"marketplaceapiservice.svc, {operation}]"
        )
    if fault.fault == "quota":
        return xml(quota_answer(seller, token, operation))
    return xml(refused(seller, token, operation, fault.params.get("text") or SQL_TEXT))
