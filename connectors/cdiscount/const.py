"""Cdiscount's vocabulary and what it means here (cdiscount_soap contract, schemas 2019 to 2021)."""

import re
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from .. import base, records

BINDING = "{http://tempuri.org/}BasicHttpBinding_IMarketplaceAPIService"
SERVICE_URL = "https://wsvc.cdiscount.com/MarketplaceAPIService.svc"
TOKEN_URL = (
    "https://sts.cdiscount.com/users/httpIssue.svc/"
    "?realm=https://wsvc.cdiscount.com/MarketplaceAPIService.svc"
)
# Date-times on the wire have no zone; Paris is inferred (section 1.2).
PARIS = ZoneInfo("Europe/Paris")
# Tokens live 48 hours (1.3).
TOKEN_LIFE = timedelta(hours=46)
TOKEN_FAULT = "RequestTokenValidationError"
# Modification dates become visible late: windows overlap by 90 minutes (1.6).
OVERLAP = timedelta(minutes=90)
SETTLE_MINUTES = 90
# Relay addresses live four weeks; none for orders shipped longer ago (1.6, 1.7).
RELAY_LIFE = timedelta(days=28)
RELAY_DOMAIN = "clemarche.com"
# Records older than the window by more than this were not asked for: the filter was ignored.
FILTER_SLACK = timedelta(days=1)
# Numbers or ids in one call; the contract knows no maximum (1.7).
REFS_PER_CALL = 50
FEE_SKU = "INTERETBCA"
# Shipped lines are refunded, lines to ship refused (1.8, 1.9).
GIVE_BACK = {
    records.LINE_SHIPPED: records.BY_REFUND,
    records.LINE_TO_SHIP: records.BY_CANCELLATION,
}


@dataclass(frozen=True)
class Source:
    """How one stream of discussions is read. `result`, `item`: names of the list and its items."""

    operation: str
    parameter: str
    result: str
    item: str
    kind: str


CASE_SOURCES = {
    "claims": Source(
        "GetOrderClaimList", "orderClaimFilter", "OrderClaimList", "OrderClaim", records.CLAIM
    ),
    "order_questions": Source(
        "GetOrderQuestionList",
        "orderQuestionFilter",
        "OrderQuestionList",
        "OrderQuestion",
        records.ORDER_QUESTION,
    ),
    "offer_questions": Source(
        "GetOfferQuestionList",
        "offerQuestionFilter",
        "OfferQuestionList",
        "OfferQuestion",
        records.OFFER_QUESTION,
    ),
}
ORDERS = "orders"
# No paging in the service: the length of a window bounds an answer.
WINDOWS = {ORDERS: timedelta(days=1), **dict.fromkeys(CASE_SOURCES, timedelta(days=7))}
_OVERLAP_SECONDS = int(OVERLAP.total_seconds())
STREAMS = (
    base.StreamSpec(ORDERS, "Orders", "order", _OVERLAP_SECONDS),
    base.StreamSpec("claims", "Claims", "case", _OVERLAP_SECONDS),
    base.StreamSpec("order_questions", "Questions about orders", "case", _OVERLAP_SECONDS),
    base.StreamSpec("offer_questions", "Questions about offers", "case", _OVERLAP_SECONDS),
)

# Motive -> (Mode, label): the three that the official kit offers after shipment (1.9).
REFUND_MOTIVES = {
    "ClientClaim": ("Claim", "Customer's claim"),
    "VendorInitiatedRefund": ("Claim", "Refund on our own initiative"),
    "ClientRetraction": ("Retraction", "Customer withdraws from the purchase"),
}
DEFAULT_REFUND_MOTIVE = "ClientClaim"
GESTURE_MOTIVES = {
    "131": "Compensation for missing stock",
    "132": "Product or accessory delivered damaged or missing",
    "133": "Wrong reference, colour or size",
    "134": "Fees wrongly charged to the customer",
    "135": "Late delivery",
    "136": "Product return fees",
    "137": "Shipping fees",
    "138": "Warranty or withdrawal period passed",
    "139": "Others",
}
DEFAULT_GESTURE_MOTIVE = "139"
REASONS = (
    *(
        base.ReasonSpec("refund", code, label, code == DEFAULT_REFUND_MOTIVE)
        for code, (_mode, label) in REFUND_MOTIVES.items()
    ),
    *(
        base.ReasonSpec("gesture", code, label, code == DEFAULT_GESTURE_MOTIVE)
        for code, label in GESTURE_MOTIVES.items()
    ),
)

