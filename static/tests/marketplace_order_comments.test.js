import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, mockDate, runAllTimers } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { browser } from "@web/core/browser/browser";
import {
    contains,
    defineModels,
    fields,
    MockServer,
    mockService,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

const BOX = {
    can_write: true,
    why_not: "",
    channel: "shop",
    account: "Web shop",
    can_show: true,
    why_not_visible: "",
    can_mail: true,
    why_not_mailed: "",
    effects: {
        "00": "Colleagues only.",
        10: "Customer, no mail.",
        "01": "Mail only.",
        11: "Customer and mail.",
    },
    next_at: "2026-11-22T08:50:00Z",
    next_text: "",
    waiting_count: 1,
    max_length: 0,
    templates: [{ id: 7, name: "Parcel left" }],
};

class Order extends models.Model {
    note = fields.Char();
    box = fields.Json();
    comment_ids = fields.One2many({ relation: "remark" });

    _records = [
        { id: 1, note: "a", box: BOX, comment_ids: [1, 2, 3, 4] },
        {
            id: 2,
            box: { ...BOX, can_write: false, why_not: "Salespeople write comments." },
            comment_ids: [],
        },
        {
            id: 3,
            box: {
                ...BOX,
                max_length: 10,
                can_show: false,
                why_not_visible: "No shop number.",
                waiting_count: 0,
            },
            comment_ids: [],
        },
        {
            id: 4,
            box: { ...BOX, next_text: "Web shop is disabled: comments wait.", templates: [] },
            comment_ids: [],
        },
        {
            id: 5,
            box: { ...BOX, effects: { "00": "Colleagues only.", 11: "Shown, and always mailed." } },
            comment_ids: [],
        },
    ];
}

class Remark extends models.Model {
    text = fields.Text();
    date = fields.Datetime();
    direction = fields.Selection({ selection: [["out", "Out"], ["in", "In"]] });
    channel = fields.Selection({ selection: [["shop", "Shop"], ["odoo", "Odoo"]] });
    author_name = fields.Char();
    is_visible = fields.Boolean();
    is_mailed = fields.Boolean();
    state = fields.Selection({
        selection: [["waiting", "Waiting"], ["sent", "Sent"], ["refused", "Refused"], ["received", "Received"]],
    });
    reason = fields.Char();
    code = fields.Char();
    due_at = fields.Datetime();
    sent_at = fields.Datetime();
    todo_state = fields.Selection({ selection: [["open", "Open"], ["done", "Done"]] });
    todo_user_id = fields.Many2one({ relation: "res.users" });

    _records = [
        {
            id: 1, text: "Building B <b>", direction: "out", channel: "shop", state: "waiting",
            due_at: "2026-11-22 08:50:00",
        },
        {
            id: 2, text: "Tomorrow.", direction: "out", channel: "shop", state: "refused",
            is_visible: true, is_mailed: true, reason: "The shop does not know it.", code: "3002",
        },
        {
            id: 3, text: "Packed.", direction: "in", channel: "odoo", author_name: "OpenSi",
            state: "received", is_visible: true,
        },
        {
            id: 4, text: "Call them.", direction: "out", channel: "shop", state: "sent",
            date: "2026-11-20 08:00:00", sent_at: "2026-11-21 08:00:00", todo_state: "open", todo_user_id: 7,
        },
    ];
}

defineMailModels();
defineModels([Order, Remark]);
beforeEach(() => {
    mockDate("2026-11-22 08:42:00", 1);
    browser.sessionStorage.clear();
});

const FORM = /* xml */ `
    <form>
        <widget name="marketplace_comment_live"/>
        <field name="note"/>
        <field name="box" widget="marketplace_comment_box"/>
        <field name="comment_ids" readonly="1">
            <list>
                <field name="direction" widget="marketplace_comment_direction"/>
                <field name="text" widget="marketplace_comment_text"/>
                <field name="is_visible" widget="marketplace_comment_flag"/>
                <field name="is_mailed" widget="marketplace_comment_flag"/>
                <field name="state" widget="marketplace_comment_state"/>
            </list>
        </field>
    </form>`;

function mountOrder(resId) {
    return mountView({ type: "form", resModel: "order", resId, arch: FORM });
}

/** What marketplace_add_comment gets, call by call. */
function watchAdded() {
    const added = [];
    onRpc("sale.order", "marketplace_add_comment", ({ args }) => {
        added.push(args);
        return 5;
    });
    return added;
}

describe("the box", () => {
    test("two independent switches, and a sentence for each combination", async () => {
        await mountOrder(1);
        expect(".o_mkt_comment_effect").toHaveText("Colleagues only.");
        await contains("input[name=is_visible]").click();
        expect(".o_mkt_comment_effect").toHaveText("Customer, no mail.");
        await contains("input[name=is_mailed]").click();
        expect(".o_mkt_comment_effect").toHaveText("Customer and mail.");
        await contains("input[name=is_visible]").click();
        expect(".o_mkt_comment_effect").toHaveText("Mail only.");
    });

    test("a shop that mails whatever it shows: both switches move together", async () => {
        const added = watchAdded();
        await mountOrder(5);
        expect(".o_mkt_comment_effect").toHaveText("Colleagues only.");
        await contains("input[name=is_mailed]").click();
        expect("input[name=is_visible]").toBeChecked();
        expect(".o_mkt_comment_effect").toHaveText("Shown, and always mailed.");
        await contains("input[name=is_visible]").click();
        expect("input[name=is_mailed]").not.toBeChecked();
        expect(".o_mkt_comment_effect").toHaveText("Colleagues only.");
        await contains("input[name=is_visible]").click();
        expect("input[name=is_mailed]").toBeChecked();
        await contains(".o_mkt_comment_box textarea").edit("Ready", { confirm: false });
        await contains("button[name=add_comment]").click();
        await animationFrame();
        const [[, { is_visible: isVisible, is_mailed: isMailed }]] = added;
        expect([isVisible, isMailed]).toEqual([true, true]);
    });

    test("a template's switches become such as the shop knows", async () => {
        onRpc("sale.order", "marketplace_fill_template", () => ({
            text: "Your parcel left.",
            is_visible: true,
            is_mailed: false,
        }));
        await mountOrder(5);
        await contains(".o_mkt_comment_templates").click();
        await contains(".o-dropdown-item:contains(Parcel left)").click();
        await animationFrame();
        expect("input[name=is_mailed]").toBeChecked();
        expect(".o_mkt_comment_effect").toHaveText("Shown, and always mailed.");
    });

    test("Ctrl+Enter adds once, saves the order first, and empties the box", async () => {
        const added = watchAdded();
        onRpc("order", "web_save", () => {
            expect.step("saved");
        });
        await mountOrder(1);
        expect("button[name=add_comment]").not.toBeEnabled();
        await contains("[name=note] input").edit("b");
        await contains("input[name=is_visible]").click();
        await contains(".o_mkt_comment_box textarea").edit("Line one", { confirm: false });
        expect(".o_mkt_comment_count").toHaveText("8 characters");
        await press(["Control", "Enter"]);
        await press(["Control", "Enter"]);
        await animationFrame();
        await animationFrame();
        expect.verifySteps(["saved"]);
        expect(added).toEqual([
            [
                [1],
                {
                    text: "Line one",
                    is_visible: true,
                    is_mailed: false,
                    todo_user_id: false,
                    message_id: false,
                },
            ],
        ]);
        expect(".o_mkt_comment_box textarea").toHaveValue("");
        expect("input[name=is_visible]").not.toBeChecked();
    });

    test("a refusal of the server leaves the text where it is", async () => {
        expect.errors(1);
        onRpc("sale.order", "marketplace_add_comment", () => {
            throw new Error("no");
        });
        await mountOrder(1);
        await contains(".o_mkt_comment_box textarea").edit("Keep me", { confirm: false });
        await contains("button[name=add_comment]").click();
        await animationFrame();
        expect(".o_mkt_comment_box textarea").toHaveValue("Keep me");
        expect("button[name=add_comment]").toBeEnabled();
        expect.verifyErrors(["no"]);
    });

    test("a draft survives that the record is read again, and stays with its order", async () => {
        await mountView({
            type: "form",
            resModel: "order",
            resId: 1,
            resIds: [1, 3],
            arch: FORM,
        });
        await contains(".o_mkt_comment_box textarea").edit("Half a sen", { confirm: false });
        await contains(".o_pager_next").click();
        expect(".o_mkt_comment_box textarea").toHaveValue("");
        await contains(".o_pager_previous").click();
        expect(".o_mkt_comment_box textarea").toHaveValue("Half a sen");
    });

    test("who may not write reads why", async () => {
        await mountOrder(2);
        expect(".o_mkt_comment_why").toHaveText("Salespeople write comments.");
        expect(".o_mkt_comment_box textarea").toHaveCount(0);
    });

    test("too long, or not to be shown: said before adding", async () => {
        const added = watchAdded();
        await mountOrder(3);
        expect("input[name=is_visible]").not.toBeEnabled();
        expect(".o_mkt_comment_box").toHaveText(/No shop number\./);
        await contains(".o_mkt_comment_box textarea").edit("Eleven char", { confirm: false });
        expect(".o_mkt_comment_count").toHaveText("11 of 10 characters");
        expect("button[name=add_comment]").not.toBeEnabled();
        await press(["Control", "Enter"]);
        await animationFrame();
        expect(added).toEqual([]);
    });

    test("the next push, sending now, and what holds it up", async () => {
        onRpc("sale.order", "action_marketplace_send_comments", ({ args }) => {
            expect.step(args[0]);
            return false;
        });
        await mountOrder(1);
        expect(".o_mkt_comment_next").toHaveText(/next push to the shop at 9:50 AM\s*·\s*send now/);
        await contains("button[name=send_now]").click();
        await animationFrame();
        expect.verifySteps([[1]]);
    });

    test("the time of the push passes while somebody looks", async () => {
        await mountOrder(1);
        await advanceTime(9 * 60 * 1000);
        await animationFrame();
        expect(".o_mkt_comment_next").toHaveText("next push to the shop: any moment now");
        expect(queryAllTexts("td[name=state]")[0]).toBe("Waiting");
    });

    test("an account that is off says so, and has nothing to send now", async () => {
        await mountOrder(4);
        expect(".o_mkt_comment_next").toHaveText("Web shop is disabled: comments wait.");
        expect("button[name=send_now]").toHaveCount(0);
        expect(".o_mkt_comment_templates").toHaveCount(0);
    });

    test("a template fills text and switches, below what was written", async () => {
        onRpc("sale.order", "marketplace_fill_template", ({ args }) => {
            expect.step(args);
            return { text: "Your parcel left.", is_visible: true, is_mailed: false };
        });
        await mountOrder(1);
        await contains(".o_mkt_comment_box textarea").edit("Hello", { confirm: false });
        await contains(".o_mkt_comment_templates").click();
        await contains(".o-dropdown-item:contains(Parcel left)").click();
        expect(".o_mkt_comment_box textarea").toHaveValue("Hello\nYour parcel left.");
        expect("input[name=is_visible]").toBeChecked();
        expect.verifySteps([[[1], 7]]);
    });
});

describe("the list", () => {
    test("says where it goes, who reads it, how far it came", async () => {
        await mountOrder(1);
        expect(queryAllTexts("td[name=direction]")).toEqual([
            "To the shop",
            "To the shop",
            "From OpenSi",
            "To the shop",
        ]);
        const states = queryAllTexts("td[name=state]");
        expect(states[0]).toBe("Waiting, 9:50 AM");
        expect(states[1]).toBe("Refused");
        expect(states[2]).toBe("Received");
        expect(states[3]).toMatch(/Sent Nov 21, 9:00 AM\s*To do: Mitchell Admin/);
    });

    test("internal ones are marked, refused ones say why, text is never HTML", async () => {
        await mountOrder(1);
        const texts = queryAllTexts("td[name=text]");
        expect(texts[0]).toMatch(/^Building B <b>\s*internal$/);
        expect(texts[1]).toMatch(/^Tomorrow\.\s*The shop does not know it\.\s*code 3002$/);
        expect(".o_mkt_comment_internal").toHaveCount(2);
        expect(".o_mkt_comment_reason").toHaveCount(1);
        expect("td[name=is_visible] [title='Visible to the customer']").toHaveCount(2);
        expect("td[name=is_mailed] [title='No e-mail']").toHaveCount(3);
    });
});

describe("what moves on", () => {
    let listener;

    beforeEach(() => {
        mockService("bus_service", {
            subscribe(channel, callback) {
                if (channel === "marketplace_helpdesk/order_comments") {
                    listener = callback;
                }
            },
        });
    });

    /** The job sent comment 1 meanwhile, and tells so. */
    async function tell(orderIds) {
        MockServer.env["remark"].write([1], { state: "sent", sent_at: "2026-11-22 08:43:00" });
        listener({ order_ids: orderIds });
        await runAllTimers();
        await animationFrame();
    }

    test("shows without a reload, and what was begun stays", async () => {
        await mountOrder(1);
        await contains(".o_mkt_comment_box textarea").edit("Half a sen", { confirm: false });
        await tell([1]);
        expect(queryAllTexts("td[name=state]")[0]).toMatch(/^Sent/);
        expect(".o_mkt_comment_box textarea").toHaveValue("Half a sen");
    });

    test("of other orders changes nothing here, and unsaved edits stay", async () => {
        await mountOrder(1);
        await tell([2]);
        expect(queryAllTexts("td[name=state]")[0]).toMatch(/^Waiting/);
        await contains("[name=note] input").edit("unsaved");
        await tell([1]);
        expect("[name=note] input").toHaveValue("unsaved");
    });
});
