// A web application, or an Electron window: the license key once, and a floating seat while the editor is open.
import { Signet } from "@signet/sdk";
import { useLicense, useSeat } from "@signet/sdk/react";

// The page says which: { server, tenant, rootKey, product }. None of them is secret.
const signet = new Signet(window.licensing);

// #region license
export function App({ user }) {
  const license = useLicense(signet);
  if (license.status === "loading") return null;
  if (license.status === "unlicensed") return <EnterKey license={license} />;
  return (
    <main>
      {license.status === "grace" && <p role="status">{license.reason}</p>}
      <Editor license={license} user={user} />
      <button type="button" onClick={license.deactivate} disabled={license.isPending}>
        Give this device back
      </button>
    </main>
  );
}

function EnterKey({ license: { reason, error, isPending, activate } }) {
  const submit = (event) => {
    event.preventDefault();
    activate(new FormData(event.target).get("key"));
  };
  return (
    <form onSubmit={submit}>
      <p role="alert">{error?.message ?? reason}</p>
      <input name="key" aria-label="License key" />
      <button type="submit" disabled={isPending}>
        Activate
      </button>
    </form>
  );
}
// #endregion

// #region seat
function Editor({ license, user }) {
  const { status, seat, reason, retry } = useSeat(license.activation, { holder: user });
  return (
    <section aria-label="Editor" data-seat={status}>
      <p role="status">{seat ? `You hold seat ${seat.slot}.` : (reason ?? "Taking a seat …")}</p>
      {(status === "lost" || status === "denied") && (
        <button type="button" onClick={retry}>
          Take a seat again
        </button>
      )}
      <textarea aria-label="Text" readOnly={status !== "holding"} />
      {license.has("export-4k") && <button type="button">Export in 4K</button>}
    </section>
  );
}
// #endregion
