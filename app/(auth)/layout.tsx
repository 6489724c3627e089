import type { ReactNode } from "react";
import { Wordmark } from "../_components/mark.tsx";
import classes from "./auth.module.css";
import { Guilloche } from "./guilloche.tsx";

/** Pages for people who are not signed in: the form on one side, on the other what it opens. */
export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <div className={classes.split}>
      <main className={classes.form}>
        <div className={classes.inner}>
          <Wordmark size={34} />
          <div className={classes.content}>{children}</div>
        </div>
      </main>
      <aside className={classes.brand} aria-hidden="true">
        <Guilloche />
        <div className={classes.words}>
          <p className={classes.claim}>What may be done, signed and sealed.</p>
          <p className={classes.detail}>
            Signed licenses, floating seats and metered usage, enforced online and off.
          </p>
        </div>
      </aside>
    </div>
  );
}
