"""Our client, zeep alone and PHP against our server module; PHP's server against our client.

All on our own WSDL, over HTTP, in both versions of SOAP.
"""

import json

import php_tools
import pytest
import zeep
from contract_cases import PASSWORD
from opensi_calls import FIELDS, MemoryShop
from opensi_wire import KEY, LOGIN, batch, make_comment

from connectors import base, errors
from connectors.opensi import CLIENT, const, service

NO_PHP = php_tools.why_not()
with_php = pytest.mark.skipif(bool(NO_PHP), reason=NO_PHP or "PHP is here")
both_versions = pytest.mark.parametrize("version", ["1.1", "1.2"])
WSDL = str(service.WSDL)
TEXT = "Été : l'article <demo> n'est plus en stock & « épuisé » 😀.\nCordialement"


def make_client(url, version, **more):
    values = {"login": LOGIN, "password": PASSWORD, "service_url": f"{url}/", **more}
    options = {"website_code": "main", "allow_http": True, "soap_version": version, "timeout": 30}
    options |= values.pop("options", {})
    return CLIENT(base.Credentials(options=options, **values))


def codes(outcome):
    return [item.code for item in outcome.items]


@pytest.fixture(params=[False, True], ids=["standard", "original"])
def shop(request):
    with MemoryShop(KEY, original_style=request.param) as shop:
        yield shop


# Our client, our server module


@both_versions
def test_comments_arrive(version, shop):
    sent = make_comment(7, "WEB-1", text=TEXT, mail=True, visible=False)
    with make_client(shop.url, version) as client:
        assert codes(client.perform(batch(sent, make_comment(8, "NONE")))) == ["1002", "3002"]
        assert client.get_version() == "getVersion of the memory shop"
        assert client.get_datetime() == "getDatetime of the memory shop"
    assert {call.version for call in shop.calls} == {version}
    item = shop.items["7"]
    assert (item.order_ref, item.own_ref, item.text) == ("WEB-1", "S00001", TEXT)
    assert (item.mail, item.visible, item.date_text) == (True, False, "2026-11-22")


@both_versions
def test_a_batch_sent_again_adds_nothing(version, shop):
    """As after a lost answer; a number that never left from here is another matter."""
    comments = [make_comment(n, "WEB-2", may_be_there=n > 1) for n in (1, 2, 3)]
    with make_client(shop.url, version) as client:
        assert client.perform(batch(*comments)).ok
        again = client.perform(batch(*comments))
    assert codes(again) == ["2001"] * 3 and [item.ok for item in again.items] == [False, True, True]
    assert len(shop.items) == 3


@both_versions
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"password": PASSWORD + "x"}, "login"),
        ({"login": "Opensi"}, "login"),
        ({"options": {"website_code": "Main"}}, "website_code"),
    ],
)
def test_refusals(more, code, version, shop):
    with make_client(shop.url, version, **more) as client:
        with pytest.raises(errors.LoginError) as caught:
            client.perform(batch(make_comment(1)))
        checks = {check.name: check.ok for check in client.test_connection()}
    assert caught.value.code == code and not shop.items
    assert checks["Login"] is (code != "login")


@both_versions
def test_test_of_the_connection(version, shop):
    with make_client(shop.url, version) as client:
        assert [check.ok for check in client.test_connection()] == [True, True, True, None]
    assert not shop.items


def test_a_blocked_order_in_a_long_batch(shop):
    shop.blocked.add("WEB-1")
    comments = [make_comment(n, f"WEB-{n % 3}") for n in range(1, 300)]
    with make_client(shop.url, "1.1") as client:
        outcome = client.perform(batch(*comments))
    wanted = {0: "3002", 1: base.NO_RESULT, 2: "1002"}
    assert codes(outcome) == [wanted[n % 3] for n in range(1, 300)]
    assert len(shop.calls) == 1


# zeep without anything of ours, on the WSDL that the server gives out


@pytest.mark.parametrize("port", ["opensiPort", "opensiPort12"])
def test_zeep_alone(port, shop):
    client = zeep.Client(f"{shop.url}/?wsdl", port_name=port, service_name="opensiService")
    header = {"Header": {"key": KEY}}
    record = {**FIELDS, "CommentId": 5, "Comment": TEXT, "SendMail": True}
    record["VisibleForCustomer"] = False
    results = client.service.setComments("main", [record, record], _soapheaders=header)
    assert [(r.Key, r.Code, r.Message) for r in results] == [
        ("WEB-1", "1002", None),
        ("WEB-1", "2001", "there already"),
    ]
    assert client.service.setComments("main", [], _soapheaders=header) in ([], None)
    assert client.service.getVersion(_soapheaders=header).startswith("getVersion")
    assert shop.items["5"].text == TEXT
    if not shop.original_style:
        with pytest.raises(zeep.exceptions.Fault) as caught:
            client.service.setComments("main", [record])
        assert caught.value.message == const.BAD_KEY


