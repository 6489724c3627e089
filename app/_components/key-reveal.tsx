"use client";

import { ActionIcon, Alert, Box, Group, Input, Loader, Stack, Text, Tooltip } from "@mantine/core";
import { IconEye, IconEyeOff, IconLockOpen } from "@tabler/icons-react";
import { useState } from "react";
import classes from "./copy.module.css";
import { CopyField, CopyIcon } from "./copy.tsx";
import { toastFailed } from "./toasts.tsx";

/** A secret that can be looked at again: hidden until asked for, and asking is written to the audit log. */
export function KeyReveal({
  label,
  hint,
  reveal,
}: {
  label: string;
  /** What is shown while it is hidden: "ACME-••••-7QX2". */
  hint: string;
  reveal: () => Promise<string>;
}) {
  const [value, setValue] = useState<string>();
  const [busy, setBusy] = useState(false);
  const action = value === undefined ? `Reveal ${label.toLowerCase()}` : `Hide ${label.toLowerCase()}`;

  async function toggle() {
    if (value !== undefined) return setValue(undefined);
    setBusy(true);
    try {
      setValue(await reveal());
    } catch (error) {
      toastFailed(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Input.Wrapper label={label} description="Revealing it is recorded in the audit log.">
      <Group gap={4} wrap="nowrap" className={classes.field} mt={4}>
        <Box component="output" className={classes.secret} tabIndex={0} aria-label={label} aria-live="polite">
          {value ?? hint}
        </Box>
        {value !== undefined && <CopyIcon value={value} label={label.toLowerCase()} />}
        <Tooltip label={action}>
          <ActionIcon variant="subtle" color="gray" onClick={toggle} aria-label={action} disabled={busy}>
            {busy ? (
              <Loader size={14} />
            ) : value === undefined ? (
              <IconEye size={16} />
            ) : (
              <IconEyeOff size={16} />
            )}
          </ActionIcon>
        </Tooltip>
      </Group>
    </Input.Wrapper>
  );
}

/** A secret at the only moment it can be seen. */
export function ShownOnce({ label, value, because }: { label: string; value: string; because: string }) {
  return (
    <Stack gap="sm">
      <Alert color="copper" icon={<IconLockOpen size={18} />}>
        <Text fz="sm">{because}</Text>
      </Alert>
      <CopyField label={label} value={value} />
    </Stack>
  );
}
