"""M10 to M14 and OR43."""

import base64

import pytest
from mirakl_world import refused

FREE = {"type": "FREE_TEXT", "value": "Ihre Bestellung"}
CUSTOMER = [{"type": "CUSTOMER"}]


@pytest.fixture
def order(mirakl):
    return mirakl.order()


@pytest.fixture
def thread(mirakl, order):
    return mirakl.thread(order_number=order["number"], text="Wo bleibt sie?")


def answer(mirakl, thread, body="Sie kommt morgen.", to=CUSTOMER, **more):
    path = f"/inbox/threads/{thread['id']}/message"
    return mirakl.write(path, "message_input", {"body": body, "to": to}, **more)


def open_thread(mirakl, order, files=(), typed=True, **more):
    value = {"body": "Guten Tag", "to": ["CUSTOMER"], "topic": FREE, **more}
    path = f"/orders/{order['number']}/threads"
    return mirakl.write(path, "thread_input", value, files, typed)


def test_a_thread(mirakl, order, thread):
    value = mirakl.get(f"/inbox/threads/{thread['id']}")
    assert value["entities"] == [
        {"type": "MMP_ORDER", "id": order["number"], "label": order["number"]}
    ]
    kinds = [p["type"] for p in value["authorized_participants"]]
    assert kinds == ["CUSTOMER", "SHOP", "OPERATOR"]
    assert "id" not in value["authorized_participants"][2]
    assert [p["type"] for p in value["current_participants"]] == ["CUSTOMER", "SHOP"]
    (message,) = value["messages"]
    assert message["from"]["type"] == "CUSTOMER_USER"
    assert "organization_details" not in message["from"] and "attachments" not in message
    assert [to["type"] for to in message["to"]] == ["SHOP"]
    assert value["metadata"]["shop_reply_needed_since"] == message["date_created"]


def test_an_answer(mirakl, thread):
    sent = answer(mirakl, thread, "<p>Hallo</p>", CUSTOMER + [{"type": "OPERATOR"}])
    assert sent.status_code == 201 and sent.json()["thread_id"] == thread["id"]
    value = mirakl.get(f"/inbox/threads/{thread['id']}")
    message = value["messages"][1]
    assert message["id"] == sent.json()["message_id"] and message["body"] == "<p>Hallo</p>"
    assert message["from"]["type"] == "SHOP_USER"
    assert message["from"]["organization_details"]["type"] == "SHOP"
    assert value["metadata"]["shop_reply_needed_since"] is None
    assert value["metadata"]["total_count"] == 2
    assert value["metadata"]["last_sender"] == "SHOP_USER"


def test_what_awaits_an_answer(mirakl, thread):
    def since():
        return mirakl.control("GET", f"threads/{thread['id']}")["metadata"][
            "shop_reply_needed_since"
        ]

    path = f"threads/{thread['id']}"
    first = since()
    mirakl.control("POST", "clock", offset_seconds=60)
    mirakl.control("POST", f"{path}/messages", sender="operator", text="Bitte antworten.")
    assert since() == first
    mirakl.control("POST", f"{path}/messages", text="Hallo?")
    assert since() > first
    mirakl.control("POST", f"{path}/no_reply_needed", by="OPERATOR")
    assert since() > first
    (mark,) = mirakl.get(f"/inbox/threads/{thread['id']}")["no_store_reply_needed"]
    assert mark["user_type"] == "OPERATOR"
    mirakl.options(no_reply_clears=True, reply_needed_for="ALL", reply_needed_moves=False)
    mirakl.control("POST", f"{path}/no_reply_needed", by="SHOP")
    assert since() is None
    mirakl.control("POST", f"{path}/messages", sender="operator", text="Doch.")
    second = since()
    mirakl.control("POST", "clock", offset_seconds=120)
    mirakl.control("POST", f"{path}/messages", text="Ja?")
    assert second and since() == second


