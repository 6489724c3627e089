import type { StartKind } from "#server/domain/guided-start.ts";
import { activationByCurl, DEVICE_IN_SHELL, type SdkValues } from "../products/[id]/snippets.ts";

interface Values extends SdkValues {
  readonly licenseKey: string;
}

export interface Program {
  readonly id: "typescript" | "shell";
  readonly label: string;
  readonly code: string;
  /** Where it runs, and what it needs. */
  readonly note: string;
}

/** A first program that runs as it stands, in each language. */
export function programsFor(kind: StartKind, values: Values): readonly [Program, Program] {
  return [
    {
      id: "typescript",
      label: "TypeScript",
      code: inTypeScript(kind, values),
      note: "Save it as first.mjs and run it: node first.mjs",
    },
    kind === "air_gapped"
      ? {
          id: "shell",
          label: "Command line",
          code: byCommandLine(values),
          note: "The first and the last command run on the machine without a network. Needs jq for the one between them.",
        }
      : {
          id: "shell",
          label: "curl",
          code: byCurl(kind, values),
          note: "Runs in bash wherever OpenSSL 3 is, without the SDK.",
        },
  ];
}

function inTypeScript(kind: StartKind, values: Values): string {
  const { server, tenant, rootKey, product } = values;
  return `import { Signet } from "@signet/sdk";

const signet = new Signet({
  server: ${text(server)},
  tenant: ${text(tenant)},
  rootKey: ${text(rootKey)},
  product: ${text(product)},
});
${USES[kind](values)}`;
}

const USES: Readonly<Record<StartKind, (values: Values) => string>> = {
  desktop: ({ licenseKey }) => `const activation = await signet.activate(${text(licenseKey)});
console.log(activation.status, activation.features);`,

  floating: ({ licenseKey }) => `const activation = await signet.activate(${text(licenseKey)});
const seat = await activation.checkout({ holder: "ada@example.com" });
console.log("seat", seat.slot, seat.status);`,

  credits: ({ licenseKey }) => `const activation = await signet.activate(${text(licenseKey)});
const ticket = await activation.ticket("requests", 10); // reserves
await ticket.spend(4);
console.log(await ticket.settle()); // charges 4, gives 6 back`,

  air_gapped: ({ server, tenant, licenseKey }) =>
    `const request = await signet.offline.requestFile(${text(licenseKey)});
// Carried to a machine with a network, which sends it, and the answer carried back:
const answer = await fetch(${text(`${server}/v1/${tenant}/offline/activations`)}, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ request }),
});
const { response } = await answer.json();
console.log((await signet.offline.importResponse(response)).status);`,
};

function byCurl(kind: StartKind, values: Values): string {
  const { server, tenant } = values;
  const activation = activationByCurl(values);
  const beginning = `LICENSE_KEY=${values.licenseKey}\n${DEVICE_IN_SHELL}\n\n`;
  const further = {
    floating: `curl -sS ${server}/v1/${tenant}/leases \\
  -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
  -d '{ "holder": "bo@example.com", "nonce": "'"$NONCE"'" }'`,
    credits: `curl -sS ${server}/v1/${tenant}/usage \\
  -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
  -d '{ "events": [{ "id": "'"$NONCE"'", "meter": "requests", "amount": 4,
    "occurredAt": "'"$(date -u +%FT%T.000Z)"'" }] }'`,
    desktop: undefined,
    air_gapped: undefined,
  }[kind];
  if (further === undefined) return `${beginning}${activation}`;
  return `${beginning}TOKEN=$(${activation} | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')\n\n${further}`;
}

function byCommandLine({ server, tenant, rootKey, product, licenseKey }: Values): string {
  return `export SIGNET_SERVER=${server} SIGNET_TENANT=${tenant} SIGNET_PRODUCT=${product}
export SIGNET_ROOT_KEY=${rootKey}

npx signet request ${licenseKey} > request.txt

jq -Rs '{request: .}' request.txt |
  curl -sS $SIGNET_SERVER/v1/$SIGNET_TENANT/offline/activations -H 'Content-Type: application/json' -d @- |
  jq -r .response > response.txt

npx signet import response.txt`;
}

function text(value: string): string {
  return JSON.stringify(value);
}
