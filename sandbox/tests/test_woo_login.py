"""Who comes in: consumer keys, OAuth, JWT, application passwords, and what servers do to them."""

import base64
import hashlib
import hmac
import time
import uuid
from urllib.parse import quote, urlencode

import pytest
import requests
from woo_world import refused

BAD = "woocommerce_rest_authentication_error"
CANNOT = "woocommerce_rest_cannot_view"
BLANK = ("", "")


def signed(woo, method="GET", path="orders", digest="sha256", secret=None, base=None, **more):
    """Query of a call signed as OAuth 1.0a wants it."""
    values = {
        "oauth_consumer_key": woo.key[0],
        "oauth_timestamp": str(int(time.time())),
        "oauth_nonce": uuid.uuid4().hex,
        "oauth_signature_method": f"HMAC-{digest.upper()}",
        **more,
    }
    url = f"{base or woo.url}/wp-json/wc/v3/{path}"
    pairs = [f"{twice(name)}%3D{twice(value)}" for name, value in sorted(values.items())]
    text = f"{method}&{quote(url, safe='')}&{'%26'.join(pairs)}"
    key = f"{secret or woo.key[1]}&".encode()
    found = hmac.new(key, text.encode(), getattr(hashlib, digest)).digest()
    return {**values, "oauth_signature": base64.b64encode(found).decode()}


def twice(text):
    return quote(quote(str(text), safe="~"), safe="~")


def by_oauth(woo, query, method="GET", path="orders"):
    return woo.raw(method, f"/wp-json/wc/v3/{path}?{urlencode(query)}")


def test_keys_over_tls(woo):
    assert woo.ask("GET", "orders").json() == []
    names = ("consumer_key", "consumer_secret")
    query = dict(zip(names, woo.key, strict=True))
    assert woo.raw("GET", "/wp-json/wc/v3/orders", params=query).status_code == 200
    assert refused(woo.ask("GET", "orders", (woo.key[0], "cs_wrong")), 401, BAD)
    assert refused(woo.raw("GET", "/wp-json/wc/v3/orders"), 401, CANNOT)
    assert woo.ask("GET", "orders", ("ck_unknown", woo.key[1])).status_code == 401
    login = (woo.login, woo.password)
    assert woo.ask("GET", "orders", login).status_code == 401


def test_keys_without_tls_are_ignored(woo):
    woo.options(tls=False)
    query = {"consumer_key": woo.key[0], "consumer_secret": woo.key[1]}
    assert refused(woo.raw("GET", "/wp-json/wc/v3/orders", params=query), 401, CANNOT)
    assert woo.ask("GET", "orders").status_code == 401
    assert by_oauth(woo, signed(woo)).status_code == 200


@pytest.mark.parametrize("tls", [True, False])
@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_oauth(woo, tls, digest):
    woo.options(tls=tls)
    query = signed(woo, digest=digest, search="Müller & Söhne/Co ~")
    assert by_oauth(woo, query).json() == []
    header = ", ".join(f'{name}="{quote(value, safe="")}"' for name, value in signed(woo).items())
    headers = {"Authorization": f"OAuth {header}"}
    assert woo.raw("GET", "/wp-json/wc/v3/orders", headers=headers).status_code == 200


def test_oauth_signs_lists_with_numbers(woo):
    woo.order(status="on-hold")
    woo.order(status="completed")
    query = signed(woo, **{"status[0]": "on-hold", "status[1]": "processing"})
    # as the server reads it: status%5B0%5D, not the literal brackets
    assert len(by_oauth(woo, query).json()) == 1
    literal = signed(woo, **{"status[]": "on-hold"})
    assert refused(by_oauth(woo, literal), 401, BAD)


def test_oauth_refusals(woo):
    query = signed(woo)
    assert by_oauth(woo, query).status_code == 200
    assert "nonce" in by_oauth(woo, query).json()["message"]
    old = signed(woo, oauth_timestamp=str(int(time.time()) - 901))
    assert "timestamp" in by_oauth(woo, old).json()["message"]
    assert refused(by_oauth(woo, signed(woo, secret="cs_wrong")), 401, BAD)
    assert refused(by_oauth(woo, signed(woo, oauth_consumer_key="ck_x")), 401, BAD)
    assert refused(by_oauth(woo, signed(woo, oauth_signature_method="PLAINTEXT")), 401, BAD)
    lacking = signed(woo)
    del lacking["oauth_nonce"]
    missing = "woocommerce_rest_authentication_missing_parameter"
    assert refused(by_oauth(woo, lacking), 401, missing)
    woo.options(clock_skew=3600)
    assert "timestamp" in by_oauth(woo, signed(woo)).json()["message"]


