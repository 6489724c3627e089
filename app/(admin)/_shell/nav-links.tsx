import Link from "next/link";
import type { Permission } from "#server/auth/permissions.ts";
import frame from "../../_shell/frame.module.css";
import { NAV } from "./nav.ts";
import classes from "./shell.module.css";

/** The sidebar's links, without those the person could not open. */
export function Nav({ permissions, path }: { permissions: readonly Permission[]; path: string }) {
  return NAV.map(({ heading, items }) => {
    const visible = items.filter(({ permission }) => permissions.includes(permission));
    if (visible.length === 0) return null;
    return (
      <section key={heading ?? ""} aria-label={heading ?? "Main"}>
        {heading !== undefined && <div className={classes.heading}>{heading}</div>}
        <ul className={frame.list}>
          {visible.map(({ href, label, icon: Glyph }) => (
            <li key={href}>
              <Link href={href} className={frame.link} aria-current={isHere(href, path) ? "page" : undefined}>
                <Glyph size={18} stroke={1.7} aria-hidden />
                {label}
              </Link>
            </li>
          ))}
        </ul>
      </section>
    );
  });
}

/** The overview's address begins every other one, so it must match whole. */
function isHere(href: string, path: string): boolean {
  return path === href || (href !== "/admin" && path.startsWith(`${href}/`));
}
