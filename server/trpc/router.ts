import { router } from "./init.ts";
import { teamRouter } from "./routers/team.ts";

/** Every procedure of the portal: one router a noun. */
export const appRouter = router({
  team: teamRouter,
});

export type AppRouter = typeof appRouter;
