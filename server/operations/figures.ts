/** Every figure that the job `health-figures` computes over all tenants, and what it means. */
export const FIGURES = {
  signet_tenants: "Vendors' accounts.",
  signet_incidents_open: "Records that disagree and should not, over all tenants: alert on any.",
  signet_trust_bundle_ends_timestamp_seconds:
    "When the trust bundle of a tenant ends that ends first; clients refuse it from then on.",
  signet_signing_key_ends_timestamp_seconds: "When the active signing key of a tenant ends that ends first.",
  signet_figures_complete_timestamp_seconds:
    "Until when the charts' figures are final, of the tenant that is furthest behind.",
  signet_events_told_timestamp_seconds:
    "Until when decisions were turned into events, of the tenant that is furthest behind.",
  signet_webhook_deliveries_due: "Webhook deliveries that are due and not sent, over all tenants.",
  signet_mails_failed: "Mails of the last day that could not be sent, over all tenants.",
} as const;

export type Figure = keyof typeof FIGURES;

/** What monitoring reads of the installation. */
export interface InstanceState {
  readonly figures: Readonly<Record<string, number>>;
  readonly figuresAt: Date | null;
  readonly lastBackupAt: Date | null;
  readonly present: Readonly<Record<string, number>>;
  readonly jobs: readonly {
    readonly job: string;
    readonly lastDoneAt: Date | null;
    readonly failuresInRow: number;
    readonly waiting: number | null;
  }[];
}
