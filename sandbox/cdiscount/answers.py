"""From the world's records to the members that the wire knows."""

from datetime import timedelta
from decimal import Decimal

from .records import CANCELLED_STATES, FINAL_STATES, REFUSED_BEFORE, UNPAID_STATES

COMMISSION = Decimal("0.18")
CENT = Decimal("0.01")
USER_TYPES = {
    "customer": "Customer",
    "seller": "Seller",
    "operator": "GrcOperator",
    "system": "Automatic",
}
# Line states whose goods count as shipped.
SENT = ("ShippedBySeller", "RefundedAfterShipping")
NOT_VALIDATED = (
    "RefusedBySeller",
    "CancelledBeforeNotificationByCustomer",
    "CancelledBeforePaymentByCustomer",
    "PaymentRefused",
)


def head(seller, token, echo="both", ok=True, text=""):
    """Members of ServiceBaseAPIMessage. `echo`: both, login or none, by operation."""
    return {
        "ErrorMessage": text,
        "OperationSuccess": ok,
        "ErrorList": [],
        "SellerLogin": None if echo == "none" else seller.display_login,
        "TokenId": token if echo == "both" else None,
    }


def error(kind, text):
    return {"ErrorType": kind, "Message": text}


# Discussions


def thread(discussion, edition):
    """All members that any of the four discussion types may want."""
    return {
        "CloseDate": discussion.closed_at,
        "CreationDate": discussion.created,
        "Id": discussion.id,
        "LastUpdatedDate": discussion.updated,
        "Messages": [message(m, edition) for m in discussion.messages],
        "Status": discussion.status,
        "Subject": discussion.subject,
        "OrderNumber": discussion.order_number,
        "ClaimType": discussion.claim_type or "Other",
        "ProductEAN": discussion.product_ean or "",
        "ProductSellerReference": discussion.seller_reference or "",
    }


def message(record, edition):
    value = {
        "Content": record.content.replace("\n", "\r\n"),
        "Sender": record.sender,
        "Timestamp": record.at,
    }
    if edition >= "2020":
        value["SenderType"] = USER_TYPES[record.kind]
    return value


# Orders


def order(seller, record, with_lines, with_parcels):
    """Members of Order. The alias is made on the way when there is none."""
    edition = seller.options["edition"]
    begin = record.created + timedelta(days=2)
    end = record.created + timedelta(days=5)
    validated = [line for line in record.lines if line.state not in NOT_VALIDATED]
    if record.state in REFUSED_BEFORE + CANCELLED_STATES + ("WaitingForSellerAcceptation",):
        validated = []
    shipped = [line for line in record.lines if line.state in SENT]
    parcels = _parcels(record, edition) if with_parcels else []
    value = {
        "ArchiveParcelList": False,
        "BillingAddress": address(record),
        "Corporation": {
            "BusinessUnitId": 1,
            "CorporationCode": "CDSB2C",
            "CorporationId": 1,
            "CorporationName": "Cdiscount",
            "IsMarketPlaceActive": True,
        },
        "CreationDate": record.created,
        "Customer": _customer(seller, record),
        "HasClaims": seller.has_claims(record),
        "InitialTotalAmount": record.total(),
        "InitialTotalShippingChargesAmount": _shipping(record.lines),
        "IsCLogistiqueOrder": record.fulfilment == "MKPFBC",
        "LastUpdatedDate": record.updated,
        "ModGesLog": record.fulfilment,
        "ModifiedDate": record.updated,
        "Offer": None,
        "OrderLineList": [_line(seller, record, line) for line in record.lines]
        if with_lines
        else [],
        "OrderNumber": record.number,
        "OrderState": record.state,
        "ParcelList": parcels,
        "PartnerOrderRef": record.partner_ref,
        "ShippedTotalAmount": _total(shipped),
        "ShippedTotalShippingCharges": _shipping(shipped),
        "ShippingAddress": address(record),
        "ShippingCode": record.shipping_code,
        "ShippingDateMax": end,
        "ShippingDateMin": begin,
        "SiteCommissionPromisedAmount": _commission(record.lines),
        "SiteCommissionShippedAmount": _commission(shipped),
        "SiteCommissionValidatedAmount": _commission(validated),
        "Status": _status(record),
        "ValidatedTotalAmount": _total(validated),
        "ValidatedTotalShippingCharges": _shipping(validated),
        "ValidationStatus": "None",
        "VisaCegid": 243,
        "VoucherList": [_voucher(v) for v in record.vouchers] or None,
    }
    if edition >= "2020":
        value["IsEligibileSubstitution"] = False
    return value


