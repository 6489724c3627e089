import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";

/** Of `localhost` and 127.0.0.1, signed by itself, for a hundred years: worth nothing outside tests. */
export const TEST_CA = `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUL3/9kmMlRmvVgTHAOYstmwD4Z4wwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDEwMjcyNloYDzIxMjYxMDMx
MTAyNzI2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASRKcdnqsr+Bi/mrFnhVmfiA0K1Uqb2D3pVr61OJaUoA87fCECw3Ht6
7BlaROpAMRXnxaRsl8okDQ80I/gx4bQ4o28wbTAdBgNVHQ4EFgQU2WE0kWxvRyW9
cW7gbN5BZwo8dOkwHwYDVR0jBBgwFoAU2WE0kWxvRyW9cW7gbN5BZwo8dOkwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhAPV8I5FODMTV9+MmG4ViaiqRv+hBNEF1AWB7hce2aX5fAiEA
01fnh7p83fY1kPcXNJVeTwoXi9QqNJmJEfLfZK1bn28=
-----END CERTIFICATE-----`;
const TEST_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgnqJdvtQhDq4nsFqk
BMOZOpr4gFaSYRCY4as0h+66RsqhRANCAASRKcdnqsr+Bi/mrFnhVmfiA0K1Uqb2
D3pVr61OJaUoA87fCECw3Ht67BlaROpAMRXnxaRsl8okDQ80I/gx4bQ4
-----END PRIVATE KEY-----`;

/** A real HTTPS server of this machine. */
export async function startHttps(listener: RequestListener): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer({ cert: TEST_CA, key: TEST_KEY }, listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