# OrderStateEnum -> state of an order (1.6). The keys but None are asked for in every window,
# since date filters are ignored without States.
ORDER_STATES = {
    "WaitingForSellerAcceptation": records.LINE_WAITING,
    "AcceptedBySeller": records.LINE_WAITING,
    "PaymentInProgress": records.LINE_WAITING,
    "WaitingForShipmentAcceptation": records.LINE_TO_SHIP,
    "Shipped": records.LINE_SHIPPED,
    "AvailableOnStore": records.LINE_SHIPPED,
    "PickedUp": records.LINE_SHIPPED,
    "NonPickedUpByCustomer": records.LINE_SHIPPED,
    "RefusedBySeller": records.LINE_REFUSED,
    "ShipmentRefusedBySeller": records.LINE_REFUSED,
    "RefusedNoShipment": records.LINE_REFUSED,
    "AutomaticCancellation": records.LINE_CANCELLED,
    "PaymentRefused": records.LINE_CANCELLED,
    "CancelledByCustomer": records.LINE_CANCELLED,
    "ServiceCanceled": records.LINE_CANCELLED,
    **dict.fromkeys(
        (
            "ValidatedFianet",
            "PendingShipmentForAssociatedProduct",
            "BlockedWaitingForTreatment",
            "BlockedWaitingForProof",
            "BlockedRepeatedLitigationSuspicion",
            "BlockedFraudSuspicion",
            "BlockedConfirmed",
            "FinishedGenerixUpdate",
            "BlockedRepeatedLitigationSuspicionConfirmation",
            "BlockedFraudSuspicionConfirmation",
            "CegidDown",
            "BlockedAutomaticCds",
            "BeingCancelled",
            "BeingModified",
            "RequestGoingToGnx",
            "PartialInGnx",
            "BeingValidatedFianet",
            "BlockedMarketplaceService",
        ),
        records.LINE_OTHER,
    ),
}
# AcceptationStateEnum -> state of a line; the others follow their order.
LINE_STATES = {
    "ShippedBySeller": records.LINE_SHIPPED,
    "RefundedAfterShipping": records.LINE_REFUNDED,
    "RefusedBySeller": records.LINE_REFUSED,
    "ShipmentRefusedBySeller": records.LINE_REFUSED,
    "RefundedAfterShipmentRefused": records.LINE_REFUSED,
    "CancelledBeforeNotificationByCustomer": records.LINE_CANCELLED,
    "CancelledBeforePaymentByCustomer": records.LINE_CANCELLED,
    "CancelledAfterPaymentByCustomer": records.LINE_CANCELLED,
    "RefundedAfterCustomerCancellation": records.LINE_CANCELLED,
    "PaymentRefused": records.LINE_CANCELLED,
    "CancellationRequestPending": records.LINE_OTHER,
}
FOLLOW_ORDER = ("", "None", "AcceptedBySeller")
# Line states in which the customer has the line's money back.
REPAID_STATES = (
    "RefundedAfterShipping",
    "RefundedAfterShipmentRefused",
    "RefundedAfterCustomerCancellation",
)
# What the state of a line says of its money, whoever decided it.
GIVEN_BY_STATE = {
    records.LINE_REFUNDED: records.GIVEN_REFUND,
    records.LINE_REFUSED: records.GIVEN_CANCELLATION,
    records.LINE_CANCELLED: records.GIVEN_CANCELLATION,
}
# VoucherSourceActor: who paid. A voucher of the customer is a means of payment.
FROM_SELLER = "Seller"
FROM_MARKETPLACE = "CDiscount"
FROM_CUSTOMER = "Customer"
LOGISTICS_OF_MARKETPLACE = "MKPFBC"