def test_oauth_in_real_time_and_in_the_worlds(woo):
    day = 24 * 3600
    tomorrow = {"oauth_timestamp": str(int(time.time()) + day)}
    assert "timestamp" in by_oauth(woo, signed(woo, **tomorrow)).json()["message"]
    woo.control("POST", "clock", offset_seconds=day)
    assert by_oauth(woo, signed(woo, **tomorrow)).status_code == 200
    assert by_oauth(woo, signed(woo)).status_code == 200
    woo.options(clock_skew=3600)
    for stamp in ({}, tomorrow):
        assert "timestamp" in by_oauth(woo, signed(woo, **stamp)).json()["message"]


def test_a_proxy_changes_the_address_that_is_signed(woo):
    woo.options(tls=False, home_url="https://shop.example")
    assert "signature" in by_oauth(woo, signed(woo)).json()["message"]
    assert by_oauth(woo, signed(woo, base="https://shop.example")).status_code == 200


@pytest.mark.parametrize(("permissions", "reads", "writes"), [("read", 1, 0), ("write", 0, 1)])
def test_permissions_of_keys(woo, permissions, reads, writes):
    order = woo.order()
    made = woo.control("POST", "keys", permissions=permissions)
    key = (made["consumer_key"], made["consumer_secret"])
    path = f"orders/{order['id']}"
    read, wrote = woo.ask("GET", path, key), woo.ask("PUT", path, key, json={"status": "completed"})
    assert (read.status_code == 200, wrote.status_code == 200) == (bool(reads), bool(writes))
    assert refused(wrote if reads else read, 401, BAD)


def test_a_vendor_has_no_part_in_wc_v3(woo):
    order = woo.order()
    headers = {"Authorization": f"Bearer {woo.token('vendor')}"}
    for path in ("orders", f"orders/{order['id']}", f"orders/{order['id']}/notes"):
        answer = woo.raw("GET", f"/wp-json/wc/v3/{path}", headers=headers)
        assert refused(answer, 403, CANNOT)
    made = woo.control("POST", "keys", user="vendor")
    key = (made["consumer_key"], made["consumer_secret"])
    assert refused(woo.ask("GET", "orders", key), 403, CANNOT)


def test_consumer_keys_do_not_open_wcfm(woo):
    answer = woo.raw("GET", "/wp-json/wcfmmp/v1/orders", auth=woo.key)
    assert answer.status_code == 401
    route = {"rest_route": "/wc/v3/orders"}
    answer = woo.raw("GET", "/", params=route, auth=woo.key)
    assert answer.status_code == 401


def test_jwt(woo):
    answer = woo.log_in(woo.login, woo.password).json()
    assert answer["roles"] == ["wcfm_vendor"] and answer["store_id"] == woo.access["vendor"]["id"]
    headers = {"Authorization": f"Bearer {answer['token']}"}
    path = "/wp-json/jwt-auth/v1/token/validate"
    valid = {"code": "jwt_auth_valid_token", "data": {"status": 200}}
    assert woo.raw("POST", path, headers=headers).json() == valid
    assert refused(woo.raw("POST", path), 403, "jwt_auth_no_auth_header")
    assert refused(woo.raw("POST", path, auth=woo.key), 403, "jwt_auth_bad_auth_header")
    headers = {"Authorization": f"Bearer {answer['token']}x"}
    assert refused(woo.raw("POST", path, headers=headers), 403, "jwt_auth_invalid_token")
    assert refused(woo.log_in("nobody", "x"), 403, "[jwt_auth] invalid_username")
    assert refused(woo.log_in(woo.login, "x"), 403, "[jwt_auth] incorrect_password")
    assert refused(woo.log_in("", ""), 403, "[jwt_auth] empty_username")
    assert refused(woo.log_in(woo.login, ""), 403, "[jwt_auth] empty_password")


def test_jwt_ends_after_a_week(woo):
    assert woo.fetch("orders") == []
    woo.control("POST", "clock", offset_seconds=7 * 24 * 3600 - 60)
    assert woo.fetch("orders") == []
    woo.control("POST", "clock", offset_seconds=7 * 24 * 3600 + 60)
    assert refused(woo.call("GET", "orders"), 403, "jwt_auth_invalid_token")
    # a dead token is refused on routes that need none, too
    assert woo.call("GET", "site-details").status_code == 403


