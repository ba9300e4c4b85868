"""Independent clients, and the shape of recorded answers of the real service."""

import pytest
import requests
import zeep
from cdiscountapi import cdiscountapi
from conftest import ROOT
from lxml import etree

RECORDED = ROOT.parent / "shared" / "recorded" / "cdiscount"
BINDING = "{http://tempuri.org/}BasicHttpBinding_IMarketplaceAPIService"


@pytest.fixture(scope="module", params=["wsdl", "singleWsdl"])
def client(server, request):
    return zeep.Client(f"{server.service}?{request.param}")


def header(world):
    return {
        "Context": {"SiteID": 100},
        "Localization": {"Country": "Fr"},
        "Security": {"TokenId": world.token},
        "Version": "1.0",
    }


def test_wsdl_documents(server):
    for query in ("wsdl", "wsdl=wsdl0", "singleWsdl", "xsd=xsd0", "xsd=xsd7"):
        response = requests.get(f"{server.service}?{query}", timeout=5)
        assert response.headers["Content-Type"] == "text/xml; charset=UTF-8"
        etree.fromstring(response.content)
    assert requests.get(f"{server.service}?xsd=xsd99", timeout=5).status_code == 404
    other = requests.get(f"{server.service}?wsdl", headers={"Host": "sim:81"}, timeout=5)
    assert 'location="http://sim:81/cdiscount/MarketplaceAPIService.svc"' in other.text


def test_zeep_reads_everything(server, client):
    world = server.world(orders=8, claims=5, order_questions=3, offer_questions=2, seed=3)
    service, head = client.create_service(BINDING, server.service), header(world)
    orders = service.GetOrderList(head, {"FetchOrderLines": True, "FetchParcels": True})
    assert len(orders.OrderList.Order) == 8
    claims = service.GetOrderClaimList(head, {"StatusList": {"DiscussionStateFilter": ["All"]}})
    assert len(claims.OrderClaimList.OrderClaim) == 5
    assert len(service.GetOrderQuestionList(head, {}).OrderQuestionList.OrderQuestion) == 3
    assert len(service.GetOfferQuestionList(head, {}).OfferQuestionList.OfferQuestion) == 2
    ids = [claim.Id for claim in claims.OrderClaimList.OrderClaim]
    mails = service.GetDiscussionMailList(head, {"DiscussionIds": {"long": ids}})
    assert {m.OperationStatus for m in mails.DiscussionMailList.DiscussionMail} <= {
        "Success",
        "DiscussionClosed",
    }
    close = service.CloseDiscussionList(head, {"DiscussionIds": {"long": ids}})
    assert len(close.CloseDiscussionResultList.CloseDiscussionResult) == 5
    assert service.GetGlobalConfiguration(head).CarrierList.Carrier
    assert service.GetSellerInformation(head).Seller.Login == world.login.removesuffix("-api")
    assert service.GetDiscussionList(head, {"DiscussionType": "All"}).OperationSuccess


def test_zeep_refunds_and_faults(server, client):
    world = server.world()
    number = world.order(state="Shipped", lines=[{"seller_product_id": "A", "price": 12}])
    service, head = client.create_service(BINDING, server.service), header(world)
    answer = service.CreateRefundVoucher(
        head,
        {
            "CommercialGestureList": {"RefundInformation": [{"Amount": 2, "MotiveId": 135}]},
            "OrderNumber": number["number"],
            "SellerRefundList": {
                "SellerRefundRequest": [
                    {
                        "Mode": "Claim",
                        "Motive": "ClientClaim",
                        "RefundOrderLine": {"SellerProductId": "A"},
                    }
                ]
            },
        },
    )
    assert answer.SellerRefundList.SellerRefundResult[0].Value == 12
    assert answer.CommercialGestureList.RefundInformationMessage[0].OperationSuccess
    order = service.GetOrderList(head, {}).OrderList.Order[0]
    assert order.VoucherList.Voucher[0].RefundInformation.Amount == 2
    with pytest.raises(zeep.exceptions.Fault) as caught:
        service.GetOrderList({**head, "Security": {"TokenId": "0" * 32}}, {})
    assert caught.value.code == "s:RequestTokenValidationError"


class LocalConnection(cdiscountapi.Connection):
    """The package hard-codes its hosts: lead its two addresses to the sandbox."""

    def __init__(self, server, world):
        self._server = server
        super().__init__(world.login, world.password, header_message={"Context": {"SiteID": 100}})

    def __setattr__(self, name, value):
        if name == "wsdl":
            value = self._server.service + "?wsdl"
        elif name == "auth_url":
            value = self._server.url + "/cdiscount/users/httpIssue.svc/?realm=x"
        super().__setattr__(name, value)

    def create_header_message(self, data):
        data.setdefault("Localization", {"Country": "Fr"})
        return super().create_header_message(data)


