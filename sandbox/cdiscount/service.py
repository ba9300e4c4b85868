"""The SOAP end point and the token service: HTTP in, HTTP out, faults in between."""

import re

from ..web import Answer
from ..xmlin import BadXml, parse
from . import discussions, orders, refunds, writer, wsdl
from .mishaps import (
    BAD_TOKEN,
    DISPATCHER,
    HTML_PAGE,
    UNKNOWN_TOKEN,
    SoapFault,
    quota_answer,
    token_fault,
    with_fault,
    xml,
)
from .orders import Call
from .reader import Reader, Unreadable
from .types import NAMESPACES, OPERATIONS

CDS = NAMESPACES["CDS"]
ADDRESSING = "http://schemas.microsoft.com/ws/2005/05/addressing/none"
TOKEN_SHAPE = re.compile(r"[0-9A-Za-z]{32}")
HANDLERS = {
    "GetSellerInformation": orders.get_seller_information,
    "GetOrderList": orders.get_order_list,
    "ValidateOrderList": orders.validate_order_list,
    "ManageParcel": orders.manage_parcel,
    "GetGlobalConfiguration": orders.get_global_configuration,
    "CreateRefundVoucher": refunds.create_refund_voucher,
    "CreateRefundVoucherAfterShipment": refunds.create_refund_voucher_after_shipment,
    "GenerateDiscussionMailGuid": discussions.generate_discussion_mail_guid,
    "CloseDiscussionList": discussions.close_discussion_list,
    "GetOrderClaimList": discussions.get_order_claim_list,
    "GetOrderQuestionList": discussions.get_order_question_list,
    "GetOfferQuestionList": discussions.get_offer_question_list,
    "GetDiscussionMailList": discussions.get_discussion_mail_list,
    "GetDiscussionList": discussions.get_discussion_list,
}


def unreadable(parameter, reason):
    return SoapFault(
        "a:DeserializationFailed",
        "The formatter threw an exception while trying to deserialize the message: There was an "
        f"error while trying to deserialize parameter {CDS}:{parameter}. The InnerException "
        f"message was '{reason}'.  Please see InnerException for more details.",
        DISPATCHER,
    )


# The WSDL


def get_document(hub, request, base):
    """GET on the service: WSDL, schemas, or a help page. Any seller's `wsdl` fault hits it."""
    fault = next(filter(None, (s.faults.take("wsdl") for s in list(hub.sellers.values()))), None)
    text = wsdl.document(base, request.query_string.decode("latin-1"))
    if text is None and not request.query_string:
        return Answer.html("<html><body><h1>MarketplaceAPIService</h1></body></html>")

    def execute():
        if text is None:
            return Answer("", 404)
        return Answer(text, 200, "text/xml; charset=UTF-8")

    return with_fault(hub, fault, "wsdl", execute)


# The token service


def get_token(hub, request, sellers):
    """HTTP Basic -> `<string>token</string>`; wrong credentials 401 (or an HTML page)."""
    login = request.authorization.username if request.authorization else None
    seller = sellers.get(login)
    if seller is None:
        return _no_token("401")
    with seller.lock:
        fault = seller.faults.take("token")
        password = request.authorization.password
        seller.calls.add("token", True, fault and fault.fault)

    def execute():
        with seller.lock:
            if password != seller.password:
                return _no_token(seller.options["bad_login"])
            token = seller.new_token()
        hub.touch(seller)
        return Answer(f'<string xmlns="{NAMESPACES["SER"]}">{token}</string>', 200, "text/plain")

    if fault and fault.fault in ("not_authorised", "token_expired", "token_malformed"):
        return _no_token("401")
    return with_fault(hub, fault, "token", execute)


def _no_token(how):
    if how == "html":
        return Answer.html(HTML_PAGE)
    return Answer("", 401, "text/html", {"WWW-Authenticate": 'Basic realm="sts"'})


# SOAP


def post(hub, request, sellers):
    """One SOAP call -> Answer. Raises HangUp where a fault says so."""
    try:
        root = parse(request.get_data())
    except BadXml:
        return Answer("", 400)
    seller = _seller_of(root, sellers)
    strict = seller is None or seller.mode == "strict"
    if strict and request.mimetype != "text/xml":
        return Answer("", 415)
    try:
        operation, element = _operation(root, request.headers.get("SOAPAction", ""), strict)
        if seller is None:
            _read(element, operation, strict)
            raise token_fault(_why_not(root))
        return _call(hub, seller, operation, element, strict)
    except SoapFault as fault:
        return xml(fault.body, 500)


