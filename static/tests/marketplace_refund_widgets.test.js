import { expect, test } from "@odoo/hoot";
import { press, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { registry } from "@web/core/registry";
import { contains, defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

class Part extends models.Model {
    name = fields.Char();
    code = fields.Char();
    hint = fields.Char();
    changed = fields.Char();
    currency_id = fields.Many2one({ relation: "res.currency" });
    left = fields.Float();
    amount = fields.Float();
    decision = fields.Selection({ selection: [["ship", "Shipped"], ["refuse", "Refuse"]] });

    _records = [
        { id: 1, name: "Lamp", code: "REF-1", hint: "asked by Karim", changed: "left", left: 5, amount: 2 },
        { id: 2, name: "Brakes", left: 3, amount: 0 },
    ];
}

class Ask extends models.Model {
    part_ids = fields.One2many({ relation: "part" });
    totals = fields.Json();
    rows = fields.Json();
    days = fields.Integer();
    window = fields.Integer();

    _records = [
        {
            id: 1,
            part_ids: [1, 2],
            totals: [
                { label: "Gestures", style: "", values: { left: -12.5 } },
                { label: "Total", style: "strong", values: { left: 8, amount: 2.001 } },
                { label: "Shipping", style: "muted", values: { left: 0, amount: -0.001 } },
            ],
            rows: [
                { text: "Refund", note: "1 line", amount: "2.00 €", style: "strong" },
                { text: "<b>Lamp</b>", note: "", amount: "", style: "warning" },
            ],
            days: 150,
            window: 200,
        },
        { id: 2, part_ids: [], totals: false, rows: false, days: 1, window: 200 },
    ];
}

defineMailModels();
defineModels([Part, Ask]);

const LINES = /* xml */ `
    <form>
        <field name="part_ids" widget="marketplace_refund_lines" options="{'totals_field': 'totals'}">
            <list>
                <field name="currency_id" column_invisible="1"/>
                <field name="name" widget="marketplace_hinted" options="{'hint_field': 'hint', 'code_field': 'code'}"/>
                <field name="left" widget="marketplace_amount" options="{'changed_field': 'changed'}"/>
                <field name="amount" widget="marketplace_amount"/>
                <field name="decision" widget="marketplace_choice"/>
            </list>
        </field>
    </form>`;

test("rows of totals stand below their columns, whatever the lines add up to", async () => {
    await mountView({ type: "form", resModel: "ask", resId: 1, arch: LINES });
    expect("tfoot tr").toHaveCount(3);
    expect(queryAllTexts("tfoot tr:eq(0) td")).toEqual(["Gestures", "− 12.50", "", ""]);
    expect(queryAllTexts("tfoot tr:eq(1) td")).toEqual(["Total", "8.00", "2.00", ""]);
    // Less than a cent is nothing, and not red.
    expect(queryAllTexts("tfoot tr:eq(2) td")).toEqual(["Shipping", "–", "–", ""]);
    expect("tfoot td.text-danger").toHaveCount(1);
});

test("without totals there is no row, and no error", async () => {
    await mountView({ type: "form", resModel: "ask", resId: 2, arch: LINES });
    expect("tfoot tr").toHaveCount(0);
});

test("what changed meanwhile is marked, code and hint stand beside the name", async () => {
    await mountView({ type: "form", resModel: "ask", resId: 1, arch: LINES });
    expect(".o_mkt_changed").toHaveCount(1);
    expect(".o_data_row:eq(0) [name=left] .o_mkt_changed").toHaveText("5.00");
    expect(queryAllTexts(".o_mkt_hint")).toEqual(["REF-1 · asked by Karim"]);
});

test("arrow keys lead to other lines, a first letter decides", async () => {
    await mountView({ type: "form", resModel: "ask", resId: 1, arch: LINES });
    await contains(".o_data_row:eq(0) [data-value=ship]").focus();
    await press("r");
    await animationFrame();
    expect(".o_data_row:eq(0) [data-value=refuse]").toHaveClass("active");
    await press("ArrowDown");
    expect(".o_data_row:eq(1) [data-value=ship]").toBeFocused();
    await press(["Control", "s"]);
    await press("x");
    await animationFrame();
    expect(".o_data_row:eq(1) .active").toHaveCount(0);
    await press("S");
    await animationFrame();
    expect(".o_data_row:eq(1) [data-value=ship]").toHaveClass("active");
    await press("ArrowDown");
    expect(".o_data_row:eq(1) [data-value=ship]").toBeFocused();
});

test("rows of a panel are texts, never HTML", async () => {
    const arch = `<form><field name="rows" widget="marketplace_rows"/></form>`;
    await mountView({ type: "form", resModel: "ask", resId: 1, arch });
    expect(queryAllTexts(".o_mkt_row")[0]).toMatch(/Refund\s*1 line\s*2.00 €/);
    expect(".o_mkt_row:eq(1) .o_mkt_row_text").toHaveText("<b>Lamp</b>");
    expect(".o_mkt_row_warning .fa-exclamation-triangle").toHaveCount(1);
});

test("the bar shows the days that are gone, amber when few are left", async () => {
    const arch = `<form><field name="days" widget="marketplace_days_left" options="{'total_field': 'window'}"/></form>`;
    await mountView({ type: "form", resModel: "ask", resId: 1, arch });
    expect(".o_mkt_days").toHaveText(/150 days\s*left of 200/);
    expect(".o_mkt_days_bar span").toHaveAttribute("style", "width: 25%");
    expect(".o_mkt_days_short").toHaveCount(0);
});

test("one day is one day", async () => {
    const arch = `<form><field name="days" widget="marketplace_days_left" options="{'total_field': 'window'}"/></form>`;
    await mountView({ type: "form", resModel: "ask", resId: 2, arch });
    expect(".o_mkt_days_short strong").toHaveText("1 day");
});

test("a limit that nobody knows is no limit of 0 %", () => {
    const format = registry.category("formatters").get("marketplace_limit");
    expect(format(0)).toBe("–");
    expect(format(0.08)).toBe("8%");
});
