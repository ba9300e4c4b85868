import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

import { CommentBox } from "./comment_box";
import { reloadComments } from "./comment_tools";

/** The comment box of an order's form; what was changed on the order is saved before it adds. */
export class CommentBoxField extends Component {
    static template = "marketplace_helpdesk.CommentBoxField";
    static components = { CommentBox };
    static props = { ...standardFieldProps };

    setup() {
        this.store = useService("mail.store");
    }

    get box() {
        return this.props.record.data[this.props.name];
    }

    /** @returns {Promise<number|false>} the order, false where it could not be saved */
    async prepare() {
        const { record } = this.props;
        const isDirty = record.isNew || (await record.isDirty());
        if (isDirty && !(await record.save())) {
            return false;
        }
        return record.resId;
    }

    onAdded() {
        return reloadComments(this.props.record, this.store);
    }
}

registry.category("fields").add("marketplace_comment_box", {
    component: CommentBoxField,
    supportedTypes: ["json"],
});
