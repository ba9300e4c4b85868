import { expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

class Account extends models.Model {
    hours = fields.Integer();
    policy = fields.Selection({ selection: [["as_addressed", "Whoever"], ["customer", "Customer"]] });
    defaults = fields.Json();
    sources = fields.Json();
    interval = fields.Integer();
    limit = fields.Float();

    _records = [
        {
            id: 1,
            hours: 12,
            policy: "customer",
            defaults: { hours: 24, policy: "as_addressed" },
            sources: {
                hours: { text: "Terms: within 24 hours", url: "https://sell.example/terms" },
                policy: { text: "Terms: customer only", url: "javascript:alert(1)" },
            },
            interval: 0,
            limit: 0,
        },
        { id: 2, hours: 24, policy: false, defaults: {}, sources: {}, interval: 15, limit: 4.5 },
    ];
}

defineMailModels();
defineModels([Account]);

const FORM = /* xml */ `
    <form>
        <field name="hours"/>
        <field name="policy"/>
        <div class="of_hours">
            <field name="defaults" widget="marketplace_rule_default" options="{'rule': 'hours'}"/>
            <field name="sources" widget="marketplace_rule_source" options="{'rule': 'hours'}"/>
        </div>
        <div class="of_policy">
            <field name="defaults" widget="marketplace_rule_default" options="{'rule': 'policy'}"/>
            <field name="sources" widget="marketplace_rule_source" options="{'rule': 'policy'}"/>
        </div>
    </form>`;

test("a changed rule shows what is asked and where, and goes back to it", async () => {
    await mountView({ type: "form", resModel: "account", resId: 1, arch: FORM });
    expect(".of_hours .o_mkt_rule_default").toHaveText(/default\s*24\s*changed/);
    expect(".of_hours a").toHaveAttribute("href", "https://sell.example/terms");
    await contains(".of_hours button").click();
    expect("[name=hours] input").toHaveValue("24");
    expect(".of_hours .badge").toHaveCount(0);
});

test("a choice is shown by its label, an address that is none as text", async () => {
    await mountView({ type: "form", resModel: "account", resId: 1, arch: FORM });
    expect(".of_policy .o_mkt_rule_default").toHaveText(/default\s*Whoever\s*changed/);
    expect(".of_policy a").toHaveCount(0);
    expect(".of_policy .o_mkt_rule_source").toHaveText("Terms: customer only");
});

test("a rule that the marketplace does not have shows neither", async () => {
    await mountView({ type: "form", resModel: "account", resId: 2, arch: FORM });
    expect(".o_mkt_rule_default").toHaveCount(0);
    expect(".o_mkt_rule_source").toHaveCount(0);
});

test("zero is the pace of the account, and no limit", async () => {
    const arch = /* xml */ `
        <list>
            <field name="interval" widget="marketplace_interval"/>
            <field name="limit" widget="marketplace_threshold"/>
        </list>`;
    await mountView({ type: "list", resModel: "account", arch });
    expect(queryAllTexts(".o_data_cell")).toEqual(["account's", "–", "15", "4.50"]);
});
