import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const OPEN_TAB = { trigger: ".nav-link[name='marketplace_comments']", run: "click" };

function row(text) {
    return `[name='marketplace_comment_ids'] .o_data_row:contains('${text}')`;
}

function bubble(text) {
    return `.o-mail-Message:contains('${text}')`;
}

/** A salesman writes a comment for the customer, and wants it at the shop at once. */
tours.add("marketplace_opensi_comment_write", {
    steps: () => [
        OPEN_TAB,
        { trigger: ".o_mkt_comment_effect:contains('Only colleagues')" },
        {
            trigger: ".o_mkt_comment_box textarea",
            run: (helpers) => helpers.edit("Votre casque part ce soir.\nLa sonnette suit demain."),
        },
        { trigger: ".o_mkt_comment_box [name='is_visible']", run: "click" },
        { trigger: ".o_mkt_comment_effect:contains('The customer reads this')" },
        { trigger: ".o_mkt_comment_box textarea", run: "click" },
        { trigger: ".o_mkt_comment_box textarea:focus", run: "press Control+Enter" },
        { trigger: `${row("La sonnette")} td[name='state']:contains('Waiting')` },
        { trigger: `${bubble("La sonnette")} .o_mkt_order_comment:contains('Waiting')` },
        { trigger: `${bubble("La sonnette")}:contains('visible to the customer')` },
        { trigger: "button[name='send_now']:enabled", run: "click" },
        { trigger: ".o_mkt_comment_next:contains('any moment now')" },
    ],
});

/** After the job: the tab and the chatter say that the shop has it. */
tours.add("marketplace_opensi_comment_sent", {
    steps: () => [
        OPEN_TAB,
        { trigger: `${row("La sonnette")} td[name='state']:contains('Delivered')` },
        { trigger: `${bubble("La sonnette")} .o_mkt_order_comment:contains('Delivered')` },
        { trigger: "button[name='action_view_marketplace_comments']:contains('1')" },
    ],
});

/** A note in the chatter becomes a comment; only then it shows a state. */
tours.add("marketplace_opensi_comment_note", {
    steps: () => [
        { trigger: `${bubble("rappelle vendredi")}:not(:has(.o_mkt_order_comment))`, run: "hover" },
        { trigger: `${bubble("rappelle vendredi")} button[title='Expand']`, run: "click" },
        { trigger: ".o-dropdown-item:contains('Send as order comment')", run: "click" },
        {
            trigger: ".modal textarea:value(rappelle vendredi)",
            run: "edit Le client rappelle vendredi matin.",
        },
        { trigger: ".modal button[name='add_comment']:enabled", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: `${bubble("rappelle vendredi")} .o_mkt_order_comment:contains('Waiting')` },
        OPEN_TAB,
        { trigger: row("rappelle vendredi matin") },
    ],
});

/** The shop did not know the order: the comment is corrected and sent again. */
tours.add("marketplace_opensi_comment_correct", {
    steps: () => [
        OPEN_TAB,
        { trigger: `${row("part demain")}:has(.o_mkt_comment_reason)` },
        { trigger: `${bubble("part demain")} .o_mkt_order_comment:contains('Turned Down')` },
        { trigger: `${row("part demain")} button[name='action_correct']`, run: "click" },
        { trigger: ".modal .alert-danger:contains('Turned down')" },
        { trigger: ".modal [name='text'] textarea", run: "edit Le second colis part lundi." },
        { trigger: ".modal button[name='action_send_again']:visible:enabled", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: `${row("part lundi")} td[name='state']:contains('Waiting')` },
        { trigger: `${row("part lundi")} button[name='action_withdraw']` },
    ],
});

/** On a ticket, notes stay notes. */
tours.add("marketplace_opensi_comment_ticket", {
    steps: () => [
        { trigger: bubble("Nur für Kollegen"), run: "hover" },
        { trigger: `${bubble("Nur für Kollegen")} button[title='Expand']`, run: "click" },
        { trigger: ".o-dropdown-item:contains('Copy Link')" },
        {
            trigger: "body:not(:has(.o-dropdown-item:contains('Send as order comment')))",
        },
    ],
});
