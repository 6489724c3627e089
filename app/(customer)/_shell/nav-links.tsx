import Link from "next/link";
import { customerAllows } from "#server/auth/permissions.ts";
import type { CustomerRole } from "#server/domain/actor.ts";
import frame from "../../_shell/frame.module.css";
import { NAV } from "./nav.ts";

/** The sidebar's links, without those the person could not open. */
export function Nav({ role, path }: { role: CustomerRole; path: string }) {
  const visible = NAV.filter(
    ({ permission }) => permission === undefined || customerAllows(role, permission),
  );
  return (
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
  );
}

/** The licenses' address begins every other one, so it counts for its own pages only. */
function isHere(href: string, path: string): boolean {
  if (href === "/portal") return path === href || path.startsWith("/portal/licenses/");
  return path === href || path.startsWith(`${href}/`);
}
