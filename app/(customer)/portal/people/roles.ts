import type { CustomerRole } from "#server/domain/actor.ts";

/** What each role is called, and what it means to whoever chooses. */
export const ROLE_WORDS: Record<CustomerRole, { readonly label: string; readonly means: string }> = {
  manager: {
    label: "Manager",
    means: "Sees keys, frees devices and seats, and invites and removes people.",
  },
  member: { label: "Member", means: "Sees licenses, devices and seats, and names devices." },
};

export const ROLE_OPTIONS = Object.entries(ROLE_WORDS).map(([value, { label }]) => ({ value, label }));
