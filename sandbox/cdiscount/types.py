"""The types of the service: the one table that WSDL, reading and writing are made from.

A type is a heading `name` or `name < base` and its own `Member:type`s in wire order. Marks
after a member's type: `?` nillable, `!` always present (minOccurs 1), `+` only since 2020
(left out of answers of the 2019 edition). A type without prefix is one of XML Schema's
simple types, or else of the CDS namespace; `ArrayOfX` needs no entry.
"""

from dataclasses import dataclass
from functools import cache

_CONTRACT = "http://schemas.datacontract.org/2004/07/"
NAMESPACES = {
    "CDS": "http://www.cdiscount.com",
    "SER": "http://schemas.microsoft.com/2003/10/Serialization/",
    "CM": _CONTRACT + "Cdiscount.Framework.Core.Communication.Messages",
    "GEO": _CONTRACT + "System.Device.Location",
    "ARR": "http://schemas.microsoft.com/2003/10/Serialization/Arrays",
    "MAIL": _CONTRACT + "Cdiscount.Service.Marketplace.API.External.Contract.Data.Mail",
}
# Numbers as the real service has them; 5, 6 and 8 to 11 belong to parts not imitated here.
XSD_NUMBERS = {"CDS": 0, "SER": 1, "CM": 2, "GEO": 3, "ARR": 4, "MAIL": 7}
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XS = "http://www.w3.org/2001/XMLSchema"
PRIMITIVES = (
    "string",
    "boolean",
    "int",
    "long",
    "short",
    "double",
    "decimal",
    "dateTime",
)
REFERENCE_TYPES = ("string",)  # nillable inside an array