def _total(lines):
    return sum((line.price + line.shipping for line in lines), Decimal(0))


def _shipping(lines):
    return sum((line.shipping for line in lines), Decimal(0))


def _commission(lines):
    return (sum((line.price for line in lines), Decimal(0)) * COMMISSION).quantize(CENT)


def _status(record):
    if record.state in CANCELLED_STATES:
        return "Cancelled"
    if record.state in FINAL_STATES:
        return "Completed"
    return "Waiting" if record.state in UNPAID_STATES else "Validated"


def _customer(seller, record):
    customer = record.customer
    masked = record.state == "CancelledByCustomer"
    return {
        "Civility": customer.get("civility", "MR"),
        "CustomerId": customer.get("id", ""),
        "Email": None,
        "EncryptedEmail": seller.alias_for_order(record),
        "FirstName": None if masked else customer.get("first_name", ""),
        "LastName": None if masked else customer.get("last_name", ""),
        "MobilePhone": None if masked else customer.get("mobile", ""),
        "Phone": "",
        "ShippingFirstName": None if masked else customer.get("first_name", ""),
        "ShippingLastName": None if masked else customer.get("last_name", ""),
    }


def address(record):
    """Members of Address; an order cancelled before payment shows the town only."""
    customer = record.customer
    masked = record.state == "CancelledByCustomer"

    def show(value):
        return None if masked else value

    return {
        "Address1": None,
        "Address2": None,
        "ApartmentNumber": show(""),
        "Building": show(customer.get("building", "")),
        "City": customer.get("city", ""),
        "Civility": customer.get("civility", "MR"),
        "CompanyName": show(""),
        "Country": show(customer.get("country", "FR")),
        "County": "N/A",
        "FirstName": show(customer.get("first_name", "")),
        "Instructions": show(""),
        "LastName": show(customer.get("last_name", "")),
        "PlaceName": show(""),
        "RelayId": None,
        "Street": show(customer.get("street", "")),
        "ZipCode": customer.get("zip", ""),
    }


def _line(seller, record, line):
    begin = record.created + timedelta(days=2)
    end = record.created + timedelta(days=5)
    return {
        "AcceptationState": line.state,
        "CategoryCode": line.category,
        "DeliveryDateMax": end,
        "DeliveryDateMin": begin,
        "HasClaim": _line_has_claim(seller, record, line),
        "InitialPrice": (line.price / (line.ordered or 1)).quantize(CENT),
        "IsCDAV": False,
        "IsNegotiated": None,
        "IsProductEanGenerated": False,
        "Name": line.name,
        "OrderLineChildList": [],
        "ProductCondition": line.condition,
        "ProductEan": line.ean,
        "ProductId": line.sku,
        "PurchasePrice": line.price,
        "Quantity": line.quantity,
        "RefundShippingCharges": line.refunded_shipping,
        "RowId": 0,
        "SellerProductId": line.seller_product_id,
        "ShippingDateMax": begin,
        "ShippingDateMin": begin,
        "Sku": line.sku,
        "SkuParent": None,
        "UnitAdditionalShippingCharges": Decimal(0),
        "UnitShippingCharges": line.shipping,
    }


def _line_has_claim(seller, record, line):
    """A claim belongs to the line whose reference it names, or to the first one."""
    if line.has_claim is not None:
        return line.has_claim
    claims = seller.claims_by_order.get(record.number, ())
    references = {seller.discussions[i].seller_reference for i in claims}
    known = {other.seller_product_id for other in record.lines}
    if line.seller_product_id in references:
        return True
    return bool(references - known) and line is record.lines[0]


def _parcels(record, edition):
    if not record.tracking_number:
        return []
    items = [
        {"ProductName": line.name, "Quantity": line.quantity, "Sku": line.sku}
        for line in record.lines
        if line.state in SENT
    ]
    parcel = {
        "CustomerNum": record.tracking_number,
        "ExternalCarrierName": record.carrier,
        "ExternalCarrierTrackingUrl": record.tracking_url,
        "IsCustomerReturn": False,
        "ParcelItemList": items,
        "ParcelStatus": "On Going Delivery",
        "RealCarrierCode": None,
    }
    if edition >= "2020":
        parcel["TrackingList"] = []
    return [parcel]


def _voucher(record):
    return {
        "CreateDate": record.created,
        "RefundInformation": {"Amount": record.amount, "MotiveId": record.motive_id},
        "Source": record.source,
    }