def _seller_of(root, sellers):
    """The seller whose token stands anywhere in the envelope, dead tokens included."""
    for element in root.iter("{*}TokenId"):
        token = (element.text or "").strip()
        for seller in sellers.values():
            if token in seller.tokens:
                return seller
    return None


def _why_not(root):
    token = next((e.text or "" for e in root.iter("{*}TokenId")), "")
    return UNKNOWN_TOKEN if TOKEN_SHAPE.fullmatch(token) else BAD_TOKEN


def _operation(root, soap_action, strict):
    """(name, element of the body). Raises ActionNotSupported, or a fault on a wrong body."""
    action = soap_action.strip().strip('"')
    bodies = root.findall(f"{{{writer.SOAP}}}Body")
    element = next(bodies[0].iterchildren("*"), None) if bodies else None
    name = action.rpartition("/")[2]
    if not strict and element is not None:
        name = element.tag.rpartition("}")[2]
        action = wsdl.action(name)
    if name not in OPERATIONS or action != wsdl.action(name):
        raise SoapFault(
            "a:ActionNotSupported",
            f"The message with Action '{action}' cannot be processed at the receiver, due to a "
            "ContractFilter mismatch at the EndpointDispatcher. This may be because of either a "
            "contract mismatch (mismatched Actions between sender and receiver) or a "
            "binding/security mismatch between the sender and the receiver.",
            ADDRESSING,
        )
    if element is None or (strict and element.tag != f"{{{CDS}}}{name}"):
        raise SoapFault(
            "a:DeserializationFailed",
            f"OperationFormatter encountered an invalid Message body. Expected to find node type "
            f"'Element' with name '{name}' and namespace '{CDS}'.",
            DISPATCHER,
        )
    return name, element


def _read(element, operation, strict):
    """(header dict or None, parameter dict or None), parts in order when strict."""
    parameter, key, _ = OPERATIONS[operation]
    parts = [("headerMessage", "CM:HeaderMessage")] + ([(parameter, key)] if parameter else [])
    values, position = {}, 0
    reader = Reader(strict)
    for child in element.iterchildren("*"):
        for index, (name, part_key) in enumerate(parts):
            if strict:
                wanted = child.tag == f"{{{CDS}}}{name}" and index >= position
            else:
                wanted = child.tag.rpartition("}")[2] == name
            if wanted:
                values[name] = _read_part(reader, child, name, part_key)
                position = index + 1
    return values.get("headerMessage"), values.get(parameter)


def _read_part(reader, element, name, key):
    try:
        return reader.read(element, key)
    except Unreadable as error:
        raise unreadable(name, str(error)) from error


def _check_token(seller, header):
    token = ((header or {}).get("Security") or {}).get("TokenId") or ""
    if not TOKEN_SHAPE.fullmatch(token):
        raise token_fault(BAD_TOKEN)
    if not seller.token_lives(token):
        raise token_fault(UNKNOWN_TOKEN)
    return token


def _call(hub, seller, operation, element, strict):
    entry = seller.calls.add(operation, False)
    try:
        header, param = _read(element, operation, strict)
        token = _check_token(seller, header)
    except SoapFault as problem:
        entry["summary"] = str(problem)[:200]
        raise
    with seller.lock:
        fault = seller.faults.take(operation)
    entry["fault"] = fault and fault.fault
    if fault is None and _quota_spent(seller, operation):
        entry["summary"] = "quota"
        return xml(quota_answer(seller, token, operation))
    item = fault.params if fault and fault.fault == "item_error" else None
    call = Call(seller, token, param, item)

    def execute():
        return _execute(hub, call, operation, entry)

    return with_fault(hub, fault, operation, execute, seller, token)


def _execute(hub, call, operation, entry):
    seller = call.seller
    with seller.lock:
        value, entry["summary"] = HANDLERS[operation](call)
        entry["executed"] = True
        text = writer.response(operation, OPERATIONS[operation][2], value)
    if seller.dirty:  # most calls only read: nothing for the state file then
        hub.touch(seller)
    return xml(text)


def _quota_spent(seller, operation):
    limit = int(seller.options["quota_per_hour"])
    if not limit:
        return False
    hour = seller.now().replace(minute=0, second=0, microsecond=0)
    key = (operation, hour)
    with seller.lock:
        seller.quota_used = {k: n for k, n in seller.quota_used.items() if k[1] == hour}
        seller.quota_used[key] = seller.quota_used.get(key, 0) + 1
        return seller.quota_used[key] > limit
