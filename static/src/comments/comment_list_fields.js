import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

import { useMinuteHand } from "../clock/clock";
import { formatMoment, isAhead } from "./comment_tools";

const fieldRegistry = registry.category("fields");

/** The badge of each state: its colour and its icon. */
export const STATE_LOOKS = {
    waiting: { badge: "text-bg-info", icon: "fa-hourglass-half" },
    sent: { badge: "text-bg-success", icon: "fa-check" },
    already: { badge: "text-bg-success", icon: "fa-check" },
    refused: { badge: "text-bg-danger", icon: "fa-exclamation-circle" },
    received: { badge: "text-bg-300", icon: "" },
    kept: { badge: "text-bg-300", icon: "" },
    withdrawn: { badge: "text-bg-300", icon: "fa-undo" },
};

/** The text of a comment; below it why the shop refused it, or why it still waits. */
export class CommentTextField extends Component {
    static template = "marketplace_helpdesk.CommentTextField";
    static props = { ...standardFieldProps };

    get data() {
        return this.props.record.data;
    }

    get text() {
        return this.data[this.props.name] || "";
    }

    /** Neither seen by the customer nor mailed. */
    get isInternal() {
        return !this.data.is_visible && !this.data.is_mailed;
    }

    get reason() {
        return ["refused", "waiting"].includes(this.data.state) && this.data.reason;
    }

    get code() {
        // Only what the shop said: our own short codes tell people nothing.
        const { code } = this.data;
        return /^\d/.test(code || "") && _t("code %(code)s", { code });
    }
}

fieldRegistry.add("marketplace_comment_text", {
    component: CommentTextField,
    supportedTypes: ["text"],
    fieldDependencies: [
        { name: "is_visible", type: "boolean" },
        { name: "is_mailed", type: "boolean" },
        { name: "state", type: "selection" },
        { name: "reason", type: "char" },
        { name: "code", type: "char" },
    ],
});

/** Where a comment goes or comes from, in a word. */
export class CommentDirectionField extends Component {
    static template = "marketplace_helpdesk.CommentDirectionField";
    static props = { ...standardFieldProps };

    get isIncoming() {
        return this.props.record.data[this.props.name] === "in";
    }

    get isHere() {
        return !this.isIncoming && this.props.record.data.channel === "odoo";
    }

    get icon() {
        if (this.isIncoming) {
            return "fa-arrow-down o_mkt_incoming";
        }
        return this.isHere ? "fa-circle-o text-muted" : "fa-arrow-up o_mkt_outgoing";
    }

    get label() {
        const { author_name: author, channel } = this.props.record.data;
        if (this.isIncoming) {
            return author ? _t("From %(sender)s", { sender: author }) : _t("From the shop's side");
        }
        switch (channel) {
            case "shop":
                return _t("To the shop");
            case "message":
                return _t("To the customer");
        }
        return _t("In Odoo");
    }
}

fieldRegistry.add("marketplace_comment_direction", {
    component: CommentDirectionField,
    supportedTypes: ["selection"],
    fieldDependencies: [
        { name: "channel", type: "selection" },
        { name: "author_name", type: "char" },
    ],
});

/** Visible or not, mailed or not: an icon that says so. */
export class CommentFlagField extends Component {
    static template = "marketplace_helpdesk.CommentFlagField";
    static props = { ...standardFieldProps };

    get isOn() {
        return this.props.record.data[this.props.name];
    }

    get isMail() {
        return this.props.name === "is_mailed";
    }

    /** It was to be mailed, and was not. */
    get isUnmailed() {
        const { state, reason } = this.props.record.data;
        return this.isMail && this.isOn && Boolean(reason) && ["received", "kept"].includes(state);
    }

    get icon() {
        if (this.isUnmailed) {
            return "fa-exclamation-triangle text-warning";
        }
        if (this.isMail) {
            return this.isOn ? "fa-envelope" : "fa-envelope-o text-muted opacity-50";
        }
        return this.isOn ? "fa-eye" : "fa-eye-slash text-muted";
    }

    get title() {
        if (this.isUnmailed) {
            return this.props.record.data.reason;
        }
        if (this.isMail) {
            return this.isOn ? _t("Sent by e-mail too") : _t("No e-mail");
        }
        return this.isOn ? _t("Visible to the customer") : _t("Not visible to the customer");
    }
}

fieldRegistry.add("marketplace_comment_flag", {
    component: CommentFlagField,
    supportedTypes: ["boolean"],
    fieldDependencies: [
        { name: "state", type: "selection" },
        { name: "reason", type: "char" },
    ],
});

/** How far a comment came, and when; and whether a colleague has something to do. */
export class CommentStateField extends Component {
    static template = "marketplace_helpdesk.CommentStateField";
    static props = { ...standardFieldProps };

    setup() {
        this.clock = useMinuteHand();
    }

    get data() {
        return this.props.record.data;
    }

    get state() {
        return this.data[this.props.name];
    }

    get label() {
        const { selection } = this.props.record.fields[this.props.name];
        return selection.find(([value]) => value === this.state)?.[1] || "";
    }

    get badgeClass() {
        return STATE_LOOKS[this.state]?.badge;
    }

    get icon() {
        return STATE_LOOKS[this.state]?.icon;
    }

    /** Waiting: until when; sent: since when. */
    get date() {
        const { due_at: due, sent_at: sent } = this.data;
        if (this.state === "waiting") {
            return isAhead(due, this.clock.now) ? due : null;
        }
        return this.state === "sent" ? sent : null;
    }

    get text() {
        if (!this.date) {
            return this.label;
        }
        const isWaiting = this.state === "waiting";
        // A comment's own day stands in its row.
        const day = isWaiting ? undefined : this.data.date;
        const [state, time] = [this.label, formatMoment(this.date, day || undefined)];
        return isWaiting
            ? _t("%(state)s, %(time)s", { state, time })
            : _t("%(state)s %(time)s", { state, time });
    }

    get title() {
        if (this.state === "waiting" && this.date) {
            return _t("Leaves at %(time)s", { time: formatMoment(this.date) });
        }
        return undefined;
    }

    get todoName() {
        const { todo_state: state, todo_user_id: colleague } = this.data;
        return state === "open" && colleague?.display_name;
    }

    get todoText() {
        return _t("To do: %(name)s", { name: this.todoName });
    }
}

fieldRegistry.add("marketplace_comment_state", {
    component: CommentStateField,
    supportedTypes: ["selection"],
    fieldDependencies: [
        { name: "date", type: "datetime" },
        { name: "due_at", type: "datetime" },
        { name: "sent_at", type: "datetime" },
        { name: "todo_state", type: "selection" },
        { name: "todo_user_id", type: "many2one", relation: "res.users" },
    ],
});
