import { describe, expect, test } from "@odoo/hoot";
import { click, edit, queryOne } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class Stage extends models.Model {
    name = fields.Char();

    _records = [
        { id: 1, name: "New" },
        { id: 2, name: "Done" },
    ];
}

class Ticket extends models.Model {
    name = fields.Char();
    stage_id = fields.Many2one({ relation: "stage" });
    marketplace_seen = fields.Char();

    _records = [
        { id: 1, name: "Shop", stage_id: 1, marketplace_seen: "7/" },
        { id: 2, name: "Own", stage_id: 1 },
    ];
}

defineMailModels();
defineModels([Stage, Ticket]);
describe.current.tags("desktop");

const getName = () => queryOne("[name='name'] input").value;
const getStage = () => queryOne(".o_arrow_button_current").textContent;

/** A page whose stage was moved and whose saving fails. */
async function refuse(resId, name) {
    mockService("bus_service", { subscribe() {}, unsubscribe() {} });
    onRpc("ticket", "web_save", ({ args }) => {
        expect.step(Object.keys(args[1]).sort().join());
        throw new Error("refused");
    });
    await mountView({
        type: "form",
        resModel: "ticket",
        resId,
        arch: `<form js_class="marketplace_ticket_form">
            <header><field name="stage_id" widget="statusbar" options="{'clickable': '1'}"/></header>
            <field name="name"/><field name="marketplace_seen" invisible="1"/>
        </form>`,
    });
    if (name) {
        await click("[name='name'] input");
        await edit(name);
        await animationFrame();
    }
    await contains(".o_arrow_button:not(.o_arrow_button_current)").click();
    await animationFrame();
}

test("a stage that is refused is not left on the page", async () => {
    expect.errors(1);
    await refuse(1);
    expect.verifySteps(["marketplace_seen,stage_id"]);
    expect.verifyErrors(["refused"]);
    expect(getStage()).toBe("New");
});

test("what was typed in a ticket without a case stays when it cannot be saved", async () => {
    expect.errors(1);
    await refuse(2, "Typed");
    expect.verifySteps(["name,stage_id"]);
    expect.verifyErrors(["refused"]);
    expect(getName()).toBe("Typed");
});

test("what was typed in a ticket with a case stays too", async () => {
    expect.errors(1);
    await refuse(1, "Typed");
    expect.verifySteps(["marketplace_seen,name,stage_id"]);
    expect.verifyErrors(["refused"]);
    expect(getName()).toBe("Typed");
});