# UserType, schemas of 2020 and later (1.7).
SENDER_TYPES = {
    "Customer": records.CUSTOMER,
    "Seller": records.SELLER,
    "Automatic": records.SYSTEM,
    "GrcOperator": records.OPERATOR,
}
OPERATOR_NAMES = re.compile(r"cdiscount|octopia|clemarche|service client", re.IGNORECASE)
AUTOMATIC_NAMES = re.compile(r"\bno-?reply\b|\bautomatique\b", re.IGNORECASE)

COUNTRY_CODES = {
    "france": "FR",
    "belgique": "BE",
    "belgium": "BE",
    "allemagne": "DE",
    "germany": "DE",
    "espagne": "ES",
    "spain": "ES",
    "italie": "IT",
    "italy": "IT",
    "luxembourg": "LU",
}

# ClaimType (1.7) -> what it is called here.
CLAIM_TYPES = {
    "PackageNotReceived": "Parcel not received",
    "IncompletePackage": "Incomplete parcel",
    "MissingAccessories": "Accessories missing",
    "DamagedProduct": "Damaged product",
    "WrongProductReference": "Wrong product",
    "WrongRefundAmount": "Wrong refund amount",
    "RefundNotReceived": "Refund not received",
    "ProductNotWorking": "Product does not work",
    "Other": "Other",
    "ProductCanceling": "Wants to cancel a product",
    "OrderCanceling": "Wants to cancel the order",
    "WishToWithdraw": "Withdraws from the purchase",
    "OrderNotShipped": "Order not shipped",
}

# Close statuses (1.7) -> (ok, sentence).
CLOSE_STATUSES = {
    "DiscussionClosed": (True, ""),
    "AlreadyClosed": (True, "It was closed already."),
    "UnauthorizedLastAnswer": (
        False,
        "Cdiscount closes a discussion only when the last message is ours: answer first.",
    ),
    "UnauthorizedCancelPending": (
        False,
        "Cdiscount does not close it while a cancellation of the order is pending.",
    ),
    "DiscussionNotFound": (False, "Cdiscount does not know this discussion."),
}

# What a refusal means, in the order of trying. Texts are French and may hold raw SQL (1.5).
QUOTA = re.compile(r"not enough quota|quota.{0,20}(exceeded|dépassé)", re.IGNORECASE)
TECHNICAL = re.compile(
    r"timeout expired|object reference|deadlock|\bsql\b|exception\b|stack trace|\bsystem\.\w"
    r"|transaction \(|\bselect\b.*\bfrom\b|internal error",
    re.IGNORECASE | re.DOTALL,
)
KNOWN_TEXTS = (
    (
        re.compile(r"Le passage à l'état .* est impossible"),
        "The order is no longer in a state that allows this. Look at its state at Cdiscount.",
    ),
    (
        re.compile(r"Demande de remboursement invalide"),
        "Cdiscount calls the refund request invalid: it names no order or nothing to refund.",
    ),
    (
        re.compile(r"commande .*(pas été trouvée|introuvable)"),
        "Cdiscount does not know this order.",
    ),
    (re.compile(r"déjà .*rembours|rembours.* déjà"), "This was refunded already."),
)
ERROR_TYPES = {
    "OrderNotFound": "Cdiscount does not know this order.",
    "OrderLineNotFound": "Cdiscount does not know this order line.",
    "OrderStateIncoherent": "The order is no longer in a state that allows this.",
    "OrderLineIncoherentState": "The order line is no longer in a state that allows this.",
    "OrderTrackingInformationError": "Cdiscount does not accept the carrier or the tracking data.",
    "OrderPartiallyCanceled": "Part of the order was cancelled meanwhile.",
    "OrderLineCancelledAcceptedConflict": "The customer cancelled this line meanwhile.",
    "OrderUpdateNotAuthorized": "Cdiscount does not allow a change of this order.",
    "OrderLineUpdateNotAuthorized": "Cdiscount does not allow a change of this order line.",
    "InactiveSellerError": "The seller account is not active at Cdiscount.",
    "SellerNotAuthorized": "The seller account may not do this at Cdiscount.",
    "NotAuthorizedException": "The seller account may not do this at Cdiscount.",
}
