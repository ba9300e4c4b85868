import { expect, test } from "@odoo/hoot";
import { queryAllValues } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    defineParams,
    fields,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { localization } from "@web/core/l10n/localization";
import { parseAmount, parseUnits } from "@marketplace_helpdesk/fields/typed_numbers";

class Piece extends models.Model {
    units = fields.Integer();
    goods = fields.Float();
    left = fields.Float();

    _records = [
        { id: 1, units: 2, goods: 0, left: 20 },
        { id: 2, units: 0, goods: 0, left: 20 },
    ];
}

class Refund extends models.Model {
    kind = fields.Selection({ selection: [["units", "Units"], ["amount", "Amount"], ["gesture", "Gesture"]] });
    piece_ids = fields.One2many({ relation: "piece", onChange: () => {} });
    gesture = fields.Float();

    _records = [{ id: 1, kind: "units", piece_ids: [1, 2], gesture: 0 }];
}

defineMailModels();
defineModels([Piece, Refund]);

const ARCH = /* xml */ `
    <form>
        <field name="kind" widget="marketplace_choice"/>
        <field name="gesture" widget="marketplace_money" invisible="kind != 'gesture'"/>
        <field name="piece_ids">
            <list>
                <field name="left" column_invisible="1"/>
                <field name="units" widget="marketplace_number" options="{'maximum_field': 'left'}" column_invisible="parent.kind != 'units'"/>
                <field name="goods" widget="marketplace_number" options="{'maximum_field': 'left'}" column_invisible="parent.kind != 'amount'"/>
            </list>
        </field>
        <button name="ask" type="object" string="Ask"/>
    </form>`;

const FRENCH = { decimalPoint: ",", thousandsSep: "\u00a0" };
const GERMAN = { decimalPoint: ",", thousandsSep: "." };
const ENGLISH = { decimalPoint: ".", thousandsSep: "," };

/** What became of each text: its number, or "invalid". */
function read(parse, texts) {
    return texts.map((text) => {
        try {
            return parse(text);
        } catch {
            return "invalid";
        }
    });
}

async function mountRefund(language) {
    const { decimalPoint: decimal_point, thousandsSep: thousands_sep } = language;
    defineParams({ lang_parameters: { decimal_point, thousands_sep } });
    onRpc("web_save", ({ args }) => expect.step(JSON.stringify(args[1].piece_ids ?? args[1])));
    onRpc("ask", () => {
        expect.step("asked");
        return false;
    });
    await mountView({ type: "form", resModel: "refund", resId: 1, arch: ARCH });
}

test("units are whole in every language", () => {
    for (const language of [FRENCH, GERMAN, ENGLISH]) {
        patchWithCleanup(localization, language);
        expect(read(parseUnits, ["", " 3 ", "20"])).toEqual([0, 3, 20]);
        const wrong = ["1,5", "1.5", "1,0", "10+2", "=10", "+=2", "-1", "1e3", "1 5", "x", "9999999999"];
        expect(read(parseUnits, wrong)).toEqual(wrong.map(() => "invalid"));
    }
});

test("amounts in French", () => {
    patchWithCleanup(localization, FRENCH);
    const right = ["", "12", "12,5", "12,50", "12.50", "1 234,50", "1\u202f234\u00a0567,8", "0,01"];
    expect(read(parseAmount, right)).toEqual([0, 12, 12.5, 12.5, 12.5, 1234.5, 1234567.8, 0.01]);
    const wrong = ["1.234,5", "1,234.5", "0,001", "1.234", "1,234", "10+2", "=10", "-5", "5,", "1 2", "1e3"];
    expect(read(parseAmount, wrong)).toEqual(wrong.map(() => "invalid"));
});

test("amounts in English and in German", () => {
    patchWithCleanup(localization, ENGLISH);
    const right = ["12.50", "12,50", "1,234", "1,234.5", "1,234,567.89"];
    expect(read(parseAmount, right)).toEqual([12.5, 12.5, 1234, 1234.5, 1234567.89]);
    const wrong = ["0,001", "1.234", "1,2345", "1,234,5", "1.234,5", "12,34.5", "10+2"];
    expect(read(parseAmount, wrong)).toEqual(wrong.map(() => "invalid"));
    patchWithCleanup(localization, GERMAN);
    expect(read(parseAmount, ["1.234,5", "1.234", "12.50", "1,234.5", "1.234.5"])).toEqual([
        1234.5, 1234, 12.5, "invalid", "invalid",
    ]);
});

