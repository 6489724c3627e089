import { generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";

/**
 * The yardstick: the smallest node:http server that parses and answers JSON; with `--sign` it also makes one Ed25519
 * signature over as many bytes as an activation token has. Prints its port once it listens.
 */
const { privateKey } = generateKeyPairSync("ed25519");
const signs = process.argv.includes("--sign");
const SIGNING_INPUT_BYTES = 900;
const input = Buffer.alloc(SIGNING_INPUT_BYTES, "x");

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const { message } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    const token = signs ? sign(null, input, privateKey).toString("base64url") : undefined;
    const body = JSON.stringify({ status: "ok", message, token });
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") process.stdout.write(`${address.port}\n`);
});
process.once("disconnect", () => process.exit(0));
