import type { KeyWrapper } from "#server/platform/master-key.ts";

interface Of {
  readonly tenantId: string;
  readonly id: string;
}

/** Bound to its row, so that it opens as no other mail's. */
const label = ({ tenantId, id }: Of): string => `mail/${tenantId}/${id}`;

export async function sealPayload(
  keyWrapper: KeyWrapper,
  mail: Of,
  payload: unknown,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await keyWrapper.wrap(Buffer.from(JSON.stringify(payload)), label(mail)));
}

export async function openPayload(keyWrapper: KeyWrapper, mail: Of, sealed: Uint8Array): Promise<unknown> {
  return JSON.parse(Buffer.from(await keyWrapper.unwrap(sealed, label(mail))).toString());
}