test("an amount has no more decimals than its currency", () => {
    patchWithCleanup(localization, FRENCH);
    const readWith = (texts, decimals) => read((text) => parseAmount(text, decimals), texts);
    expect(readWith(["1 500", "1500", "1,5", "1.50"], 0)).toEqual([1500, 1500, "invalid", "invalid"]);
    expect(readWith(["0,001", "0,0001"], 3)).toEqual([0.001, "invalid"]);
});

for (const [name, language] of Object.entries({ FRENCH, ENGLISH })) {
    test(`half a unit stays as typed and asks for nothing: ${name}`, async () => {
        await mountRefund(language);
        await contains(".o_data_row:eq(0) [name=units] input").edit("1,5", { confirm: "tab" });
        expect(".o_data_row:eq(0) .o_field_widget[name=units]").toHaveClass("o_field_invalid");
        // Another line that is right does not make up for it.
        await contains(".o_data_row:eq(1) [name=units] input").edit("3", { confirm: "tab" });
        expect(queryAllValues(".o_data_row input")).toEqual(["1,5", "3"]);
        expect(".o_mkt_number[aria-invalid=true]").toHaveCount(1);
        await contains("button[name=ask]").click();
        expect(".o_notification").toHaveText(/Missing required fields/);
        expect.verifySteps([]);
        await contains(".o_data_row:eq(0) [name=units] input").edit("1", { confirm: "tab" });
        expect(".o_mkt_number[aria-invalid]").toHaveCount(0);
        await contains("button[name=ask]").click();
        expect.verifySteps(['[[1,2,{"units":3}],[1,1,{"units":1}]]', "asked"]);
    });
}

test("what is still being typed is looked at by the button", async () => {
    await mountRefund(FRENCH);
    await contains(".o_data_row:eq(0) [name=units] input").edit("1.5", { confirm: false });
    await contains("button[name=ask]").click();
    expect(".o_mkt_number[aria-invalid=true]").toHaveValue("1.5");
    expect.verifySteps([]);
});

test("amounts of lines stay as typed, right ones are written out", async () => {
    await mountRefund(FRENCH);
    await contains("[data-value=amount]").click();
    const input = ".o_data_row:eq(0) [name=goods] input";
    for (const wrong of ["1.234,5", "0,001", "10+2"]) {
        await contains(input).edit(wrong, { confirm: "tab" });
        expect(input).toHaveValue(wrong);
        expect(input).toHaveAttribute("aria-invalid", "true");
    }
    await contains(input).edit("12.5", { confirm: "tab" });
    expect(input).toHaveValue("12,50");
    expect(input).not.toHaveAttribute("aria-invalid");
    await contains(input).edit("", { confirm: "tab" });
    expect(input).toHaveValue("");
});

test("the amount of a gesture is no other amount", async () => {
    await mountRefund(FRENCH);
    await contains("[data-value=gesture]").click();
    for (const wrong of ["1.234,5", "0,001", "10+2", "-=5"]) {
        await contains("[name=gesture] input").edit(wrong, { confirm: "tab" });
        expect("[name=gesture] input").toHaveValue(wrong);
        expect(".o_field_widget[name=gesture]").toHaveClass("o_field_invalid");
    }
    await contains("button[name=ask]").click();
    expect.verifySteps([]);
    await contains("[name=gesture] input").edit("12,50", { confirm: "tab" });
    await contains("button[name=ask]").click();
    expect.verifySteps(['{"kind":"gesture","gesture":12.5}', "asked"]);
});

test("another kind of refund does not stumble over what is not shown any more", async () => {
    await mountRefund(FRENCH);
    await contains(".o_data_row:eq(0) [name=units] input").edit("1,5", { confirm: "tab" });
    await contains("button[name=ask]").click();
    await contains("[data-value=gesture]").click();
    await contains("[name=gesture] input").edit("x", { confirm: "tab" });
    await contains("[data-value=amount]").click();
    await contains("button[name=ask]").click();
    expect.verifySteps(['{"kind":"amount"}', "asked"]);
});
