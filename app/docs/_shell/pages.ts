/** A page of the documentation: written in `docs/<slug>.md`, or made from the product itself. */
export interface DocsPage {
  /** Under `/docs/`. */
  readonly slug: string;
  readonly title: string;
  /** What a reader finds there, in half a sentence. */
  readonly about: string;
  /** Made from the product's own definitions, by a route of its own. */
  readonly isMade?: true;
}

export interface DocsSection {
  readonly title: string;
  readonly pages: readonly DocsPage[];
}

/** The order in which a newcomer reads. */
export const SECTIONS: readonly DocsSection[] = [
  {
    title: "Quick start",
    pages: [
      {
        slug: "start/desktop",
        title: "Desktop application",
        about: "activate once, verify offline ever after",
      },
      { slug: "start/floating", title: "Floating seats", about: "share seats in a team, and get them back" },
      { slug: "start/react", title: "React", about: "a license and a seat in a web application" },
      { slug: "start/credits", title: "API credits", about: "charge what is used, once" },
      {
        slug: "start/air-gapped",
        title: "Air-gapped machine",
        about: "by file or by hand, without a network",
      },
      { slug: "start/http", title: "Without the SDK", about: "any language, HTTP and a JOSE library" },
    ],
  },
  {
    title: "Concepts",
    pages: [
      {
        slug: "concepts/licenses",
        title: "Policies and licenses",
        about: "what is sold, and what may be done",
      },
      {
        slug: "concepts/devices",
        title: "Devices",
        about: "activation, fingerprints, and what a device proves",
      },
      { slug: "concepts/seats", title: "Seats", about: "leases, heartbeats, borrowing, overage" },
      { slug: "concepts/usage", title: "Usage and credits", about: "meters, tickets and the ledger" },
      { slug: "concepts/trust", title: "Trust", about: "what an application believes, and why" },
      { slug: "concepts/decisions", title: "Decisions and traces", about: "why something was refused" },
    ],
  },
  {
    title: "Reference",
    pages: [
      { slug: "sdk", title: "TypeScript SDK", about: "every call, its units and its errors", isMade: true },
      { slug: "cli", title: "Command line", about: "every command of signet, its options and exit codes" },
      { slug: "api", title: "HTTP API", about: "every operation, from the OpenAPI document", isMade: true },
      {
        slug: "webhooks",
        title: "Webhooks",
        about: "be told what happens, and every event there is",
        isMade: true,
      },
      { slug: "operations", title: "Operations", about: "run it: back up, upgrade, watch, mend" },
      { slug: "errors", title: "Error codes", about: "what happened, and what to do", isMade: true },
      { slug: "protocol", title: "Protocol", about: "for those who write a client of their own" },
    ],
  },
];

export const PAGES: readonly DocsPage[] = SECTIONS.flatMap(({ pages }) => pages);
