import { jwsIn } from "../offline-exchange.ts";
import { readDocument, TRUST } from "../state.ts";
import { openTrustBundle, type TrustBundle } from "../trust-bundle.ts";
import { type Call, textOption } from "./command.ts";
import { CliError } from "./failure.ts";
import { fileText } from "./file-input.ts";

/** What a file is verified by, down from the root key. */
export interface VendorKeys {
  /** Opens a bundle that a file holds; one that has ended still says which keys were good. */
  open(bundle: string): Promise<TrustBundle>;
  /** The bundle that `--snapshot` names, else the one that this machine has seen. */
  known(): Promise<TrustBundle>;
}

export async function vendorKeys(call: Call): Promise<VendorKeys> {
  const { rootKey, tenant, storage } = call.options({ online: false });
  const stored = await readDocument(storage, TRUST);
  const seen = stored?.root === rootKey || stored?.trusted === rootKey ? stored : undefined;
  const open = (bundle: string) =>
    openTrustBundle(bundle, rootKey, {
      now: call.surroundings.now(),
      tenant,
      allowExpired: true,
      lastRoot: seen?.trusted,
    });
  return {
    open,
    async known() {
      const path = textOption(call, "snapshot");
      const bundle = path === undefined ? seen?.bundle : jwsIn("snapshot", await fileText(call, path));
      if (bundle !== undefined) return open(bundle);
      const next = "Pass a security snapshot with `--snapshot FILE`, or run `signet activate` once.";
      throw new CliError("noInput", "keys_missing", "The vendor's keys are not known on this machine.", next);
    },
  };
}