def test_the_list(mirakl, order):
    ids = [
        mirakl.thread(order_number=order["number"], at=f"2026-01-0{day}T00:00:00Z", text="Frage")[
            "id"
        ]
        for day in range(1, 6)
    ]
    operator = mirakl.thread(text="Willkommen", at="2025-12-31")["id"]
    value = mirakl.get("/inbox/threads")
    assert [t["id"] for t in value["data"]] == [*ids[::-1], operator]
    assert "messages" not in value["data"][0] and "no_store_reply_needed" not in value["data"][0]
    assert "next_page_token" not in value and "previous_page_token" not in value
    value = mirakl.get("/inbox/threads", with_messages="true", updated_since="2026-01-04T00:00:00Z")
    assert [t["id"] for t in value["data"]] == ids[:2:-1]
    assert value["data"][0]["messages"][0]["body"] == "Frage"
    value = mirakl.get("/inbox/threads", entity_type="SELLER_OPERATOR")
    assert [t["id"] for t in value["data"]] == [operator]
    found = mirakl.get("/inbox/threads", entity_type="MMP_ORDER", entity_id=order["number"])
    assert len(found["data"]) == 5
    assert refused(mirakl.ask("GET", "/inbox/threads?entity_id=x"), 400, "entity_type")


def test_tokens(mirakl, order):
    ids = [mirakl.thread(at=f"2026-01-0{day}", text="Hallo")["id"] for day in range(1, 6)][::-1]
    first = mirakl.get("/inbox/threads", limit=2, with_messages="true")
    assert "previous_page_token" not in first
    second = mirakl.get("/inbox/threads", page_token=first["next_page_token"], limit=50)
    assert [t["id"] for t in second["data"]] == ids[2:4] and "messages" in second["data"][0]
    third = mirakl.get("/inbox/threads", page_token=second["next_page_token"])
    assert [t["id"] for t in third["data"]] == ids[4:] and "next_page_token" not in third
    back = mirakl.get("/inbox/threads", page_token=third["previous_page_token"])
    assert [t["id"] for t in back["data"]] == ids[2:4]
    assert refused(mirakl.ask("GET", "/inbox/threads?page_token=Zm9v"), 400, "token")
    assert refused(mirakl.ask("GET", "/inbox/threads?limit=101"), 400, "limit")


def test_only_the_last_hundred(mirakl, thread):
    for number in range(104):
        mirakl.control("POST", f"threads/{thread['id']}/messages", text=f"Nr. {number}")
    (value,) = mirakl.get("/inbox/threads", with_messages="true")["data"]
    assert len(value["messages"]) == 100 and value["metadata"]["total_count"] == 105
    assert value["messages"][-1]["body"] == "Nr. 103"
    assert len(mirakl.get(f"/inbox/threads/{thread['id']}")["messages"]) == 105


def test_files(mirakl, thread):
    sent = answer(mirakl, thread, files=[("Rechnung ä.pdf", b"%PDF-1"), ("b.pdf", b"%PDF-22")])
    assert sent.status_code == 201
    message = mirakl.get(f"/inbox/threads/{thread['id']}")["messages"][1]
    assert [(a["name"], a["size"]) for a in message["attachments"]] == [
        ("Rechnung ä.pdf", 6),
        ("b.pdf", 7),
    ]
    for tail in ("download", "download/"):
        file = mirakl.ask("GET", f"/inbox/threads/{message['attachments'][1]['id']}/{tail}")
        assert file.content == b"%PDF-22"
        assert file.headers["Content-Type"] == "application/octet-stream"
    content = base64.b64encode(b"photo").decode()
    mirakl.control(
        "POST",
        f"threads/{thread['id']}/messages",
        text="Bild",
        files=[{"name": "x.jpg", "content": content}],
    )
    last = mirakl.get(f"/inbox/threads/{thread['id']}")["messages"][-1]
    file = mirakl.ask("GET", f"/inbox/threads/{last['attachments'][0]['id']}/download")
    assert file.content == b"photo"
    assert refused(mirakl.ask("GET", "/inbox/threads/nothing/download"), 404)


