/** What every token but the bundle carries. */
export interface CommonClaims {
  /** The tenant id, `ten_…`. */
  readonly iss: string;
  /** The product code. */
  readonly aud: string;
  readonly sub: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
  /** Correlation id of the request that made it. */
  readonly cid: string;
  /** The `seq` of the trust bundle in force when it was signed. */
  readonly trust: number;
}

/** A feature's granted value: a flag, a limit (whole number), or a text value. */
export type FeatureValue = boolean | number | string;
export type Features = Readonly<Record<string, FeatureValue>>;
