import { Dialog } from "@web/core/dialog/dialog";

import { Component } from "@odoo/owl";

import { CommentBox } from "./comment_box";

/** A note or message of the chatter becomes a comment of the order, once it was looked at. */
export class CommentDialog extends Component {
    static template = "marketplace_helpdesk.CommentDialog";
    static components = { CommentBox, Dialog };
    static props = {
        box: Object,
        orderId: Number,
        draft: Object,
        messageId: Number,
        onAdded: Function,
        close: Function,
    };

    async onAdded() {
        this.props.close();
        await this.props.onAdded();
    }
}
