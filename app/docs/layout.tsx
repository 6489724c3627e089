import { Group, Text } from "@mantine/core";
import type { Metadata } from "next";
import Link from "next/link";
import type { ReactNode } from "react";
import { TextLink } from "../_components/links.tsx";
import { Wordmark } from "../_components/mark.tsx";
import { DocsMenu } from "./_shell/menu.tsx";
import { DocsNav } from "./_shell/nav.tsx";
import classes from "./_shell/shell.module.css";

export const metadata: Metadata = {
  title: { default: "Documentation", template: "%s · Signet documentation" },
  description: "How to license an application with Signet.",
};

/** The frame of the documentation: for anybody, signed in or not. */
export default function DocsLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <a href="#main" className={classes.skip}>
        Skip to content
      </a>
      <header className={classes.bar}>
        <div className={classes.inner}>
          <Group gap="xs" wrap="nowrap">
            <DocsMenu />
            <Link href="/docs" className={classes.home}>
              <Wordmark size={26} />
              <Text span c="dimmed" fz="sm" visibleFrom="xs">
                Documentation
              </Text>
            </Link>
          </Group>
          <TextLink href="/" fz="sm">
            Open the portal
          </TextLink>
        </div>
      </header>
      <div className={classes.columns}>
        <aside className={classes.side}>
          <DocsNav />
        </aside>
        <main id="main" tabIndex={-1} className={classes.page}>
          {children}
        </main>
      </div>
    </>
  );
}
