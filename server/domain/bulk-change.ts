/** What can be done to many licenses at once. */
export const BULK_ACTIONS = ["suspend", "reinstate", "renew", "move", "revoke"] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** Licenses that are changed together at most: few enough to be looked at first, in numbers, while somebody waits. */
export const BULK_LICENSES_MAX = 10_000;

/** Chosen one by one at most; more are chosen by what they have in common. */
export const CHOSEN_LICENSES_MAX = 1_000;