def test_cdiscountapi(server):
    world = server.world(orders=3, claims=2, order_questions=1, offer_questions=1, seed=5)
    number = world.order(
        state="Shipped", lines=[{"seller_product_id": "A", "ean": "2000000000008", "price": 12}]
    )["number"]
    thread = world.discussion(kind="order_question", order_number=number, text="?")
    api = LocalConnection(server, world)
    orders = api.orders.get_order_list(OrderReferenceList=[number])
    assert orders["OrderList"]["Order"][0]["OrderLineList"]["OrderLine"][0]["PurchasePrice"] == 12
    assert len(api.orders.get_order_list(States=["Shipped"])["OrderList"]["Order"])
    assert len(api.discussions.get_order_claim_list()["OrderClaimList"]["OrderClaim"]) == 2
    assert api.discussions.get_offer_question_list()["OfferQuestionList"]
    assert api.discussions.get_order_question_list()["OrderQuestionList"]
    mail = api.webmail.get_discussion_mail_list(thread["id"])
    assert mail["DiscussionMailList"]["DiscussionMail"][0]["OperationStatus"] == "Success"
    assert api.webmail.generate_discussion_mail_guid(number)["MailGuid"].endswith("clemarche.com")
    closed = api.discussions.close_discussion_list([thread["id"]])
    result = closed["CloseDiscussionResultList"]["CloseDiscussionResult"][0]
    assert result["OperationStatus"] == "UnauthorizedLastAnswer"
    assert api.orders.get_global_configuration()["CarrierList"]["Carrier"]
    _refund_with_cdiscountapi(api, number)
    world.control("POST", "tokens/expire")
    assert api.orders.get_order_list()["OperationSuccess"]  # it renews its token by itself


def _refund_with_cdiscountapi(api, number):
    answer = api.orders.create_refund_voucher(
        OrderNumber=number,
        CommercialGestureList=[{"Amount": 1, "MotiveId": 135}],
        SellerRefundList={
            "Mode": "Claim",
            "Motive": "ClientClaim",
            "RefundOrderLine": {
                "Ean": "2000000000008",
                "RefundShippingCharges": True,
                "SellerProductId": "A",
            },
        },
    )
    assert answer["OperationSuccess"], answer


# Recorded answers


def shape(element, form=False):
    """(name, nil/empty/text, children); repeated children of equal shape count once."""
    nil = element.get("{http://www.w3.org/2001/XMLSchema-instance}nil")
    children = []
    for child in element:
        sub = shape(child)
        if sub not in children:
            children.append(sub)
    kind = "nil" if nil else "tree" if children else "text" if element.text else "empty"
    return (element.tag, element.prefix, kind, tuple(children))


def recorded(name):
    path = RECORDED / name
    if not path.exists():
        pytest.skip("recorded answers are not beside the checkout")
    return shape(etree.fromstring(path.read_bytes()))


def ours(world, operation, param=""):
    return shape(etree.fromstring(world.post(operation, param).content))


def test_recorded_claims(world):
    assert ours(world, "GetOrderClaimList") == recorded("claims_2.response.xml")
    number = world.order()["number"]
    world.discussion(order_number=number, text="CONTENT")
    assert ours(world, "GetOrderClaimList") == recorded("claims_1.response.xml")


def test_recorded_offer_questions(world):
    assert ours(world, "GetOfferQuestionList") == recorded("offer_questions_2.response.xml")
    thread = world.discussion(
        kind="offer_question", text="?", product_ean="2009863600561", seller_reference="PRES1"
    )
    world.control("PATCH", f"discussions/{thread['id']}", {"status": "Closed"})
    assert ours(world, "GetOfferQuestionList") == recorded("offer_questions_1.response.xml")


def test_recorded_mail_guid(world):
    ns = (
        "http://schemas.datacontract.org/2004/07/"
        "Cdiscount.Service.Marketplace.API.External.Contract.Data.Mail"
    )
    param = f'<request xmlns:a="{ns}"><a:ScopusId>X</a:ScopusId></request>'
    unknown = recorded("mail_guid_unknown_order_1.response.xml")
    assert ours(world, "GenerateDiscussionMailGuid", param) == unknown
    fault = recorded("mail_guid_unknown_order_2.response.xml")
    answer = world.post("GenerateDiscussionMailGuid", param, token="0" * 32)
    assert shape(etree.fromstring(answer.content)) == fault


def test_recorded_order(world):
    line = {"seller_product_id": "PRES1", "price": 1}
    world.order(state="ShipmentRefusedBySeller", lines=[line], customer={"building": "BUILDING"})
    param = "<orderFilter><FetchOrderLines>true</FetchOrderLines></orderFilter>"
    assert ours(world, "GetOrderList", param) == recorded("orders_by_date_1.response.xml")


def test_recorded_refusals(world):
    param = '<request><CommercialGestureList/><OrderNumber i:nil="true"/></request>'
    assert ours(world, "CreateRefundVoucher", param) == recorded("refund_invalid_1.response.xml")
    number = world.order(state="ShipmentRefusedBySeller")["number"]
    param = (
        "<validateOrderListMessage><OrderList><ValidateOrder><OrderLineList/><OrderNumber>"
        f"{number}</OrderNumber><OrderState>ShipmentRefusedBySeller</OrderState></ValidateOrder>"
        "</OrderList></validateOrderListMessage>"
    )
    assert ours(world, "ValidateOrderList", param) == recorded("validate_refused_1.response.xml")


def test_manage_parcel_of_cdiscountapi(server):
    world = server.world()
    api = LocalConnection(server, world)
    actions = [{"ManageParcel": "AskingForInvestigation", "ParcelNumber": "P", "Sku": "S"}]
    answer = api.orders.manage_parcel(parcel_actions_list=actions, scopus_id="X")
    assert answer["ErrorMessage"] == "La commande {0} n'a pas été trouvée !"
    validations = api.orders.prepare_validations(
        [{"OrderNumber": "X", "OrderState": "Shipped", "OrderLineList": []}]
    )
    answer = api.orders.validate_order_list(**validations)
    result = answer["ValidateOrderResults"]["ValidateOrderResult"][0]
    assert result["Errors"]["Error"][0]["ErrorType"] == "OrderNotFound"
