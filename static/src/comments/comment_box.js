import { _t } from "@web/core/l10n/translation";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { useService } from "@web/core/utils/hooks";
import { formatInteger } from "@web/views/fields/formatters";

import { Component, onWillUpdateProps, useEffect, useRef, useState } from "@odoo/owl";

import { useMinuteHand } from "../clock/clock";
import { formatMoment, isAhead, keepDraft, readDraft, readMoment } from "./comment_tools";

const EMPTY = {
    text: "",
    template: "",
    isVisible: false,
    isMailed: false,
    todoUserId: false,
    isChoosing: false,
};

function getKey(isVisible, isMailed) {
    return `${Number(isVisible)}${Number(isMailed)}`;
}

/** Where a comment of an order is written: text, who reads it, and what will happen with it. */
export class CommentBox extends Component {
    static template = "marketplace_helpdesk.CommentBox";
    static components = { Dropdown, DropdownItem, RecordSelector };
    static props = {
        box: Object,
        orderId: [Number, { value: false }],
        onAdded: Function,
        /** Gives the id of the order as it stands in the database, or false. */
        prepare: { type: Function, optional: true },
        /** {text, is_visible, is_mailed} to begin with. */
        draft: { type: Object, optional: true },
        /** The message of the chatter that becomes the comment. */
        messageId: { type: Number, optional: true },
        autofocus: { type: Boolean, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.clock = useMinuteHand();
        this.people = [["share", "=", false]];
        this.state = useState({ ...EMPTY, ...this.getBegun(this.props), isBusy: false });
        const todo = useRef("todo");
        useEffect(
            (el) => el?.querySelector("input").focus(),
            () => [todo.el]
        );
        onWillUpdateProps((next) => {
            if (next.orderId !== this.props.orderId) {
                // A new order that was just saved keeps its text.
                const isSaved = !this.props.orderId && this.state.text;
                Object.assign(this.state, isSaved ? {} : { ...EMPTY, ...this.getBegun(next) });
            }
        });
    }

    getBegun({ draft, messageId, orderId }) {
        return messageId ? this.getFilled(draft || {}) : readDraft(orderId) || {};
    }

    /** A draft of the server in this component's words. */
    getFilled({ text, is_visible: isVisible, is_mailed: isMailed }) {
        return { text: text || "", isVisible: Boolean(isVisible), isMailed: Boolean(isMailed) };
    }

    keep() {
        if (!this.props.messageId) {
            const { text, isVisible, isMailed } = this.state;
            keepDraft(this.props.orderId, { text, isVisible, isMailed });
        }
    }

    // What is shown

    get box() {
        return this.props.box;
    }

    get count() {
        return this.state.text.length;
    }

    get isTooLong() {
        return Boolean(this.box.max_length) && this.count > this.box.max_length;
    }

    get countText() {
        const count = formatInteger(this.count);
        if (this.box.max_length) {
            const limit = formatInteger(this.box.max_length);
            return _t("%(count)s of %(limit)s characters", { count, limit });
        }
        return this.count === 1 ? _t("1 character") : _t("%(count)s characters", { count });
    }

    get isVisible() {
        return this.flags[0];
    }

    get isMailed() {
        return this.flags[1];
    }

    /** Visible and mailed: what was chosen, as far as this shop knows the two together. */
    get flags() {
        const isVisible = Boolean(this.state.isVisible && this.box.can_show);
        const isMailed = Boolean(this.state.isMailed && this.box.can_mail);
        const isOther = !this.isKnown(isVisible, isMailed) && this.isKnown(isVisible, !isMailed);
        return [isVisible, isOther ? !isMailed : isMailed];
    }

    /** There is a sentence for each combination that there is. */
    isKnown(isVisible, isMailed) {
        const { effects } = this.box;
        return !effects || getKey(isVisible, isMailed) in effects;
    }

    /** One sentence: what the two switches together do. */
    get effect() {
        return this.box.effects?.[getKey(...this.flags)] || "";
    }

    get effectIcon() {
        if (this.isMailed) {
            return "fa-envelope";
        }
        return this.isVisible ? "fa-eye" : "fa-lock";
    }

    get nextMoment() {
        return readMoment(this.box.next_at);
    }

    get isNextAhead() {
        return isAhead(this.nextMoment, this.clock.now);
    }

    get nextText() {
        const { next_text: obstacle } = this.box;
        const date = this.nextMoment;
        if (obstacle || !date) {
            return obstacle || "";
        }
        return this.isNextAhead
            ? _t("next push to the shop at %(time)s", { time: formatMoment(date) })
            : _t("next push to the shop: any moment now");
    }

    get canSendNow() {
        const { next_text: obstacle, waiting_count: count } = this.box;
        return count > 0 && !obstacle && !this.props.messageId && this.isNextAhead;
    }

    get placeholder() {
        return this.box.can_write ? _t("Write a comment…") : "";
    }

    get canAdd() {
        const { isBusy, text } = this.state;
        return this.box.can_write && !isBusy && Boolean(text.trim()) && !this.isTooLong;
    }

    // What people do

    onInput(ev) {
        this.state.text = ev.target.value;
        if (!this.state.text.trim()) {
            // What a template had switched on is not for what is written next.
            Object.assign(this.state, { isVisible: false, isMailed: false, template: "" });
        }
        this.keep();
    }

    onKeydown(ev) {
        if (ev.key !== "Enter" || !(ev.ctrlKey || ev.metaKey)) {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
        this.add();
    }

    /** Where a shop does not know the two as they would stand, the other one goes along. */
    toggle(name) {
        const [isVisible, isMailed] = this.flags;
        const next = name === "isVisible" ? [!isVisible, isMailed] : [isVisible, !isMailed];
        const isKnown = this.isKnown(...next);
        [this.state.isVisible, this.state.isMailed] = isKnown ? next : [!isVisible, !isMailed];
        this.keep();
    }

    chooseColleague(id) {
        this.state.todoUserId = id;
    }

    forgetColleague() {
        this.state.todoUserId = false;
        this.state.isChoosing = false;
    }

    /** The order's words fill the template; what was written before stays above it. */
    async fill(templateId) {
        const orderId = this.props.orderId || (await this.getOrderId());
        if (!orderId) {
            return;
        }
        const filled = await this.orm.call("sale.order", "marketplace_fill_template", [
            [orderId],
            templateId,
        ]);
        const written = this.state.text.trimEnd();
        // Another template takes the place of one that nobody has touched.
        const before = written === this.state.template ? "" : written;
        const { text, ...flags } = this.getFilled(filled);
        const template = before ? "" : text.trimEnd();
        Object.assign(this.state, flags, { text: before ? `${before}\n${text}` : text, template });
        this.keep();
    }

    async add() {
        if (!this.canAdd) {
            return;
        }
        await this.work(async () => {
            const orderId = await this.getOrderId();
            if (!orderId) {
                return;
            }
            await this.orm.call("sale.order", "marketplace_add_comment", [[orderId], this.values]);
            Object.assign(this.state, EMPTY);
            keepDraft(this.props.orderId, null);
            keepDraft(orderId, null);
            await this.props.onAdded(orderId);
        });
    }

    get values() {
        return {
            text: this.state.text.trim(),
            is_visible: this.isVisible,
            is_mailed: this.isMailed,
            todo_user_id: this.state.todoUserId,
            message_id: this.props.messageId || false,
        };
    }

    async sendNow() {
        await this.work(async () => {
            const orderId = await this.getOrderId();
            if (!orderId) {
                return;
            }
            const action = await this.orm.call("sale.order", "action_marketplace_send_comments", [
                [orderId],
            ]);
            if (action?.type) {
                await this.action.doAction(action);
            } else {
                this.notification.add(_t("The waiting comments leave now."), { type: "info" });
            }
            await this.props.onAdded(orderId);
        });
    }

    async getOrderId() {
        return this.props.prepare ? await this.props.prepare() : this.props.orderId;
    }

    /** Once at a time: a second press of the same keys adds nothing. */
    async work(callback) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            await callback();
        } finally {
            this.state.isBusy = false;
        }
    }
}
