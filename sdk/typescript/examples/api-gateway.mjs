// An API gateway that charges its customers' licenses a credit for each call.
// node api-gateway.mjs SERVER TENANT ROOT_KEY PRODUCT LICENSE, with SIGNET_API_KEY in the environment
import { createServer } from "node:http";
import { chargeStatus, isSignetError, meter, SignetBackend } from "@signet/sdk/backend";

const [server, tenant, rootKey, product, license] = process.argv.slice(2);
const backend = new SignetBackend({ server, tenant, rootKey, product, apiKey: process.env.SIGNET_API_KEY });

// #region meter
const answer = meter(
  { license: () => backend.license(license), meter: "credits" }, // of whoever calls: look it up by their own key
  async (request, response) => {
    if (request.url === "/broken") throw new Error("This call failed, and costs nothing.");
    response.end(`You asked for ${request.url}\n`);
  },
);
// #endregion

const gateway = createServer((request, response) => {
  answer(request, response).catch((error) => {
    response.statusCode = isSignetError(error) ? chargeStatus(error) : 500;
    response.end(`${error.message}\n`);
  });
});
gateway.listen(0, "127.0.0.1", () => console.log(gateway.address().port));
