/** What the browser tests load: the SDK as an application's bundle holds it, and the React example, mounted as its authors would. */
import * as sdk from "@signet/sdk";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "../../examples/react-app.jsx";

let root;
Object.assign(window, {
  sdk,
  show(user) {
    root = createRoot(document.getElementById("root"));
    root.render(
      <StrictMode>
        <App user={user} />
      </StrictMode>,
    );
  },
  hide: () => root.unmount(),
});
