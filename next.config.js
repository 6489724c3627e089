/** Headers every answer carries; the content security policy, which needs a nonce a request, is in proxy.ts. */
const SECURITY_HEADERS = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  // A page's address can carry an invitation's secret: it is told to nobody else.
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(self), microphone=(), geolocation=(), payment=()" },
];

/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  // `npm run typecheck` checks the types, of everything and once; a start should not wait for it.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: import.meta.dirname },
  serverExternalPackages: [
    "@node-rs/argon2",
    "@prisma/adapter-pg",
    "@prisma/client",
    "bullmq",
    "fastify",
    "ioredis",
    "pg",
    "pino",
    "prom-client",
    "rate-limiter-flexible",
  ],
  experimental: {
    optimizePackageImports: [
      "@mantine/core",
      "@mantine/charts",
      "@mantine/dates",
      "@mantine/hooks",
      "@tabler/icons-react",
    ],
  },
  headers: async () => [{ source: "/(.*)", headers: SECURITY_HEADERS }],
};

export default config;
