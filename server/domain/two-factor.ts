/** What a sign-in without the second factor is answered, and by what the sign-in page knows to ask for it. */
export const TWO_FACTOR_NEEDED = "Enter the code that your authenticator app shows, or a recovery code.";
