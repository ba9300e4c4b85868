import { registry } from "@web/core/registry";
import { RelationalModel } from "@web/model/relational_model/relational_model";
import { kanbanView } from "@web/views/kanban/kanban_view";

/** A change of stage takes along what the page showed: the server refuses where more came since. */
class TicketRecord extends RelationalModel.Record {
    _getChanges(changes, options) {
        const result = super._getChanges(...arguments);
        if (result.stage_id && this.data.marketplace_seen && !options?.withReadonly) {
            result.marketplace_seen = this.data.marketplace_seen;
        }
        return result;
    }

    /** A refused stage is not left on the page as if it were only unsaved; what was typed stays. */
    async _save() {
        const names = Object.keys(this._getChanges());
        const isMove =
            this.data.marketplace_seen &&
            names.includes("stage_id") &&
            names.every((name) => ["stage_id", "marketplace_seen"].includes(name));
        try {
            return await super._save(...arguments);
        } catch (error) {
            if (isMove && this.isInEdition) {
                this._discard();
                await this._load({});
            }
            throw error;
        }
    }
}

export class TicketModel extends RelationalModel {
    static Record = TicketRecord;
}

registry.category("views").add("marketplace_ticket_kanban", {
    ...kanbanView,
    Model: TicketModel,
});
