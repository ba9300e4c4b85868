import { describe, expect, test } from "@odoo/hoot";
import { queryOne } from "@odoo/hoot-dom";
import { animationFrame, runAllTimers } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    defineModels,
    fields,
    MockServer,
    mockService,
    models,
    mountView,
} from "@web/../tests/web_test_helpers";

class Ticket extends models.Model {
    _records = [{ id: 5 }, { id: 6 }];
}

class Case extends models.Model {
    ticket_id = fields.Many2one({ relation: "ticket" });
    answer_state = fields.Char();

    _records = [{ id: 1, ticket_id: 5, answer_state: "Queued" }];
}

defineMailModels();
defineModels([Ticket, Case]);
describe.current.tags("desktop");

test("the page of a case follows what comes for its ticket", async () => {
    let tell;
    mockService("bus_service", {
        subscribe(channel, callback) {
            if (channel === "marketplace_helpdesk/tickets") {
                tell = callback;
            }
        },
        unsubscribe() {},
    });
    await mountView({
        type: "form",
        resModel: "case",
        resId: 1,
        arch: `<form js_class="marketplace_case_form">
            <field name="ticket_id"/><field name="answer_state" readonly="1"/>
        </form>`,
    });
    const shown = () => queryOne("[name='answer_state']").textContent;
    MockServer.env["case"].write([1], { answer_state: "Seen" });
    tell({ ticket_ids: [6] });
    await runAllTimers();
    await animationFrame();
    expect(shown()).toBe("Queued");
    tell({ ticket_ids: [6, 5] });
    await runAllTimers();
    await animationFrame();
    expect(shown()).toBe("Seen");
});
