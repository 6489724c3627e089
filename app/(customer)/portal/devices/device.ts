/** A device in use, as its customer sees it. */
export interface Device {
  readonly id: string;
  readonly name: string;
  readonly platform: string;
  readonly appVersion?: string;
  readonly lastSeenAt: Date;
  /** Whether the license's rules let its customer free the device's place. */
  readonly movable: boolean;
  readonly license: { readonly id: string; readonly keyHint: string; readonly product: string };
}
