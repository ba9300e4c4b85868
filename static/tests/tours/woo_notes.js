import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const OPEN_TAB = { trigger: ".nav-link[name='marketplace_comments']", run: "click" };
const AUTOMATIC = ".o_mkt_system_notes";

function row(text) {
    return `[name='marketplace_comment_ids'] .o_data_row:contains('${text}')`;
}

function bubble(text) {
    return `.o-mail-Message:contains('${text}')`;
}

/** What colleagues wrote in the shop is there; automatic notes are folded away. */
tours.add("marketplace_woo_notes_read", {
    steps: () => [
        OPEN_TAB,
        { trigger: `${row("no hurry")}:contains('From Marketplace team')` },
        { trigger: `${row("no hurry")}:contains('internal')` },
        { trigger: `${bubble("no hurry")}:contains('internal')` },
        { trigger: `body:not(:has(${bubble("Payment complete")}))` },
        { trigger: `body:not(:has(${row("Payment complete")}))` },
        { trigger: `${AUTOMATIC}:not([open]) summary:contains('automatic notes')`, run: "click" },
        { trigger: `${AUTOMATIC}[open] .o_data_row:contains('Payment complete'):visible` },
        { trigger: ".o_mkt_notes_read button[name='action_marketplace_refresh']", run: "click" },
        { trigger: ".o_notification:contains('read again')" },
    ],
});

/** A salesman writes to the customer: the shop mails whatever it shows, and the box says so. */
tours.add("marketplace_woo_notes_write", {
    steps: () => [
        OPEN_TAB,
        { trigger: ".o_mkt_comment_effect:contains('Only colleagues')" },
        {
            trigger: ".o_mkt_comment_box textarea",
            run: (helpers) => helpers.edit("Ihr Paket geht heute raus."),
        },
        { trigger: ".o_mkt_comment_box [name='is_mailed']", run: "click" },
        { trigger: ".o_mkt_comment_box [name='is_visible']:checked" },
        { trigger: ".o_mkt_comment_effect:contains('always mailed')" },
        { trigger: ".o_mkt_comment_box [name='is_visible']", run: "click" },
        { trigger: ".o_mkt_comment_box [name='is_mailed']:not(:checked)" },
        { trigger: ".o_mkt_comment_box [name='is_visible']", run: "click" },
        { trigger: ".o_mkt_comment_box [name='is_mailed']:checked" },
        { trigger: ".o_mkt_comment_box button[name='add_comment']:enabled", run: "click" },
        { trigger: `${row("Ihr Paket")} td[name='state']:contains('Waiting')` },
        { trigger: "button[name='send_now']:enabled", run: "click" },
        { trigger: ".o_mkt_comment_next:contains('any moment now')" },
    ],
});

/** After the job. */
tours.add("marketplace_woo_notes_sent", {
    steps: () => [
        OPEN_TAB,
        { trigger: `${row("Ihr Paket")} td[name='state']:contains('Delivered')` },
        { trigger: `${bubble("Ihr Paket")} .o_mkt_order_comment:contains('Delivered')` },
    ],
});
