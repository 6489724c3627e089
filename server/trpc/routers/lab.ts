import { authorised, router } from "../init.ts";

export const labRouter = router({
  list: authorised("license:issue").query(({ ctx }) => ctx.services.lab.list(ctx.actor)),
});
