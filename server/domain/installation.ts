/** Stands where a tenant's id does for what belongs to no vendor's account: the mails of those who only sign up, say. */
export const INSTALLATION = "00000000-0000-0000-0000-000000000000";
