import { CODES, isCode } from "#server/domain/codes.ts";
import { countOf, formatNumber } from "../_components/format.ts";
import type { Asked, Desk, Seen, SeenAs } from "./procedures.ts";

/** What a file would do, in words: the sentence people decide by, and what to do where it would be refused. */
export interface Words {
  readonly headline: string;
  readonly advice?: string;
  readonly isRefused: boolean;
}

type License = Asked["license"];

const TITLES: Readonly<Record<Seen["kind"], string>> = {
  request: "Activation request",
  code: "Request code",
  codeWithoutLicense: "Request code",
  deactivation: "Deactivation receipt",
  journal: "Usage journal",
  response: "Activation response",
  snapshot: "Security snapshot",
};

export function titleOf({ kind }: Seen): string {
  return TITLES[kind];
}

export function requestWords(
  { license, prospect }: Asked,
  desk: Pick<Desk, "audience" | "vendorName">,
): Words {
  switch (prospect.outcome) {
    case "new":
      return { headline: newDevice(license), isRefused: false };
    case "known":
      return {
        headline: `This machine is known${prospect.device ? ` as ${prospect.device}` : ""}: it gets a fresh response and takes no further device.`,
        isRefused: false,
      };
    case "again":
      return {
        headline: "This was answered before: you get the same response again, and no device is taken.",
        isRefused: false,
      };
    case "refused":
      return { ...refusalWords(prospect.code, license, desk), isRefused: true };
  }
}

function newDevice({ activationCount, activationsMax }: License): string {
  if (activationsMax === null)
    return `Takes one device; any number is allowed, ${formatNumber(activationCount + 1)} will be in use.`;
  return `Takes 1 of ${countOf(activationsMax, "device")}: ${formatNumber(activationCount + 1)} of ${formatNumber(activationsMax)} will be in use.`;
}

export function deactivationWords({ license, prospect }: SeenAs<"deactivation">): Words {
  if (prospect.outcome === "again")
    return { headline: "This device was given up before; there is nothing left to do.", isRefused: false };
  if (prospect.outcome === "refused")
    return { headline: "This device's activation was revoked; it holds no place any more.", isRefused: true };
  const { activationCount, activationsMax } = license;
  const left = formatNumber(Math.max(activationCount - 1, 0));
  return {
    headline:
      activationsMax === null
        ? `Gives up this device: ${left} will be in use.`
        : `Frees 1 of ${countOf(activationsMax, "device")}: ${left} of ${formatNumber(activationsMax)} will be in use.`,
    isRefused: false,
  };
}

export function journalWords({ first, last, recorded, used }: SeenAs<"journal">): Words {
  if (last <= recorded)
    return { headline: "All of it was recorded before; nothing is charged again.", isRefused: false };
  if (first > recorded + 1)
    return {
      headline: `Entries ${formatNumber(recorded + 1)} to ${formatNumber(first - 1)} are missing.`,
      advice: "Bring the journal that has them first, or make a new one on the machine.",
      isRefused: true,
    };
  const amounts = used.map(({ amount, unit }) => `${formatNumber(amount)} ${unit}`);
  const what = amounts.length === 0 ? "nothing" : new Intl.ListFormat("en").format(amounts);
  return {
    headline: `Records ${countOf(last - Math.max(first - 1, recorded), "entry", "entries")}: ${what} used from the credits this machine took along.`,
    isRefused: false,
  };
}

function refusalWords(
  code: string,
  { activationsMax, product }: License,
  { audience, vendorName }: Pick<Desk, "audience" | "vendorName">,
): Omit<Words, "isRefused"> {
  const isCustomer = audience === "customer";
  switch (code) {
    case "activation_limit_reached":
      return {
        headline: `All ${countOf(activationsMax ?? 0, "device")} of this license are taken.`,
        advice: isCustomer
          ? `Give up a device that is no longer used, or ask ${vendorName} for more. Then bring this request again.`
          : "Deactivate a device, or raise the limit in the license's terms. Then bring this request again.",
      };
    case "offline_not_allowed":
      return {
        headline: "This license does not allow machines without a network.",
        advice: isCustomer
          ? `Ask ${vendorName} to allow it, then bring this request again.`
          : "Allow offline use in the license's terms, then bring this request again.",
      };
    case "product_mismatch":
      return {
        headline: `This license is for ${product}, and another program made the request.`,
        advice: "Look at the license key that was entered on the machine.",
      };
    case "activation_not_found":
      return {
        headline: "This machine was given up after its request had been answered.",
        advice: "Make a new request on it.",
      };
    default:
      return { headline: isCode(code) ? CODES[code].sentence : "This request would be refused." };
  }
}

/** Files in the order in which they must be brought: what was used before the device that used it is given up. */
export function filesIn(text: string): string[] {
  const blocks = text.match(/-----BEGIN SIGNET ([A-Z ]+)-----[\s\S]*?-----END SIGNET \1-----/g) ?? [];
  if (blocks.length < 2) return [text];
  return blocks.toSorted((one, other) => rank(one) - rank(other));
}

function rank(block: string): number {
  return block.includes("DEACTIVATION") ? 1 : 0;
}

/** A name that a response is saved under. */
export function fileName(kind: string, device: string): string {
  const name = device
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .replace(/[^\w-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .toLowerCase();
  return `signet-${kind}${name === "" ? "" : `-${name.slice(0, 60)}`}.txt`;
}
