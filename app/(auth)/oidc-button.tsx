"use client";

import { Alert, Button, Divider, Stack } from "@mantine/core";
import { IconAlertTriangle, IconId } from "@tabler/icons-react";
import { signIn } from "next-auth/react";
import { useState } from "react";

/** Goes to the identity provider and comes back to `target`, a path of this site. */
export function OidcButton({ name, target }: { name: string; target: string }) {
  const [leaving, setLeaving] = useState(false);
  const [failed, setFailed] = useState(false);

  async function leave() {
    setLeaving(true);
    setFailed(false);
    try {
      await signIn("oidc", { callbackUrl: `/sign-in/continue?next=${encodeURIComponent(target)}` });
    } catch {
      setFailed(true);
      setLeaving(false);
    }
  }

  return (
    <Stack gap="sm">
      <Button
        variant="default"
        size="md"
        fullWidth
        loading={leaving}
        leftSection={<IconId size={18} />}
        onClick={leave}
      >
        Continue with {name}
      </Button>
      {failed && (
        <Alert color="red" icon={<IconAlertTriangle size={18} />} role="alert">
          The server could not be reached; check the connection and try again.
        </Alert>
      )}
    </Stack>
  );
}

export function OrDivider() {
  return <Divider label="or" labelPosition="center" />;
}
