import { SDK_VERSION } from "#sdk/version.ts";

/** What a program embeds: all of it public. */
export interface SdkValues {
  readonly server: string;
  readonly tenant: string;
  readonly rootKey: string;
  readonly product: string;
}

/** The portal serves the package it was built with. */
export function installCommand(portal: string): string {
  return `npm install ${portal}/signet-sdk-${SDK_VERSION}.tgz`;
}

export function activateInTypeScript({ server, tenant, rootKey, product }: SdkValues): string {
  return `import { isSignetError, Signet } from "@signet/sdk";

const signet = new Signet({
  server: ${JSON.stringify(server)},
  tenant: ${JSON.stringify(tenant)},
  rootKey: ${JSON.stringify(rootKey)},
  product: ${JSON.stringify(product)},
});

try {
  const activation = await signet.current().catch(() => signet.activate(licenseKey));
  console.log(activation.status, activation.features);
} catch (error) {
  if (!isSignetError(error)) throw error;
  console.error(error.message); // a sentence for the person at the screen
}`;
}

/** Runs in bash wherever OpenSSL 3 is. */
export function activateByCurl(values: SdkValues): string {
  return `${DEVICE_IN_SHELL}\n\n${activationByCurl(values)}`;
}

/** What a device is known by. */
export const DEVICE_IN_SHELL = `base64url() { base64 | tr '+/' '-_' | tr -d '=\\n'; }

openssl genpkey -algorithm ed25519 -out device-key.pem
DEVICE_KEY=$(openssl pkey -in device-key.pem -pubout -outform DER | tail -c 32 | base64url)
MACHINE=$(cat /etc/machine-id | openssl dgst -sha256 -binary | base64url)
NONCE=$(openssl rand 16 | base64url)`;

export function activationByCurl({ server, tenant, product }: SdkValues): string {
  return `curl -sS ${server}/v1/${tenant}/activations \\
  -H 'Content-Type: application/json' \\
  -d '{
    "licenseKey": "'"$LICENSE_KEY"'",
    "product": "${product}",
    "fingerprint": { "machine": "'"$MACHINE"'" },
    "deviceKey": { "kty": "OKP", "crv": "Ed25519", "x": "'"$DEVICE_KEY"'" },
    "nonce": "'"$NONCE"'"
  }'`;
}
