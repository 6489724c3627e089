// node quickstart.mjs SERVER TENANT ROOT_KEY PRODUCT LICENSE_KEY
import { isSignetError, Signet } from "@signet/sdk";

const [server, tenant, rootKey, product, licenseKey] = process.argv.slice(2);
try {
  const signet = new Signet({ server, tenant, rootKey, product });
  await signet.activate(licenseKey);
  const activation = await signet.current(); // verified once more, without the network
  console.log(activation.status, JSON.stringify(activation.features));
} catch (error) {
  if (!isSignetError(error)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
}
