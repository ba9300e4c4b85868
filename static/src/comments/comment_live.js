import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { debounce } from "@web/core/utils/timing";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component, onWillUnmount, xml } from "@odoo/owl";

import { reloadBubbles, reloadComments } from "./comment_tools";

const CHANNEL = "marketplace_helpdesk/order_comments";
const PAUSE = 500;

/** Shows nothing itself: keeps the comments on an order's form as they are in the database. */
export class CommentLive extends Component {
    static template = xml``;
    static props = { ...standardWidgetProps };

    setup() {
        const bus = useService("bus_service");
        this.store = useService("mail.store");
        const refresh = debounce(() => this.refresh(), PAUSE);
        const onNews = ({ order_ids: ids }) => {
            if (ids?.includes(this.props.record.resId)) {
                refresh();
            }
        };
        bus.subscribe(CHANNEL, onNews);
        onWillUnmount(() => {
            bus.unsubscribe(CHANNEL, onNews);
            refresh.cancel();
        });
    }

    /** Unsaved edits stay: then only the conversation is read again. */
    async refresh() {
        const { record } = this.props;
        if (await record.isDirty()) {
            await reloadBubbles(this.store, record.resModel, record.resId);
        } else {
            await reloadComments(record, this.store);
        }
    }
}

registry.category("view_widgets").add("marketplace_comment_live", { component: CommentLive });