_ENUM_TABLE = """
CM:Country
    AD AE AF AG AI AL AM AN AO AQ AR AS AT AU AW AZ BA BB BD Be BF BG BH BI BJ BM
    BN BO BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CX CY CZ De DJ DK
    DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO Fr GA GB GD GE GF GH GI GL GM GN GP GQ GR GS
    GT GU GW GY HK HM HN HR HT HU ID IE IL IN IO IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR
    KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD MG MH MK ML MM MN MO MP MQ MR MS MT MU
    MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT
    PW PY QA RE RO RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR ST SV SY SZ TC TD TF TG
    TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM Us UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA
    ZM ZW
CM:Currency
    Eur Usd Gbp Aud Brl Cad Chf Cny Cop Czk Dkk Hkd Huf Inr Jpy Mad Mxn Nok Nzd Pln Ron Rub
    Sek Sgd Thb Tnd Try Vnd Xof Zar
CM:Language
    Fr En De Es Th Vi NotDefined
CM:AuthorizationType
    None
CDS:ErrorTypeEnum
    UnexpectedException MissingField PackageNotFound PackageMatchingFileError OrderNotFound
    OrderStateIncoherent OrderLineCancelledAcceptedConflict SellerNotFound InvalidFileFormat
    FileAlreadySubmitted InvalidRequest FileDownloadException SellerNotAuthorized
    OrderLineNotFound OrderLineIncoherentState FunctionNotActive OrderPriceOrQuantityError
    OrderTrackingInformationError TooManyProductsInPackageError Quota RefundError
    DiscussionCreationError ConfigurationError OrderPartiallyCanceled
    OrderLineUpdateNotAuthorized OrderUpdateNotAuthorized
    AskingForReturnAndRemovalNotAuthorized OrderLineError UnauthorizedValueException
    NotAuthorizedException FulfillmentApiException OfferNotFoundException
    OperationManagerServiceException InactiveSellerError NoDataError ProductIntegrationClosed
    ProductNotReferencedException ProductReferencedWithoutStockException
    ProductNumberLimitExceededException
CDS:CountryEnum
    All Belgium France Germany Spain Italy Luxembourg
CDS:OrderTypeEnum
    IsFulfillment MKPFBC EXTFBC None
CDS:OrderStateEnum
    CancelledByCustomer WaitingForSellerAcceptation AcceptedBySeller PaymentInProgress
    WaitingForShipmentAcceptation Shipped RefusedBySeller AutomaticCancellation PaymentRefused
    ShipmentRefusedBySeller None ValidatedFianet RefusedNoShipment AvailableOnStore
    NonPickedUpByCustomer PickedUp ServiceCanceled PendingShipmentForAssociatedProduct
    BlockedWaitingForTreatment BlockedWaitingForProof BlockedRepeatedLitigationSuspicion
    BlockedFraudSuspicion BlockedConfirmed FinishedGenerixUpdate
    BlockedRepeatedLitigationSuspicionConfirmation BlockedFraudSuspicionConfirmation CegidDown
    BlockedAutomaticCds BeingCancelled BeingModified RequestGoingToGnx PartialInGnx
    BeingValidatedFianet BlockedMarketplaceService
CDS:AcceptationStateEnum
    None AcceptedBySeller RefusedBySeller ShippedBySeller RefundedAfterShipping
    ShipmentRefusedBySeller RefundedAfterShipmentRefused CancelledBeforeNotificationByCustomer
    CancelledBeforePaymentByCustomer CancellationRequestPending
    CancelledAfterPaymentByCustomer RefundedAfterCustomerCancellation PaymentRefused
CDS:ProductConditionEnum
    None LikeNew VeryGoodState GoodState AverageState Refurbished New RefurbishedLikeNew
    RefurbishedVeryGoodState RefurbishedCorrectState
CDS:OrderStatusType
    NonValidated NoPaymentAttempt Cancelled Validated Waiting Completed
CDS:ValidationStatusType
    ValidatingFianet PreAccepted None
CDS:VoucherSourceActor
    Customer CDiscount Seller
CDS:Civility
    None MR MISS MRS DR PHD PR
CDS:AskingForReturnType
    AskingForReturn AskingForReturnAndRemoval
CDS:DiscussionStateFilter
    All Open Closed NotProcessed
CDS:DiscussionState
    Open Closed NotProcessed
CDS:ClaimType
    PackageNotReceived IncompletePackage MissingAccessories DamagedProduct
    WrongProductReference WrongRefundAmount RefundNotReceived ProductNotWorking Other
    ProductCanceling OrderCanceling WishToWithdraw OrderNotShipped
CDS:UserType
    Customer Seller Automatic GrcOperator
CDS:DiscussionTypeFilter
    All Offer Discussion Claim Arbitration Favoured
CDS:DiscussionMailStatusEnum
    DiscussionNotFound UnknownError Success DiscussionClosed
CDS:CloseDiscussionStatus
    DiscussionClosed DiscussionNotFound UnauthorizedCancelPending UnauthorizedLastAnswer
    AlreadyClosed
CDS:RefundMode
    Claim Retraction
CDS:RefundMotive
    VendorRejection ClientCancellation VendorRejectionAndClientCancellation ClientClaim
    VendorInitiatedRefund ClientRetraction NoClientWithDrawal ProductStockUnavailable
CDS:ParcelAction
    AskingForInvestigation AskingForDeliveryCertification
"""
_TYPE_TABLE = """
# Header
CM:HeaderMessage
    Context:CM:ContextMessage?! Localization:CM:LocalizationMessage?!
    Security:CM:SecurityContext?! Version:string?!
CM:ContextMessage
    CatalogID:int? ConfigurationPolicy:string? CustomerID:string? CustomerId:int
    CustomerNumber:string? CustomerPoolID:int? GeoCoordinate:GEO:GeoCoordinate?
    SecuredContext:boolean SiteID:int!
GEO:GeoCoordinate
    Altitude:double Course:double HorizontalAccuracy:double Latitude:double Longitude:double
    Speed:double VerticalAccuracy:double
CM:LocalizationMessage
    Country:CM:Country CultureName:string? Currency:CM:Currency DecimalPosition:int?
    Language:CM:Language
CM:SecurityContext
    DomainRightsList:CM:ArrayOfDomainRights?! IssuerID:string?! SessionID:string?!
    SubjectLocality:CM:SubjectLocality? TokenId:string?! UserName:string?!
CM:SubjectLocality
    Address:string?! DnsName:string?!
CM:DomainRights
    Name:string?! SecurityDescriptorList:CM:ArrayOfSecurityDescriptor?!
CM:SecurityDescriptor
    Authorization:CM:AuthorizationType! FunctionIdentifier:string?! Version:int!
# Results
CM:ServiceMessage
    ErrorMessage:string? OperationSuccess:boolean
CDS:ServiceBaseAPIMessage < CM:ServiceMessage
    ErrorList:ArrayOfError? SellerLogin:string? TokenId:string?
CDS:Error
    ErrorType:ErrorTypeEnum! Message:string?!
# Orders
CDS:OrderFilter
    BeginCreationDate:dateTime? BeginModificationDate:dateTime? CorporationCode:string?
    Country:CountryEnum EndCreationDate:dateTime? EndModificationDate:dateTime?
    FetchOrderLines:boolean FetchParcels:boolean IncludeExternalFbcSiteId:boolean
    OrderReferenceList:ARR:ArrayOfstring? OrderType:OrderTypeEnum? PartnerOrderRef:string?
    States:ArrayOfOrderStateEnum?
CDS:OrderListMessage < CDS:ServiceBaseAPIMessage
    OrderList:ArrayOfOrder?
CDS:Order
    ArchiveParcelList:boolean BillingAddress:Address? Corporation:Corporation?
    CreationDate:dateTime Customer:Customer? HasClaims:boolean InitialTotalAmount:decimal
    InitialTotalShippingChargesAmount:decimal IsCLogistiqueOrder:boolean!
    IsEligibileSubstitution:boolean+ LastUpdatedDate:dateTime? ModGesLog:string?
    ModifiedDate:dateTime? Offer:OfferOrder? OrderLineList:ArrayOfOrderLine?
    OrderNumber:string? OrderState:OrderStateEnum? ParcelList:ArrayOfParcel?
    PartnerOrderRef:string? ShippedTotalAmount:decimal ShippedTotalShippingCharges:decimal
    ShippingAddress:Address? ShippingCode:string? ShippingDateMax:dateTime?
    ShippingDateMin:dateTime? SiteCommissionPromisedAmount:decimal
    SiteCommissionShippedAmount:decimal SiteCommissionValidatedAmount:decimal
    Status:OrderStatusType ValidatedTotalAmount:decimal ValidatedTotalShippingCharges:decimal
    ValidationStatus:ValidationStatusType VisaCegid:int? VoucherList:ArrayOfVoucher?
CDS:Corporation
    BusinessUnitId:short CorporationCode:string?! CorporationId:short! CorporationName:string?
    IsMarketPlaceActive:boolean?
CDS:Customer
    Civility:Civility? CustomerId:string? Email:string? EncryptedEmail:string?
    FirstName:string? LastName:string? MobilePhone:string? Phone:string?
    ShippingFirstName:string? ShippingLastName:string?
CDS:Address
    Address1:string? Address2:string? ApartmentNumber:string? Building:string? City:string?
    Civility:Civility CompanyName:string? Country:string? County:string? FirstName:string?
    Instructions:string? LastName:string? PlaceName:string? RelayId:string? Street:string?
    ZipCode:string?
CDS:OfferOrder
    Code:string? CreationDate:string? ExpirationDate:string?
CDS:OrderLine
    AcceptationState:AcceptationStateEnum? CategoryCode:string? DeliveryDateMax:dateTime
    DeliveryDateMin:dateTime HasClaim:boolean InitialPrice:decimal? IsCDAV:boolean
    IsNegotiated:boolean? IsProductEanGenerated:boolean Name:string?
    OrderLineChildList:ArrayOfOrderLine? ProductCondition:ProductConditionEnum?
    ProductEan:string? ProductId:string? PurchasePrice:decimal Quantity:int
    RefundShippingCharges:boolean? RowId:int SellerProductId:string? ShippingDateMax:dateTime
    ShippingDateMin:dateTime Sku:string? SkuParent:string?
    UnitAdditionalShippingCharges:decimal UnitShippingCharges:decimal
CDS:Parcel
    CustomerNum:string? ExternalCarrierName:string? ExternalCarrierTrackingUrl:string?
    IsCustomerReturn:boolean ParcelItemList:ArrayOfParcelItem? ParcelStatus:ParcelStatus?
    RealCarrierCode:string? TrackingList:ArrayOfTracking?+
CDS:ParcelItem
    ProductName:string? Quantity:int Sku:string?
CDS:Tracking
    InsertDate:dateTime? Justification:string? ParcelNum:string? TrackingId:int
CDS:Voucher
    CreateDate:dateTime? RefundInformation:RefundInformation?! Source:VoucherSourceActor?
CDS:ValidateOrderListMessage
    OrderList:ArrayOfValidateOrder?
CDS:ValidateOrder
    CarrierName:string? OrderLineList:ArrayOfValidateOrderLine? OrderNumber:string?
    OrderState:OrderStateEnum TrackingNumber:string? TrackingUrl:string?
CDS:ValidateOrderLine
    AcceptationState:AcceptationStateEnum ProductCondition:ProductConditionEnum
    SellerProductId:string? TypeOfReturn:AskingForReturnType?
CDS:ValidationResultMessage < CDS:ServiceBaseAPIMessage
    ValidateOrderResults:ArrayOfValidateOrderResult?
CDS:ValidateOrderResult
    Errors:ArrayOfError? OrderNumber:string?
    ValidateOrderLineResults:ArrayOfValidateOrderLineResult? Validated:boolean
    Warnings:ArrayOfError?
CDS:ValidateOrderLineResult
    Errors:ArrayOfError? SellerProductId:string? Updated:boolean
CDS:GlobalConfigurationMessage < CDS:ServiceBaseAPIMessage
    CarrierList:ArrayOfCarrier?
CDS:Carrier
    CarrierId:int DefaultURL:string? Name:string?
CDS:ManageParcelRequest
    ParcelActionsList:ArrayOfParcelInfos? ScopusId:string?
CDS:ParcelInfos
    ManageParcel:ParcelActionTypes ParcelNumber:string? Sku:string?
CDS:ManageParcelResultMessage < CDS:ServiceBaseAPIMessage
    ParcelActionResultList:ArrayOfParcelActionResult?
CDS:ParcelActionResult < CM:ServiceMessage
    ActionType:ParcelActionTypes IsActionCreated:boolean ParcelNumber:string?
# Refunds
CDS:RefundInformation
    Amount:decimal! MotiveId:int!
CDS:CreateRefundVoucherRequest
    CommercialGestureList:ArrayOfRefundInformation? OrderNumber:string?!
    SellerRefundList:ArrayOfSellerRefundRequest?
CDS:SellerRefundRequest
    Mode:RefundMode Motive:RefundMotive RefundOrderLine:SellerRefundOrderLine?!
CDS:SellerRefundOrderLine
    Ean:string? RefundShippingCharges:boolean? SellerProductId:string?!
CDS:CreateRefundVoucherMessage < CDS:ServiceBaseAPIMessage
    CommercialGestureList:ArrayOfRefundInformationMessage?! OrderNumber:string?!
    SellerRefundList:ArrayOfSellerRefundResult?!
CDS:RefundInformationMessage < CM:ServiceMessage
    Amount:decimal! MotiveId:int!
CDS:SellerRefundResult < CM:ServiceMessage
    Ean:string?! Motive:RefundMotive! SellerProductId:string?! Value:decimal!
CDS:SellerRefundRequestMessage
    OrderNumber:string?! SellerRefundRequestList:ArrayOfSellerRefundRequest?!
CDS:SellerRefundResultMessage < CM:ServiceMessage
    OrderNumber:string?! SellerRefundResultList:ArrayOfSellerRefundResult?!
# Discussions
CDS:DiscussionFilterBase
    BeginCreationDate:dateTime? BeginModificationDate:dateTime? EndCreationDate:dateTime?
    EndModificationDate:dateTime? StatusList:ArrayOfDiscussionStateFilter?
CDS:OrderQuestionFilter < CDS:DiscussionFilterBase
    OrderNumberList:ARR:ArrayOfstring?
CDS:OrderClaimFilter < CDS:OrderQuestionFilter
    OnlyWithMessageFromCdsCustomerService:boolean?
CDS:OfferQuestionFilter < CDS:DiscussionFilterBase
    ProductEANList:ARR:ArrayOfstring? ProductSellerReferenceList:ARR:ArrayOfstring?
CDS:DiscussionFilter < CDS:DiscussionFilterBase
    DiscussionType:DiscussionTypeFilter OrderNumberList:ARR:ArrayOfstring?
    ProductEanList:ARR:ArrayOfstring? ProductSellerReferenceList:ARR:ArrayOfstring?
CDS:OrderClaimListMessage < CDS:ServiceBaseAPIMessage
    OrderClaimList:ArrayOfOrderClaim?
CDS:OrderQuestionListMessage < CDS:ServiceBaseAPIMessage
    OrderQuestionList:ArrayOfOrderQuestion?
CDS:OfferQuestionListMessage < CDS:ServiceBaseAPIMessage
    OfferQuestionList:ArrayOfOfferQuestion?
CDS:DiscussionListMessage < CDS:ServiceBaseAPIMessage
    DiscussionList:ArrayOfDiscussion?
CDS:DiscussionThreadBase
    CloseDate:dateTime? CreationDate:dateTime Id:long LastUpdatedDate:dateTime?
    Messages:ArrayOfMessage? Status:DiscussionState Subject:string?
CDS:OrderQuestion < CDS:DiscussionThreadBase
    OrderNumber:string?
CDS:OrderClaim < CDS:OrderQuestion
    ClaimType:ClaimType
CDS:OfferQuestion < CDS:DiscussionThreadBase
    ProductEAN:string? ProductSellerReference:string?
CDS:Discussion < CDS:OrderQuestion
    ClaimType:ClaimType ProductEAN:string? ProductSellerReference:string?
CDS:Message
    Content:string? Sender:string? SenderType:UserType+ Timestamp:dateTime
# Relay addresses and closing
CDS:GetDiscussionMailListRequest
    DiscussionIds:ARR:ArrayOflong?
CDS:DiscussionMailListMessage < CDS:ServiceBaseAPIMessage
    DiscussionMailList:ArrayOfDiscussionMail?
CDS:DiscussionMail
    DiscussionId:long MailAddress:string? OperationStatus:DiscussionMailStatusEnum
MAIL:DiscussionMailGuidCreationRequestMessage
    ScopusId:string?
MAIL:DiscussionMailGuidCreationResultMessage < CDS:ServiceBaseAPIMessage
    MailGuid:string?
CDS:CloseDiscussionRequest
    DiscussionIds:ARR:ArrayOflong?
CDS:CloseDiscussionResultMessage < CDS:ServiceBaseAPIMessage
    CloseDiscussionResultList:ArrayOfCloseDiscussionResult?
CDS:CloseDiscussionResult
    DiscussionId:long OperationStatus:CloseDiscussionStatus
# The seller (a part of the real type)
CDS:SellerMessage < CDS:ServiceBaseAPIMessage
    Seller:Seller?
CDS:Seller
    Email:string? Login:string? MobileNumber:string? PhoneNumber:string?
    SellerAddress:Address? ShopName:string? ShopUrl:string? SiretNumber:string?
"""


