import type { AuthorityStep } from "#server/domain/authority-plan.ts";
import type { Credential } from "#server/domain/credential.ts";

export interface PlannedAuthority {
  /** Names the account's state: that a plan was made against, or that it was brought into. */
  readonly state: string;
  readonly steps: readonly AuthorityStep[];
  /** What the account has and the file does not name. */
  readonly missing: readonly string[];
}

/** What a vendor defines, as a file: the one part of the control plane that is asked for over HTTP. */
export interface AuthorityFilesService {
  export(tenantId: string): Promise<string>;
  plan(tenantId: string, document: string): Promise<PlannedAuthority>;
  apply(
    tenantId: string,
    request: { readonly document: string; readonly state: string; readonly credential: Credential },
  ): Promise<PlannedAuthority>;
}
