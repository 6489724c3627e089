/** What both roots sign when one follows the other (`typ: signet-root+jwt`). */
export interface RootTransitionClaims {
  readonly iss: string;
  /** Tenant id, `ten_…`. */
  readonly tenant: string;
  /** The first bundle that the new root signed. */
  readonly seq: number;
  /** The `x` of the root that hands over, and of the one that follows it. */
  readonly from: string;
  readonly to: string;
  readonly iat: number;
}

/** That one root follows another: the same {@link RootTransitionClaims}, byte for byte, signed by each. */
export interface RootTransition {
  /** Compact JWS by the old root. */
  readonly byOld: string;
  /** Compact JWS by the new root. */
  readonly byNew: string;
}
