import { router } from "./init.ts";
import { accountRouter } from "./routers/account.ts";
import { analyticsRouter } from "./routers/analytics.ts";
import { apiKeyRouter } from "./routers/api-key.ts";
import { auditRouter } from "./routers/audit.ts";
import { balanceRouter } from "./routers/balance.ts";
import { customerRouter } from "./routers/customer.ts";
import { healthRouter } from "./routers/health.ts";
import { identityProviderRouter } from "./routers/identity-provider.ts";
import { incidentRouter } from "./routers/incident.ts";
import { joinRouter } from "./routers/join.ts";
import { labRouter } from "./routers/lab.ts";
import { licenseRouter } from "./routers/license.ts";
import { licenseBatchRouter } from "./routers/license-batch.ts";
import { offlineRouter } from "./routers/offline.ts";
import { overviewRouter } from "./routers/overview.ts";
import { policyRouter } from "./routers/policy.ts";
import { portalRouter } from "./routers/portal.ts";
import { productRouter } from "./routers/product.ts";
import { promotionRouter } from "./routers/promotion.ts";
import { searchRouter } from "./routers/search.ts";
import { seatRouter } from "./routers/seat.ts";
import { settingsRouter } from "./routers/settings.ts";
import { signUpRouter } from "./routers/sign-up.ts";
import { startRouter } from "./routers/start.ts";
import { teamRouter } from "./routers/team.ts";
import { trustRouter } from "./routers/trust.ts";
import { webhookRouter } from "./routers/webhook.ts";

/** Every procedure of the portal: one router a noun. */
export const appRouter = router({
  account: accountRouter,
  apiKey: apiKeyRouter,
  analytics: analyticsRouter,
  audit: auditRouter,
  balance: balanceRouter,
  customer: customerRouter,
  health: healthRouter,
  identityProvider: identityProviderRouter,
  incident: incidentRouter,
  lab: labRouter,
  join: joinRouter,
  license: licenseRouter,
  offline: offlineRouter,
  licenseBatch: licenseBatchRouter,
  overview: overviewRouter,
  policy: policyRouter,
  portal: portalRouter,
  product: productRouter,
  promotion: promotionRouter,
  seat: seatRouter,
  search: searchRouter,
  settings: settingsRouter,
  start: startRouter,
  signUp: signUpRouter,
  team: teamRouter,
  trust: trustRouter,
  webhook: webhookRouter,
});

export type AppRouter = typeof appRouter;