def _blocks(table):
    """Heading -> words of the indented lines below it; lines with # are titles."""
    blocks, words = {}, None
    for line in table.splitlines():
        if line.startswith("    "):
            words += line.split()
        elif line and not line.startswith("#"):
            words = blocks.setdefault(line, [])
    return blocks


def _types(table):
    """Type -> (base or None, texts of its own members)."""
    found = {}
    for heading, words in _blocks(table).items():
        name, _, base = heading.partition(" < ")
        found[name] = (base or None, tuple(words))
    return found


ENUMS = {name: tuple(values) for name, values in _blocks(_ENUM_TABLE).items()}
ENUMS["CDS:ParcelStatus"] = (  # apart, because its values contain blanks
    "Delivered",
    "Not Delivered - Back Transporter",
    "Not Delivered - Lost Or Broken",
    "Committed The Transporter",
    "On Going Delivery",
    "In Point Relay",
    "Other",
    "Prepared",
)
# Simple types that are white-space separated lists of an enumeration.
LISTS = {"CDS:ParcelActionTypes": "CDS:ParcelAction"}
TYPES = _types(_TYPE_TABLE)

# operation: (parameter element, parameter type, result type)
OPERATIONS = {
    "GetSellerInformation": (None, None, "CDS:SellerMessage"),
    "GetOrderList": ("orderFilter", "CDS:OrderFilter", "CDS:OrderListMessage"),
    "ValidateOrderList": (
        "validateOrderListMessage",
        "CDS:ValidateOrderListMessage",
        "CDS:ValidationResultMessage",
    ),
    "ManageParcel": (
        "manageParcelRequest",
        "CDS:ManageParcelRequest",
        "CDS:ManageParcelResultMessage",
    ),
    "CreateRefundVoucherAfterShipment": (
        "request",
        "CDS:SellerRefundRequestMessage",
        "CDS:SellerRefundResultMessage",
    ),
    "CreateRefundVoucher": (
        "request",
        "CDS:CreateRefundVoucherRequest",
        "CDS:CreateRefundVoucherMessage",
    ),
    "GetGlobalConfiguration": (None, None, "CDS:GlobalConfigurationMessage"),
    "GenerateDiscussionMailGuid": (
        "request",
        "MAIL:DiscussionMailGuidCreationRequestMessage",
        "MAIL:DiscussionMailGuidCreationResultMessage",
    ),
    "CloseDiscussionList": (
        "closeDiscussionRequest",
        "CDS:CloseDiscussionRequest",
        "CDS:CloseDiscussionResultMessage",
    ),
    "GetOrderClaimList": ("orderClaimFilter", "CDS:OrderClaimFilter", "CDS:OrderClaimListMessage"),
    "GetOrderQuestionList": (
        "orderQuestionFilter",
        "CDS:OrderQuestionFilter",
        "CDS:OrderQuestionListMessage",
    ),
    "GetOfferQuestionList": (
        "offerQuestionFilter",
        "CDS:OfferQuestionFilter",
        "CDS:OfferQuestionListMessage",
    ),
    "GetDiscussionMailList": (
        "request",
        "CDS:GetDiscussionMailListRequest",
        "CDS:DiscussionMailListMessage",
    ),
    "GetDiscussionList": ("discussionFilter", "CDS:DiscussionFilter", "CDS:DiscussionListMessage"),
}


