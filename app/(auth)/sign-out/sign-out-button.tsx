"use client";

import { Button } from "@mantine/core";
import { useTransition } from "react";
import { signOutAndLeave } from "../../_components/sign-out.ts";

export function SignOutButton() {
  const [leaving, start] = useTransition();
  return (
    <Button size="md" fullWidth loading={leaving} onClick={() => start(signOutAndLeave)}>
      Sign out
    </Button>
  );
}
