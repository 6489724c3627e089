/** That a caller is who it says, found good by the keys of one trust bundle. */
export interface Proof {
  /** `seq` of the bundle whose keys it was verified by. */
  readonly trustSeq: number;
  /** Verifies the same credential by keys no older than `trustSeq`. Throws `unauthorized` when they no longer bear it out. */
  renew(trustSeq: number): Promise<Proof>;
}
