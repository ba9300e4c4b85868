import { _t } from "@web/core/l10n/translation";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { formatDateTime } from "@web/core/l10n/dates";
import { formatMonetary } from "@web/views/fields/formatters";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component, onWillStart, useState } from "@odoo/owl";

import { useMinuteHand } from "../clock/clock";

/** What happened to an operation: a sentence, the marketplace's code, before and now. */
export class MarketplaceOutcomeField extends Component {
    static template = "marketplace_helpdesk.OutcomeField";
    static props = { ...standardFieldProps, textField: { type: String, optional: true } };

    setup() {
        this.clock = useMinuteHand();
    }

    get data() {
        return this.props.record.data;
    }

    get message() {
        return this.data[this.props.name];
    }

    /** What a message says, where the view wants it. */
    get text() {
        return this.props.textField && this.data[this.props.textField];
    }

    get isDoubt() {
        return this.data.state === "unknown";
    }

    get hasPictures() {
        return this.isDoubt && Boolean(this.data.before_text || this.data.now_text);
    }

    get suggestion() {
        const { selection } = this.props.record.fields.suggestion || {};
        return selection?.find(([value]) => value === this.data.suggestion)?.[1];
    }

    get nextTry() {
        const { retry_at: date, state } = this.data;
        if (!date || state !== "pending" || date < this.clock.now) {
            return "";
        }
        return date.toRelative({ base: this.clock.now, style: "short" });
    }

    get nextTryTitle() {
        return formatDateTime(this.data.retry_at);
    }

    get waitsFor() {
        return this.data.state === "waiting" && this.data.after_id?.display_name;
    }
}

registry.category("fields").add("marketplace_outcome", {
    component: MarketplaceOutcomeField,
    displayName: _t("What Happened"),
    supportedTypes: ["char"],
    extractProps: ({ options }) => ({ textField: options.text_field }),
    fieldDependencies: [
        { name: "state", type: "selection" },
        { name: "code", type: "char" },
        { name: "before_text", type: "char" },
        { name: "now_text", type: "char" },
        { name: "suggestion", type: "selection" },
        { name: "needs_decision", type: "boolean" },
        { name: "retry_at", type: "datetime" },
        { name: "after_id", type: "many2one", relation: "marketplace.operation" },
    ],
});

