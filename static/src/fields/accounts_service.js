import { registry } from "@web/core/registry";

/**
 * Letter and colour of every account, read once: lists show them in every row.
 */
export const accountsService = {
    dependencies: ["orm"],
    start(env, { orm }) {
        let letters = {};
        let reading = null;

        async function read() {
            try {
                const rows = await orm.silent.searchRead("marketplace.account", [], ["code", "color"], {
                    context: { active_test: false },
                });
                letters = Object.fromEntries(rows.map((row) => [row.id, row]));
            } catch {
                letters = {}; // no right to read accounts: their names give the letters
            }
        }

        return {
            /** @param {number} [id] read again when this account is not known yet */
            load(id) {
                if (!reading || (id && !(id in letters))) {
                    const before = reading;
                    reading = before ? before.then(() => (id in letters ? undefined : read())) : read();
                }
                return reading;
            },
            /** @returns {{ code?: string, color?: number }} */
            get(id) {
                return letters[id] || {};
            },
            /** Colours or letters were changed. */
            forget() {
                reading = null;
            },
        };
    },
};

registry.category("services").add("marketplace_accounts", accountsService);
