import type { Api, ApiAnswer, ApiCall } from "./api.ts";
import type { ClaimsByKind } from "./claims.ts";
import { type Bound, believeAnswer, type CreditLine, type OnlineKind, type Owner } from "./credit-line.ts";
import type { Configuration } from "./options.ts";
import type { Trust } from "./trust.ts";

interface BackendLineOptions {
  readonly configuration: Configuration;
  readonly api: Api;
  readonly trust: Trust;
  readonly apiKey: string;
}

/** The line of the vendor's backend to the server, for one license. */
export class BackendLine implements CreditLine {
  readonly configuration: Configuration;
  readonly owner: Owner;
  readonly #options: BackendLineOptions;

  constructor(options: BackendLineOptions, license: string) {
    this.configuration = options.configuration;
    this.owner = { license, activation: undefined };
    this.#options = options;
  }

  send({ method = "POST", path, body, ...call }: Omit<ApiCall, "bearer">): Promise<ApiAnswer> {
    const { license } = this.owner;
    const named =
      method === "GET"
        ? { path: `${path}?license=${encodeURIComponent(license)}` }
        : { path, body: { ...body, license } };
    const bearer = this.#options.apiKey;
    return this.#options.api.send({ subject: license, ...call, ...named, method, bearer });
  }

  believe<Kind extends OnlineKind>(
    kind: Kind,
    token: unknown,
    answer: ApiAnswer,
    expected: Bound,
  ): Promise<ClaimsByKind[Kind]> {
    const from = { trust: this.#options.trust, audience: this.configuration.product, owner: this.owner };
    return believeAnswer(from, kind, token, answer, expected);
  }
}
