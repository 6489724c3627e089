/** What the server and the SDK share: the wire's types, the codes, the SDK's version, and the forms of license keys, fingerprints and files. */
const SHARED = "sdk/typescript/src/(wire|codes|license-key|version|fingerprint-digest|offline-[a-z]+)\\.ts$";
const DATABASE_CLIENT = "prisma/generated/";
const TESTS = "\\.test\\.tsx?$|/testing/";

/** Each room, and the rooms it may import besides itself. What is not listed is forbidden. */
const ARROWS = {
  "sdk/typescript/src/": [],
  "server/domain/": [SHARED],
  "server/platform/": ["server/domain/", DATABASE_CLIENT],
  "server/jobs/": ["server/domain/", "server/platform/"],
  "server/events/": ["server/domain/", "server/platform/", DATABASE_CLIENT],
  "server/trust/": ["server/events/", "server/domain/", "server/platform/", DATABASE_CLIENT, SHARED],
  "server/(activations|leases|usage|callers|idempotency)/": [
    "server/trust/",
    "server/domain/",
    "server/platform/",
    DATABASE_CLIENT,
    SHARED,
  ],
  "server/offline/": ["server/(activations|usage|trust|domain|platform)/", SHARED],
  "server/(authority|analytics|reconciliation|retention)/": [
    "server/events/",
    "server/jobs/",
    "server/domain/",
    "server/platform/",
    DATABASE_CLIENT,
    SHARED,
  ],
  "server/webhooks/": [
    "server/authority/",
    "server/events/",
    "server/domain/",
    "server/platform/",
    DATABASE_CLIENT,
  ],
  "server/mail/": ["server/domain/", "server/platform/", DATABASE_CLIENT],
  "server/auth/": [
    "server/authority/",
    "server/mail/",
    "server/domain/",
    "server/platform/",
    DATABASE_CLIENT,
  ],
  "server/live/": ["server/(auth|domain|platform)/"],
  "server/lab/(?!clients/)": ["server/(authority|auth|live|domain|platform)/", "server/lab/"],
  // Applications, in processes of their own: of the server they know only how they are spoken with.
  "server/lab/clients/": ["server/lab/protocol\\.ts$", "sdk/typescript/src/node\\.ts$"],
  "server/operations/": ["server/jobs/", "server/domain/", "server/platform/", DATABASE_CLIENT],
  "server/trpc/": ["server/(authority|analytics|webhooks|operations|mail|auth|lab|domain|platform)/", SHARED],
  "server/license-server/": [
    "server/(activations|leases|usage|offline|callers|idempotency|trust|operations|domain|platform)/",
    "server/container\\.ts$",
    SHARED,
  ],
  "server/container/": [
    "server/(activations|leases|usage|offline|callers|idempotency|trust|events|webhooks|authority|analytics|reconciliation|retention|operations|jobs|mail|auth|live|lab|domain|platform)/",
  ],
  "server/container\\.ts$": ["server/container/", "server/platform/"],
  "app/": [
    "server/(trpc|auth|domain|platform)/",
    "server/license-server/next",
    "server/container\\.ts$",
    SHARED,
  ],
  "workers/": [
    "server/(activations|leases|usage|trust|events|webhooks|authority|analytics|reconciliation|retention|operations|jobs|domain|platform)/",
    "server/container\\.ts$",
  ],
  "prisma/(migrator|embedded)/": ["prisma/embedded/", "server/(domain|platform)/"],
};

const arrows = Object.entries(ARROWS).map(([room, allowed]) => ({
  name: `arrows-of-${room.replace(/[^a-z-]+/g, "-").replace(/-+$/, "")}`,
  comment: `${room} may import only itself and: ${allowed.join(", ") || "nothing of ours"}.`,
  severity: "error",
  from: { path: `^(${room})`, pathNot: TESTS },
  to: {
    path: "^(app|server|workers|sdk|prisma|scripts|tests)/",
    // "$1" is the room that matched: of a group, (a|b), each may import itself and not the other.
    pathNot: ["^$1", ...allowed.map((path) => `^${path}`)],
  },
}));

export default {
  forbidden: [
    ...arrows,
    {
      name: "runtime-plane-without-the-portal",
      comment: "The LicenseServer and all it stands on never reach Next, React or tRPC, by whatever way.",
      severity: "error",
      from: {
        path: "^server/(license-server|domain|platform|events|trust|activations|leases|usage|offline|callers|idempotency)/",
        pathNot: TESTS,
      },
      to: { path: "^node_modules/(next|next-auth|react|react-dom|@trpc)/", reachable: true },
    },
    {
      name: "container-only-at-entry-points",
      comment: "What is built once is handed on, not fetched from wherever it is wanted.",
      severity: "error",
      from: {
        pathNot: `^(app/_server\\.ts|server/license-server/main\\.ts|workers/main\\.ts|prisma/seed\\.ts)$|^server/container(\\.ts$|/)|^tests/|${TESTS}`,
      },
      to: { path: "^server/container(\\.ts$|/)" },
    },
    {
      name: "transports-hold-no-query",
      comment: "A page, procedure, operation or processor calls a service; the database is behind it.",
      severity: "error",
      from: { path: "^(app|workers|server/(trpc|license-server))/", pathNot: TESTS },
      to: { path: `^${DATABASE_CLIENT}|^server/platform/database\\.ts$|^node_modules/(pg|@prisma)/` },
    },
    {
      name: "test-support-stays-in-tests",
      severity: "error",
      from: { path: "^(app|server|workers|sdk)/", pathNot: TESTS },
      to: { path: `^server/testing/|${TESTS}` },
    },
    {
      name: "sdk-has-one-dependency",
      severity: "error",
      from: { path: "^sdk/typescript/src/", pathNot: TESTS },
      to: { path: "^node_modules/", pathNot: "^node_modules/(jose|react|@types/(node|react))/" },
    },
    {
      name: "only-the-hooks-know-react",
      comment: "React is an optional peer of the SDK: nothing but its own entry may ask for it.",
      severity: "error",
      from: { path: "^sdk/typescript/src/", pathNot: `^sdk/typescript/src/react\\.ts$|${TESTS}` },
      to: { path: "^node_modules/(@types/)?react" },
    },
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
    { name: "nothing-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "no-development-packages-in-production",
      severity: "error",
      from: { path: "^(app|server|workers|sdk/typescript/src|prisma)/", pathNot: TESTS },
      to: { dependencyTypes: ["npm-dev"], pathNot: "^node_modules/@types/" },
    },
  ],
  options: {
    doNotFollow: { path: ["node_modules", "^prisma/generated/"] },
    exclude: { path: "^sdk/typescript/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};
