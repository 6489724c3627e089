/** The largest request body taken, in bytes; nobody need be signed in to send one. */
export const PORTAL_BODY_BYTES_MAX = 1024 * 1024;

/** The same of what uploads a file, for somebody who is signed in: ten thousand rows of what anybody writes. */
export const UPLOAD_BODY_BYTES_MAX = 8 * 1024 * 1024;

/** How many calls one request may carry. */
export const BATCH_CALLS_MAX = 20;
