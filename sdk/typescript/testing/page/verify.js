/** What the browser tests load where an application only verifies. */
import * as verify from "@signet/sdk/verify";

Object.assign(window, { verify });