def test_jwt_may_be_missing_or_badly_set_up(woo):
    woo.options(jwt="bad_config")
    assert refused(woo.log_in(woo.login, woo.password), 403, "jwt_auth_bad_config")
    woo.options(jwt=False)
    assert refused(woo.log_in(woo.login, woo.password), 404, "rest_no_route")


def test_application_passwords(woo):
    vendor = woo.access["vendor"]
    word = vendor["application_password"]
    spaced = " ".join(word[n : n + 4] for n in range(0, len(word), 4))
    path = "/wp-json/wcfmmp/v1/orders"
    assert woo.raw("GET", path, auth=(woo.login, spaced)).json() == []
    own = woo.raw("GET", path, auth=(woo.login, woo.password))
    assert refused(own, 401, "incorrect_password")
    operator = woo.access["operator"]
    auth = (operator["login"], operator["application_password"])
    assert woo.ask("GET", "orders", auth).json() == []
    woo.options(application_passwords=False)
    assert refused(woo.raw("GET", path, auth=(woo.login, word)), 401, "rest_forbidden")


def test_a_server_that_loses_the_header(woo):
    woo.options(strip_authorization=True)
    assert refused(woo.ask("GET", "orders"), 401, CANNOT)
    query = {"consumer_key": woo.key[0], "consumer_secret": woo.key[1]}
    assert woo.raw("GET", "/wp-json/wc/v3/orders", params=query).status_code == 200


def test_a_firewall_refuses_verbs(woo):
    order = woo.order()
    woo.options(refuse_verbs=True)
    path = f"orders/{order['id']}"
    answer = woo.ask("PUT", path, json={"status": "completed"})
    assert answer.status_code == 501 and "<html" in answer.text
    body = {"json": {"status": "completed"}}
    assert woo.ask("POST", path, params={"_method": "PUT"}, **body).json()["status"] == "completed"
    note = woo.read(order)["notes"][0]["id"]
    headers = {"X-HTTP-Method-Override": "DELETE"}
    gone = woo.ask("POST", f"{path}/notes/{note}", headers=headers, params={"force": "true"})
    assert gone.json()["id"] == note


@pytest.mark.parametrize("status", [403, 429, 503])
def test_a_firewall_refuses_all(woo, status):
    woo.options(firewall=status)
    answer = woo.ask("GET", "orders")
    assert answer.status_code == status and answer.headers["Content-Type"].startswith("text/html")
    assert (answer.headers.get("Retry-After") is not None) == (status != 403)


def test_the_index_tells_what_is_there(woo):
    woo.options(timezone="Asia/Kolkata")
    index = woo.raw("GET", "/wp-json/").json()
    assert (index["gmt_offset"], index["timezone_string"]) == (5.5, "Asia/Kolkata")
    assert {"wc/v3", "wcfmmp/v1", "jwt-auth/v1"} <= set(index["namespaces"])
    woo.options(timezone="", gmt_offset=-3, rest_addon=False, jwt=False)
    index = woo.raw("GET", "/wp-json").json()
    assert (index["gmt_offset"], index["timezone_string"]) == (-3, "")
    assert not {"wcfmmp/v1", "jwt-auth/v1"} & set(index["namespaces"])
    assert refused(woo.raw("GET", "/wp-json/wcfmmp/v1/site-details"), 404, "rest_no_route")


def test_faults(woo):
    woo.fault("orders.list", "html", status=200)
    assert "<html" in woo.ask("GET", "orders").text
    woo.fault("orders.list", "quota", seconds=7)
    assert woo.ask("GET", "orders").headers["Retry-After"] == "7"
    woo.fault("token", "http500_before")
    assert woo.log_in(woo.login, woo.password).status_code == 500
    order = woo.order()
    woo.fault("notes.create", "reset_after")
    with pytest.raises(requests.ConnectionError):
        woo.post(f"orders/{order['id']}/notes", note="once", customer_note=True)
    assert [n["note"] for n in woo.read(order)["notes"] if n["by"] == "system"].count("once") == 1
    calls = woo.control("GET", "calls")["calls"]
    assert [c["executed"] for c in calls if c["operation"] == "notes.create"] == [True]
