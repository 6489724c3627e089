"use client";

import { NavLink, Text } from "@mantine/core";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { SECTIONS } from "./pages.ts";
import classes from "./shell.module.css";

/** Every page by section, the present one marked. */
export function DocsNav() {
  const path = usePathname();
  return (
    <nav aria-label="Documentation" className={classes.nav}>
      {SECTIONS.map(({ title, pages }) => (
        <div key={title}>
          <Text fz="xs" fw={650} c="dimmed" px="sm" mb={4}>
            {title}
          </Text>
          {pages.map(({ slug, title: page }) => (
            <NavLink
              key={slug}
              component={Link}
              href={`/docs/${slug}`}
              label={page}
              active={path === `/docs/${slug}` || path.startsWith(`/docs/${slug}/`)}
              aria-current={path === `/docs/${slug}` ? "page" : undefined}
              className={classes.link}
            />
          ))}
        </div>
      ))}
    </nav>
  );
}
