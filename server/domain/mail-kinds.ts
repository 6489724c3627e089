/** The mails that Signet sends by itself, each of which a person can turn off. Mails somebody asks for, as to sign in, are none of these. */
export const MAIL_KINDS = ["license_expiring", "seats_short", "credits_short"] as const;
export type MailKind = (typeof MAIL_KINDS)[number];