/** The decisions that a person may take on an operation, each with what it risks. */
export class MarketplaceOperationButtons extends Component {
    static template = "marketplace_helpdesk.OperationButtons";
    static props = { ...standardWidgetProps, size: { type: String, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.action = useService("action");
        this.clock = useMinuteHand();
        this.state = useState({ busy: false });
        onWillStart(async () => {
            this.isManager = await user.hasGroup("marketplace_helpdesk.group_manager");
            this.isAgent = await user.hasGroup("marketplace_helpdesk.group_agent");
        });
    }

    get data() {
        return this.props.record.data;
    }

    get canDecide() {
        return this.isManager && this.data.state === "unknown" && this.data.needs_decision;
    }

    /** Money that did not go need not be sent again. */
    get canDrop() {
        const { amount, kind } = this.data;
        return this.canDecide && amount && ["refund", "gesture", "refuse_lines"].includes(kind);
    }

    get isReconciling() {
        return this.data.state === "unknown" && !this.data.needs_decision;
    }

    get waitsForManager() {
        return this.data.state === "unknown" && this.data.needs_decision && !this.isManager;
    }

    get canRetry() {
        return this.isAgent && this.data.state === "rejected";
    }

    get canSendNow() {
        const { retry_at: date, state } = this.data;
        return this.isAgent && state === "pending" && date && date > this.clock.now;
    }

    get canCorrect() {
        return this.isAgent && this.data.can_correct;
    }

    get canAbandon() {
        return this.isAgent && ["rejected", "pending", "waiting"].includes(this.data.state);
    }

    /** @returns {string} "Refund of 21.50 €" or "Answer" */
    get subject() {
        const { selection } = this.props.record.fields.kind;
        const kind = selection.find(([value]) => value === this.data.kind)?.[1] || "";
        if (!this.data.amount) {
            return kind;
        }
        const currencyId = this.data.currency_id?.id;
        const amount = formatMonetary(this.data.amount, { currencyId });
        return _t("%(kind)s of %(amount)s", { kind, amount });
    }

    get account() {
        return this.data.account_id?.display_name || _t("the marketplace");
    }

    /** Who knows: the payment service that should pay, or the marketplace. */
    get place() {
        return this.data.place || this.account;
    }

    happened() {
        this.ask(
            "action_happened",
            _t("It happened"),
            _t(
                "%(subject)s: you have seen at %(place)s that it happened. It is recorded as done and never sent again.",
                { subject: this.subject, place: this.place }
            )
        );
    }

    notHappened() {
        const body = this.data.amount
            ? _t(
                  "%(subject)s is sent to %(account)s again. If it did happen after all, the customer gets the money twice.",
                  { subject: this.subject, account: this.account }
              )
            : _t(
                  "%(subject)s is sent to %(account)s again. If it did happen after all, it happens twice.",
                  { subject: this.subject, account: this.account }
              );
        this.ask("action_not_happened", _t("It did not, send again"), body);
    }

    drop() {
        const body = _t(
            "%(subject)s: you have seen at %(place)s that the customer did not get it. %(account)s is asked once more, then it ends: nothing is sent, and the amount can be given back another way. If it did happen after all, the customer may get the money twice.",
            { subject: this.subject, place: this.place, account: this.account }
        );
        this.ask("action_drop", _t("It did not, drop it"), body);
    }

    retry() {
        const body = _t(
            "%(subject)s is sent to %(account)s once more. If the refusal was about its content, answer again instead.",
            { subject: this.subject, account: this.account }
        );
        this.ask("action_retry", _t("Retry"), body);
    }

    sendNow() {
        return this.call("action_retry");
    }

    abandon() {
        const body = _t(
            "%(subject)s: nothing is sent any more, nor are the steps that wait for it. The customer gets nothing.",
            { subject: this.subject }
        );
        this.ask("action_abandon", _t("Abandon"), body);
    }

    /** A message that has not left, or was refused: written anew in the answer dialog. */
    async correct() {
        const action = await this.orm.call("marketplace.operation", "action_correct", [
            [this.props.record.resId],
        ]);
        action.views = [[false, "form"]];
        await this.action.doAction(action, { onClose: () => this.reload() });
    }

    ask(method, label, body) {
        this.dialog.add(ConfirmationDialog, {
            title: label,
            body,
            confirmLabel: label,
            confirm: () => this.call(method),
            cancel: () => {},
        });
    }

    async call(method) {
        this.state.busy = true;
        try {
            await this.orm.call("marketplace.operation", method, [[this.props.record.resId]]);
        } finally {
            this.state.busy = false;
            await this.reload();
        }
    }

    /** The whole view: a ticket shows the operation's result in several places. */
    async reload() {
        const { root } = this.props.record.model;
        if (root.isDirty && (await root.isDirty())) {
            await root.save();
        }
        await root.load();
    }
}

registry.category("view_widgets").add("marketplace_operation_buttons", {
    component: MarketplaceOperationButtons,
    extractProps: ({ options }) => ({ size: options.size }),
    listViewWidth: 250,
    fieldDependencies: [
        { name: "state", type: "selection" },
        { name: "kind", type: "selection" },
        { name: "amount", type: "monetary" },
        { name: "currency_id", type: "many2one", relation: "res.currency" },
        { name: "account_id", type: "many2one", relation: "marketplace.account" },
        { name: "needs_decision", type: "boolean" },
        { name: "can_correct", type: "boolean" },
        { name: "place", type: "char" },
        { name: "retry_at", type: "datetime" },
    ],
});