@dataclass(frozen=True)
class Member:
    """One element of a sequence. `type` is a key of TYPES/ENUMS/LISTS, `xs:…` or an array."""

    name: str
    type: str
    prefix: str  # namespace of the element: that of the type that declares it
    nillable: bool
    required: bool
    recent: bool


def type_key(text, prefix="CDS"):
    """`string` -> `xs:string`, `Order` -> `CDS:Order`, `ARR:ArrayOflong` as it is."""
    if text in PRIMITIVES:
        return "xs:" + text
    return text if ":" in text else f"{prefix}:{text}"


def _member(text, prefix):
    name, _, type_text = text.partition(":")
    marks = type_text.lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:")
    type_text = type_text[: len(type_text) - len(marks)]
    return Member(name, type_key(type_text), prefix, "?" in marks, "!" in marks, "+" in marks)


@cache
def own_members(key):
    """Members that the type itself declares."""
    prefix = key.partition(":")[0]
    return tuple(_member(text, prefix) for text in TYPES[key][1])


@cache
def members(key):
    """All members in wire order, inherited ones first."""
    base = TYPES[key][0]
    return (members(base) if base else ()) + own_members(key)


@cache
def array_item(key):
    """`CDS:ArrayOfOrder` -> Member of its items, or None when it is no array."""
    prefix, _, name = key.partition(":")
    if not name.startswith("ArrayOf"):
        return None
    item = name[len("ArrayOf") :]
    item_key = type_key(item, prefix)
    nillable = item_key in TYPES or item in REFERENCE_TYPES
    return Member(item, item_key, prefix, nillable, False, False)


def enum_values(key):
    """Allowed texts of an enumeration, first = default."""
    return ENUMS[key]


def kind(key):
    """One of primitive, enum, list, array, complex."""
    if key.startswith("xs:"):
        return "primitive"
    if key in ENUMS:
        return "enum"
    if key in LISTS:
        return "list"
    return "array" if array_item(key) else "complex"
