import { expect, test } from "@odoo/hoot";
import { queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, mockDate } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

class Deadline extends models.Model {
    deadline = fields.Datetime();
    warn_hours = fields.Integer();

    _records = [
        { id: 1, deadline: "2026-11-24 08:30:30", warn_hours: 8 },
        { id: 2, deadline: "2026-11-24 08:59:30", warn_hours: 8 },
        { id: 3, deadline: "2026-11-24 09:42:30", warn_hours: 8 },
        { id: 4, deadline: "2026-11-24 18:05:30", warn_hours: 8 },
        { id: 5, deadline: "2026-11-24 18:05:30", warn_hours: 12 },
        { id: 6, deadline: "2026-11-26 11:00:30", warn_hours: 8 },
        { id: 7, deadline: false, warn_hours: 8 },
    ];
}

defineMailModels();
defineModels([Deadline]);

const ARCH = /* xml */ `
    <list>
        <field name="warn_hours" column_invisible="1"/>
        <field name="deadline" widget="marketplace_clock" options="{'warn_field': 'warn_hours'}"/>
    </list>`;

async function mountList() {
    mockDate("2026-11-24 09:00:00", 0);
    await mountView({ type: "list", resModel: "deadline", arch: ARCH });
}

const row = (number) => `.o_data_row:nth-child(${number}) .o_mkt_clock`;

test("minutes under a day, days and hours above, a minus sign when past", async () => {
    await mountList();
    expect(queryAllTexts(".o_data_cell[name=deadline]")).toEqual([
        "− 30 min",
        "− 1 min",
        "42 min",
        "9 h 05",
        "9 h 05",
        "2 d 2 h",
        "",
    ]);
});

test("red when late, amber from the account's own warning on", async () => {
    await mountList();
    expect(row(1)).toHaveClass("o_mkt_clock_late");
    expect(row(3)).toHaveClass("o_mkt_clock_short");
    expect(row(4)).toHaveClass("o_mkt_clock_ample");
    expect(row(5)).toHaveClass("o_mkt_clock_short");
    expect(queryOne(row(1)).getAttribute("aria-label")).toMatch(/^− 30 min – Late/);
    expect(queryOne(row(6)).getAttribute("title")).toMatch(/^Answer before/);
});

test("ticks once a minute, and turns red by itself", async () => {
    await mountList();
    await advanceTime(42 * 60 * 1000);
    await animationFrame();
    expect(row(3)).toHaveText("0 min");
    expect(row(3)).toHaveClass("o_mkt_clock_short");
    await advanceTime(60 * 1000);
    await animationFrame();
    expect(row(3)).toHaveText("− 1 min");
    expect(row(3)).toHaveClass("o_mkt_clock_late");
});
