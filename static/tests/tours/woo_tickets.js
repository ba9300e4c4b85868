import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const CLOCK = ".o_mkt_banner_clock:visible";
const DONE_THERE = "button[name='action_marketplace_done_there']";
const CLOSE = "button[name='action_marketplace_close_here']";

/** A dialog that refuses; its button closes it. */
function refusal(text) {
    return [
        { trigger: `.modal:contains(${text})` },
        { trigger: ".modal .modal-footer button", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ];
}

/** A support ticket is answered in the store manager, and noted as done there. */
tours.add("marketplace_woo_handoff", {
    steps: () => [
        { trigger: ".o_mkt_strip:contains(Answered in the store manager)" },
        { trigger: CLOCK },
        { trigger: "body:not(:has(.o_mkt_btn_answer:enabled))" },
        {
            trigger: "button[name='action_marketplace_open_handoff']",
            async run({ anchor, click }) {
                const genuine = browser.open;
                browser.open = (url) => {
                    document.body.dataset.opened = url;
                    browser.open = genuine;
                    return window;
                };
                await click(anchor);
            },
        },
        { trigger: "body[data-opened*='/store-manager/support-manage/']" },
        { trigger: `${DONE_THERE}:enabled`, run: "click" },
        { trigger: ".o_mkt_strip:contains(Done there)" },
        { trigger: "[name='marketplace_done_there_text']:contains(/agent.*, .*\\d+:\\d\\d/)" },
        { trigger: `body:not(:has(${CLOCK}))` },
        { trigger: `body:not(:has(${DONE_THERE}))` },
        { trigger: ".o-mail-Message:contains(Done there, at)" },
    ],
});

/** Pressed by mistake: one more click, and nothing has happened. */
tours.add("marketplace_woo_handoff_undo", {
    steps: () => [
        { trigger: `${DONE_THERE}:enabled`, run: "click" },
        { trigger: ".o_mkt_strip:contains(starts again at the customer's next entry)" },
        { trigger: "button[name='action_marketplace_undo_done_there']:enabled", run: "click" },
        { trigger: CLOCK },
        { trigger: `${DONE_THERE}:enabled` },
        { trigger: ".o-mail-Message:contains(Taken back)" },
    ],
});

/** The same on the page of the case. */
tours.add("marketplace_woo_handoff_case", {
    steps: () => [
        { trigger: CLOCK },
        { trigger: ".o_mkt_banner:contains(/Case 0000\\d\\d/)" },
        { trigger: "button[name='action_open_handoff']:enabled" },
        { trigger: "button[name='action_done_there']:enabled", run: "click" },
        { trigger: ".o_mkt_strip:contains(Done there:)" },
        { trigger: "button[name='action_undo_done_there']:enabled" },
        { trigger: `body:not(:has(${CLOCK}))` },
    ],
});

/** The customer's next entry: all of that begins again. */
tours.add("marketplace_woo_handoff_again", {
    steps: () => [
        { trigger: ".o_mkt_strip:contains(Answered in the store manager)" },
        { trigger: CLOCK },
        { trigger: ".o-mail-Message:contains(shown there only)" },
        { trigger: "body:not(:has(.o_mkt_strip:contains(Done there:):visible))" },
        { trigger: `${DONE_THERE}:enabled` },
    ],
});

/** An inquiry is answered from here. */
tours.add("marketplace_woo_inquiry", {
    steps: () => [
        { trigger: CLOCK },
        { trigger: ".o-mail-Message:contains(dimmable)" },
        { trigger: "button[name='action_marketplace_answer']", run: "click" },
        { trigger: ".modal [name='close_after'] input:not(:checked)" },
        { trigger: ".modal [name='body'] textarea", run: "edit Yes, with any dimmer." },
        { trigger: ".modal button[name='action_send']:visible", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".o-mail-Message:contains(with any dimmer)" },
    ],
});

/** A page that does not show the newest entry: each way to close is refused once, and shows it. */
tours.add("marketplace_woo_inquiry_stale_button", {
    steps: () => [
        { trigger: `${CLOSE}:enabled`, run: "click" },
        ...refusal("wrote meanwhile"),
        { trigger: CLOCK },
        { trigger: `${CLOSE}:enabled`, run: "click" },
        { trigger: `body:not(:has(${CLOSE}))` },
        { trigger: `body:not(:has(${CLOCK}))` },
    ],
});

tours.add("marketplace_woo_inquiry_stale_stage", {
    steps: () => [
        { trigger: ".o_statusbar_status button:contains(Done)", run: "click" },
        ...refusal("wrote meanwhile"),
        { trigger: ".o_statusbar_status button.o_arrow_button_current:not(:contains(Done))" },
        { trigger: ".o_statusbar_status button:contains(Done)", run: "click" },
        { trigger: ".o_statusbar_status button.o_arrow_button_current:contains(Done)" },
        { trigger: `body:not(:has(${CLOCK}))` },
    ],
});

const CARD = ".o_kanban_group:not(:contains(Done)) .o_kanban_record:contains(Lamp)";
const DONE_COLUMN = ".o_kanban_group:contains(Done)";

tours.add("marketplace_woo_inquiry_stale_kanban", {
    steps: () => [
        { trigger: CARD, run: `drag_and_drop(${DONE_COLUMN})` },
        ...refusal("wrote meanwhile"),
        { trigger: CARD, run: `drag_and_drop(${DONE_COLUMN})` },
        { trigger: `${DONE_COLUMN} .o_kanban_record:contains(Lamp)` },
    ],
});
