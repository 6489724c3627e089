"use client";

import { ActionIcon, Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconMenu2 } from "@tabler/icons-react";
import { usePathname } from "next/navigation";
import { useEffect } from "react";
import { DocsNav } from "./nav.tsx";
import classes from "./shell.module.css";

/** The pages on a small screen, out of the way until asked for. */
export function DocsMenu() {
  const [isOpen, { open, close }] = useDisclosure(false);
  const path = usePathname();
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever has come to a page wants to read it.
  useEffect(close, [path]);
  return (
    <div className={classes.small}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        onClick={open}
        aria-label="Pages of the documentation"
      >
        <IconMenu2 size={20} />
      </ActionIcon>
      <Drawer opened={isOpen} onClose={close} title="Documentation" size="xs">
        <DocsNav />
      </Drawer>
    </div>
  );
}
