/** The mails that Signet sends by itself, each of which a person can turn off. Mails somebody asks for, as to sign in, are none of these. */

/** To the managers of a customer. */
export const CUSTOMER_MAIL_KINDS = ["license_expiring", "seats_short", "credits_short"] as const;
export type CustomerMailKind = (typeof CUSTOMER_MAIL_KINDS)[number];

/** To a vendor's staff: what happened to its customers' licenses, at most once a day. */
export const STAFF_DIGEST = "staff_digest";

export const MAIL_KINDS = [...CUSTOMER_MAIL_KINDS, STAFF_DIGEST] as const;
export type MailKind = (typeof MAIL_KINDS)[number];