def test_limits(mirakl, order, thread):
    assert refused(answer(mirakl, thread, "ab"), 400, "length")
    assert refused(answer(mirakl, thread, "x" * 50_001), 400, "length")
    assert answer(mirakl, thread, "x" * 50_000).status_code == 201
    files = [(f"{n}.pdf", b"x") for n in range(25)]
    assert answer(mirakl, thread, files=files).status_code == 201
    assert open_thread(mirakl, order, files).status_code == 201
    assert refused(answer(mirakl, thread, files=files[:1]), 400, "50 attachments")
    big = [("big.pdf", b"x" * (30 * 1024 * 1024))]
    other = mirakl.thread(order_number=mirakl.order()["number"], text="Hallo")
    assert refused(answer(mirakl, other, files=big), 400, "30 MB")


def test_recipients(mirakl, order, thread):
    assert refused(answer(mirakl, thread, to=["CUSTOMER"]), 400, "'to'")
    assert refused(answer(mirakl, thread, to=[]), 400, "'to'")
    assert refused(open_thread(mirakl, order, to=CUSTOMER), 400, "'to'")
    operator = mirakl.thread(text="Guten Tag", participants=["SHOP", "OPERATOR"])
    assert refused(answer(mirakl, operator), 400, "authorized")
    assert answer(mirakl, operator, to=[{"type": "OPERATOR", "id": "1"}]).status_code == 201


def test_topics(mirakl, order, thread):
    assert refused(open_thread(mirakl, order, topic=None), 400, "topic")
    reason = {"type": "REASON_CODE", "value": "26"}
    sent = open_thread(mirakl, order, topic=reason, to=["CUSTOMER", "OPERATOR"]).json()
    value = mirakl.get(f"/inbox/threads/{sent['thread_id']}")
    assert value["topic"] == reason
    assert [p["type"] for p in value["messages"][0]["to"]] == ["CUSTOMER", "OPERATOR"]
    wrong = {"type": "REASON_CODE", "value": "17"}
    assert refused(open_thread(mirakl, order, topic=wrong), 400, "17")
    path = f"/inbox/threads/{thread['id']}/message"
    change = {"body": "Neu", "to": CUSTOMER, "topic": {"type": "FREE_TEXT", "value": "Anders"}}
    assert mirakl.write(path, "message_input", change).status_code == 201
    assert mirakl.get(f"/inbox/threads/{thread['id']}")["topic"]["value"] == "Anders"


def test_a_thread_with_the_operator(mirakl):
    value = {"body": "Eine Frage", "entity": {"type": "SELLER_OPERATOR"}, "topic": FREE}
    sent = mirakl.write("/inbox/threads", "thread_input", value)
    assert sent.status_code == 201
    (thread,) = mirakl.get("/inbox/threads", entity_type="SELLER_OPERATOR")["data"]
    assert thread["id"] == sent.json()["thread_id"]
    value["entity"] = {"type": "MMP_ORDER"}
    assert refused(mirakl.write("/inbox/threads", "thread_input", value), 400, "entity")


def test_what_parts_are_taken(mirakl, order, thread):
    path = f"/inbox/threads/{thread['id']}/message"
    plain = {"body": "Guten Tag", "to": CUSTOMER}
    assert refused(mirakl.ask("POST", path, json={"message_input": plain}), 415)
    assert open_thread(mirakl, order, typed=False).status_code == 201
    odd = [
        (
            "message_input",
            ("blob", '{"body": "Hallo", "to": [{"type": "CUSTOMER"}]}', "text/plain"),
        ),
        ("files[]", ("a.pdf", b"x")),
        ("anything", ("b.pdf", b"y")),
    ]
    assert mirakl.ask("POST", path, files=odd).status_code == 201
    assert len(mirakl.state()["threads"][0]["messages"][-1]["attachments"]) == 2
    mirakl.options(strict_parts=True)
    assert refused(open_thread(mirakl, order, typed=False), 415, "application/json")
    assert open_thread(mirakl, order, [("a.pdf", b"x")]).status_code == 201
    odd[0] = ("message_input", (None, odd[0][1][1], "application/json"))
    assert refused(mirakl.ask("POST", path, files=odd), 400, "files[]")
    assert refused(mirakl.ask("POST", path, files={"files": b"x"}), 400, "message_input")
