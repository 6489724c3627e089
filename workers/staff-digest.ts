/** What the processor needs of the mails to a vendor's staff. */
export interface StaffDigest {
  /** Writes what is due, at most one a day to each person. */
  write(): Promise<{ written: number }>;
}

export function staffDigest(digest: StaffDigest) {
  return (): Promise<{ written: number }> => digest.write();
}
