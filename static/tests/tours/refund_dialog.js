import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** Counts what a person does from here on: keys that are pressed, clicks that are made. */
function startCounting() {
    window.marketplaceInteractions = 0;
    const held = ["Control", "Shift", "Alt"];
    const count = (ev) => {
        if (ev.type === "click" ? ev.detail !== 0 : !held.includes(ev.key)) {
            window.marketplaceInteractions += 1;
        }
    };
    for (const type of ["keydown", "click"]) {
        document.addEventListener(type, count, { capture: true });
    }
}

/** One line is refunded by keyboard, its reason having its default. */
tours.add("marketplace_refund_keys", {
    steps: () => [
        { trigger: "button[name='action_marketplace_refund']", run: "click" },
        { trigger: ".modal .o_data_row:first-child .o_mkt_tick:focus", run: startCounting },
        { trigger: ".modal .o_mkt_tick:focus", run: "press ArrowDown" },
        { trigger: ".modal .o_data_row:nth-child(2) .o_mkt_tick:focus", run: "press Space" },
        { trigger: ".modal .o_mkt_asked:contains(REF-2)" },
        { trigger: ".modal .o_mkt_total_strong:contains(25.80)" },
        {
            trigger: ".modal button[name='action_confirm']:contains(25.80)",
            run: "press Control+Enter",
        },
        { trigger: "body:not(:has(.modal))" },
        {
            trigger: ".o_notification:contains(asked from) a[href*='action_refund']",
            run: () => {
                const count = window.marketplaceInteractions;
                if (count !== 3) {
                    throw new Error(`A one-line refund took ${count} interactions.`);
                }
            },
        },
    ],
});

/** Keys that are pressed too often ask once. */
tours.add("marketplace_refund_keys_twice", {
    steps: () => [
        { trigger: "button[name='action_marketplace_refund']", run: "click" },
        { trigger: ".modal .o_mkt_tick:focus", run: "press Space" },
        {
            trigger: ".modal button[name='action_confirm']",
            run: async () => {
                const key = { key: "Enter", ctrlKey: true, bubbles: true };
                for (const wait of [0, 0, 5, 20, 60]) {
                    const target = document.activeElement || document.body;
                    target.dispatchEvent(new KeyboardEvent("keydown", key));
                    await new Promise((resolve) => setTimeout(resolve, wait));
                }
            },
        },
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".o_notification:contains(asked from)" },
        { trigger: "body:not(:has(.o_error_dialog))" },
    ],
});

/** What is still being typed is what is asked; before that, the keys press no other button. */
tours.add("marketplace_refund_typed", {
    steps: () => [
        { trigger: "button[name='action_marketplace_refund']", run: "click" },
        { trigger: ".modal .o_mkt_tick:focus", run: "press Control+Enter" },
        { trigger: ".modal-footer:contains(Tick the lines)" },
        { trigger: ".modal [data-value='amount']", run: "click" },
        {
            trigger: ".modal .o_data_row:first-child [name='goods'] input:focus",
            run: "edit 49,90 && press Control+Enter",
        },
        // The reason has no default here.
        { trigger: ".modal [name='reason_id'] input:focus", run: "edit 17" },
        { trigger: ".o-autocomplete--dropdown-item:contains(17)", run: "click" },
        { trigger: ".modal button[name='action_confirm']:contains(49.90)" },
        {
            trigger: ".modal .o_data_row:first-child [name='goods'] input",
            run: "edit 1,25 && press Control+Enter",
        },
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".o_notification:contains(1.25)" },
    ],
});

/** Units, amounts and their preview follow what is typed; Escape leaves. */
tours.add("marketplace_refund_previews", {
    steps: () => [
        { trigger: "button[name='action_marketplace_refund']", run: "click" },
        { trigger: ".modal .o_mkt_days:contains(days)" },
        { trigger: ".modal [data-value='amount']", run: "click" },
        { trigger: ".modal .o_data_row:first-child [name='goods'] input:focus", run: "edit 60" },
        { trigger: ".modal [name='goods'] input:focus", run: "press ArrowDown" },
        { trigger: ".modal .o_data_row:nth-child(2) [name='goods'] input:focus" },
        { trigger: ".modal-footer:contains(More than is left of a line)" },
        { trigger: ".modal .o_data_row:first-child [name='goods'] input", run: "edit 12,50" },
        {
            trigger: ".modal .o_data_row:first-child [name='goods'] input",
            run: "press ArrowDown",
        },
        { trigger: ".modal .o_mkt_total_strong td[data-column='amount']:contains(12.50)" },
        { trigger: ".modal .o_mkt_total_strong td[data-column='left_after']:contains(67.20)" },
        { trigger: ".modal .o_mkt_asked:contains(REF-1):contains(12.50)" },
        { trigger: ".modal .o_mkt_booked:contains(Draft credit note on):contains(12.50)" },
        { trigger: ".modal-footer:contains(Choose the reason)" },
        { trigger: ".modal [name='note'] input", run: "edit Scratched && press Control+Enter" },
        { trigger: ".modal [name='reason_id'] input:focus", run: "edit 17" },
        { trigger: ".o-autocomplete--dropdown-item:contains(17)", run: "click" },
        { trigger: ".modal button[name='action_save_draft']" },
        { trigger: ".modal [data-value='shipping']", run: "click" },
        { trigger: ".modal .o_data_row:first-child [name='shipping_back'] input:focus" },
        { trigger: ".modal .o_mkt_total_strong td[data-column='left_shipping']:contains(4.00)" },
        { trigger: ".modal button[special='cancel']", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

/** Every line is decided by letters before shipment, and confirmed. */
tours.add("marketplace_refuse_keys", {
    steps: () => [
        { trigger: "button[name='action_marketplace_refuse']", run: "click" },
        {
            trigger: ".modal .o_data_row:first-child .o_mkt_choice button:focus",
            run: "press r",
        },
        { trigger: ".modal .o_mkt_asked:contains(Refuse and refund)" },
        {
            trigger: ".modal .o_data_row:first-child .o_mkt_choice button:focus",
            run: "press ArrowDown",
        },
        {
            trigger: ".modal .o_data_row:nth-child(2) .o_mkt_choice button:focus",
            run: "press r",
        },
        { trigger: ".modal .o_mkt_booked:contains(1 → 0)" },
        {
            trigger: ".modal button[name='action_confirm']:contains(2 refused)",
            run: "press Control+Enter",
        },
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".o_notification:contains(2 refused)" },
    ],
});