# PHP calls our server module


def call_php(shop, version, operation="setComments", key=KEY, **arguments):
    return php_tools.run(
        "client.php",
        wsdl=WSDL,
        address=f"{shop.url}/",
        version=version,
        key=key,
        operation=operation,
        arguments=arguments,
    )


@with_php
@both_versions
def test_php_client(version, shop):
    records = [
        {**FIELDS, "CommentId": number, "WebOrderNumber": order, "Comment": TEXT}
        for number, order in ((1, "WEB-1"), (2, "NONE"), (1, "WEB-2"), (12345678901, "WEB-2"))
    ]
    answer = call_php(shop, version, Website_Code="main", Comment=records)
    results = answer["result"]["return"]
    assert [(r["Key"], r["Code"]) for r in results] == [
        ("WEB-1", "1002"),
        ("NONE", "3002"),
        ("WEB-2", "2001"),
        ("WEB-2", "1002"),
    ]
    assert results[0]["Message"] == ""
    assert shop.calls[0].version == version
    assert shop.items["1"].text == TEXT and shop.items["12345678901"].mail


@with_php
@both_versions
def test_php_client_without_comments_and_with_nil_ones(version, shop):
    assert call_php(shop, version, Website_Code="main") == {"result": {}}
    answer = call_php(shop, version, Website_Code="main", Comment=[FIELDS, None])
    assert [r["Code"] for r in answer["result"]["return"]] == ["1002", "3002"]


@with_php
@both_versions
@pytest.mark.parametrize("operation", ["getVersion", "getDatetime"])
def test_php_client_probes(operation, version, shop):
    answer = call_php(shop, version, operation)
    assert answer == {"result": {"return": f"{operation} of the memory shop"}}


@with_php
@both_versions
@pytest.mark.parametrize("key", ["x", None])
def test_php_client_is_refused(key, version):
    with MemoryShop(KEY) as shop:
        answer = call_php(shop, version, key=key, Website_Code="main", Comment=[FIELDS])
    assert answer["fault"] == const.BAD_KEY
    assert not shop.items


@with_php
def test_php_client_reads_the_original_fault():
    """What a client of the original module sees is a fault with HTTP 200."""
    with MemoryShop(KEY, original_style=True) as shop:
        assert call_php(shop, "1.2", key="x", Website_Code="main")["fault"] == const.BAD_KEY


# Our client calls PHP


@pytest.fixture
def php_shop(tmp_path):
    state = tmp_path / "state.json"
    with php_tools.serve("server.php", WSDL=WSDL, KEY=KEY, STATE=str(state)) as url:
        yield url, state


@with_php
@both_versions
def test_php_server(version, php_shop):
    url, state = php_shop
    orders = ("WEB-1", "UNKNOWN", "BLOCKED", "WEB-1", "BLOCKED", "WEB-2")
    comments = [make_comment(n, order, text=TEXT) for n, order in enumerate(orders, 1)]
    with make_client(url, version) as client:
        outcome = client.perform(batch(*comments))
        assert codes(outcome) == ["1002", "3002", base.NO_RESULT, "1002", base.NO_RESULT, "1002"]
        assert codes(client.perform(batch(*comments)))[0] == "2001"
        assert client.get_version().startswith("PHP ")
        assert [check.ok for check in client.test_connection()] == [True, True, True, None]
    stored = json.loads(state.read_text())
    assert sorted(stored) == ["#1", "#4", "#6"]
    assert stored["#4"]["Comment"] == TEXT
    assert stored["#4"]["VisibleForCustomer"] is True and stored["#4"]["SendMail"] is False


@with_php
@both_versions
@pytest.mark.parametrize(
    ("more", "code"),
    [({"password": "wrong"}, "login"), ({"options": {"website_code": "x"}}, "website_code")],
)
def test_php_server_refuses(more, code, version, php_shop):
    with make_client(php_shop[0], version, **more) as client:
        with pytest.raises(errors.LoginError) as caught:
            client.perform(batch(make_comment(1)))
    assert caught.value.code == code
