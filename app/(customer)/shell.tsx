"use client";

import { Text } from "@mantine/core";
import Link from "next/link";
import type { ReactNode } from "react";
import { Mark } from "../_components/mark.tsx";
import { UserMenu } from "../_components/user-menu.tsx";
import classes from "./shell.module.css";

/** The frame of every customer page: whose licenses these are, and from whom. */
export function CustomerShell({
  user,
  role,
  customerName,
  vendorName,
  children,
}: {
  user: { name: string; email: string };
  role: string;
  customerName: string;
  vendorName: string;
  children: ReactNode;
}) {
  return (
    <>
      <a href="#main" className={classes.skip}>
        Skip to content
      </a>
      <header className={classes.bar}>
        <div className={classes.inner}>
          <Link href="/portal" className={classes.home}>
            <Mark size={30} />
            <span style={{ minWidth: 0 }}>
              <Text span fz="sm" fw={600} truncate display="block" lh={1.25}>
                {customerName}
              </Text>
              <Text span fz="xs" c="dimmed" truncate display="block" lh={1.25}>
                Licenses from {vendorName}
              </Text>
            </span>
          </Link>
          <UserMenu user={user} caption={role} compact />
        </div>
      </header>
      <main id="main" tabIndex={-1} className={classes.page}>
        {children}
      </main>
    </>
  );
}
