import { registry } from "@web/core/registry";
import { SIZES } from "@web/core/ui/ui_service";
import { useService } from "@web/core/utils/hooks";
import { debounce } from "@web/core/utils/timing";
import { formView } from "@web/views/form/form_view";
import { FormController } from "@web/views/form/form_controller";
import { FormRenderer } from "@web/views/form/form_renderer";
import { listView } from "@web/views/list/list_view";
import { ListController } from "@web/views/list/list_controller";
import { ListRenderer } from "@web/views/list/list_renderer";

import { TicketModel } from "./ticket_model";

import { onWillUnmount } from "@odoo/owl";

const CHANNEL = "marketplace_helpdesk/tickets";
const PAUSE = 500;
// What is refused where the customer wrote meanwhile.
const FENCED = [
    "action_marketplace_done_there",
    "action_marketplace_undo_done_there",
    "action_marketplace_close_here",
    "action_marketplace_no_answer",
];
// Room for the form and the conversation side by side, in pixels.
const SIDE_CHATTER_WIDTH = 1200;

/**
 * Call back when something came for tickets.
 *
 * @param {(ids: number[]) => any} callback gets the tickets' ids since the last call
 */
function useTicketNews(callback) {
    const bus = useService("bus_service");
    let ids = [];
    const flush = debounce(() => {
        const news = ids;
        ids = [];
        callback(news);
    }, PAUSE);
    const onNews = (payload) => {
        ids.push(...(payload.ticket_ids || []));
        flush();
    };
    bus.subscribe(CHANNEL, onNews);
    onWillUnmount(() => {
        bus.unsubscribe(CHANNEL, onNews);
        flush.cancel();
    });
}

export class MarketplaceLiveListController extends ListController {
    setup() {
        super.setup();
        useTicketNews(() => this.onTicketNews());
    }

    /** Read again, unless somebody is at work in the list. */
    async onTicketNews() {
        const { root } = this.model;
        if (root.editedRecord || root.selection?.length) {
            return;
        }
        await root.load();
    }
}

export class MarketplaceLiveListRenderer extends ListRenderer {
    /** Tickets with an open incident stand out. */
    getRowClass(record) {
        const incident = record.data.marketplace_has_incident ? "o_mkt_incident_row" : "";
        return `${super.getRowClass(record)} ${incident}`;
    }
}

registry.category("views").add("marketplace_live_list", {
    ...listView,
    Controller: MarketplaceLiveListController,
    Renderer: MarketplaceLiveListRenderer,
});

/** Whether the conversation stands beside the order: on tickets with cases, from a laptop on. */
function hasSideChatter(record) {
    return record?.data.marketplace_case_count > 0 && window.innerWidth >= SIDE_CHATTER_WIDTH;
}

export class MarketplaceTicketFormController extends FormController {
    setup() {
        super.setup();
        useTicketNews((ids) => this.onTicketNews(ids));
    }

    get className() {
        const className = super.className;
        if (!this.env.inDialog && hasSideChatter(this.model.root)) {
            return { ...className, "o_xxl_form_view h-100": true };
        }
        return className;
    }

    /** Refused or not, the page shows what there is now. */
    async afterExecuteActionButton(clickParams) {
        await super.afterExecuteActionButton(...arguments);
        if (FENCED.includes(clickParams.name)) {
            await this.onTicketNews([this.model.root.resId]);
        }
    }

    /** Show what came. Unsaved edits stay: then only the conversation is read again. */
    async onTicketNews(ids) {
        const { root } = this.model;
        if (!root.resId || !ids.includes(root.resId)) {
            return;
        }
        const thread = { model: root.resModel, id: root.resId };
        if (!(await root.isDirty())) {
            await root.load();
        }
        this.env.bus.trigger("MAIL:RELOAD-THREAD", thread);
    }
}

/** A case is read again when something came for its ticket. */
class MarketplaceCaseFormController extends FormController {
    setup() {
        super.setup();
        useTicketNews((ids) => this.onTicketNews(ids));
    }

    async onTicketNews(ids) {
        const { root } = this.model;
        if (root.resId && ids.includes(root.data.ticket_id?.id)) {
            await root.load();
        }
    }
}

registry.category("views").add("marketplace_case_form", {
    ...formView,
    Controller: MarketplaceCaseFormController,
});

export class MarketplaceTicketFormRenderer extends FormRenderer {
    setup() {
        super.setup();
        const { uiService } = this;
        const getSize = () =>
            hasSideChatter(this.props.record)
                ? Math.max(uiService.size, SIZES.XXL)
                : uiService.size;
        // The layout asks the size of the screen in several places: answer once for all.
        this.uiService = Object.create(uiService, { size: { get: getSize } });
    }
}

registry.category("views").add("marketplace_ticket_form", {
    ...formView,
    Model: TicketModel,
    Controller: MarketplaceTicketFormController,
    Renderer: MarketplaceTicketFormRenderer,
});
