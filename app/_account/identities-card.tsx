"use client";

import { Alert, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { IconId } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { signIn } from "next-auth/react";
import { useState } from "react";
import { confirmAction } from "../_components/confirm.tsx";
import { RelativeTime } from "../_components/relative-time.tsx";
import { useTRPC } from "../_trpc/client.tsx";
import { ConnectForm } from "./connect-form.tsx";

/** The identities at a provider that open this account, and connecting one more. */
export function IdentitiesCard() {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.account.signIn.queryOptions());
  const [leaving, setLeaving] = useState(false);
  const unlink = useMutation(trpc.account.unlinkIdentity.mutationOptions());
  if (data === undefined || (data.provider === null && data.identities.length === 0)) return null;
  const { password, identities, provider, waiting } = data;
  const name = provider ?? "Identity provider";

  function confirmUnlink({ id, label }: { id: string; label: string }) {
    confirmAction({
      title: `Disconnect ${label}?`,
      effects: [
        `${label} opens your account no more.`,
        "Whoever is signed in by it is signed out at the next click, here too.",
      ],
      undo: "It can be connected again with your password.",
      confirm: "Disconnect",
      danger: true,
      run: async () => {
        await unlink.mutateAsync({ id });
        window.location.reload();
      },
    });
  }

  async function connect() {
    setLeaving(true);
    await signIn("oidc", { callbackUrl: window.location.pathname }).catch(() => setLeaving(false));
  }

  return (
    <Card component="section" aria-labelledby="identities-title">
      <Group justify="space-between" align="flex-start" gap="sm">
        <div style={{ flex: "1 1 18rem" }}>
          <Title order={2} fz="h3" id="identities-title">
            Sign in with {name}
          </Title>
          <Text fz="sm" c="dimmed">
            {identities.length === 0
              ? `Connect your ${name} account, and it opens this one without a password.`
              : password
                ? "These open your account, and so does your password."
                : "These open your account. It has no password."}
          </Text>
        </div>
        {provider !== null && identities.length === 0 && waiting?.standing !== "free" && (
          <Button variant="default" loading={leaving} leftSection={<IconId size={16} />} onClick={connect}>
            Connect {provider}
          </Button>
        )}
      </Group>
      {identities.length > 0 && (
        <Stack component="ul" gap="sm" mt="md" mb={0} p={0} style={{ listStyle: "none" }}>
          {identities.map((identity) => (
            <Group key={identity.id} component="li" justify="space-between" gap="sm">
              <div style={{ minWidth: 0 }}>
                <Text fz="sm" fw={500} style={{ overflowWrap: "anywhere" }}>
                  {identity.label}
                </Text>
                <Text fz="xs" c="dimmed" component="div">
                  Connected <RelativeTime at={identity.linkedAt} />
                  {identity.lastUsedAt !== null && (
                    <>
                      , last used <RelativeTime at={identity.lastUsedAt} />
                    </>
                  )}
                </Text>
              </div>
              <Button size="xs" variant="default" color="red" onClick={() => confirmUnlink(identity)}>
                Disconnect
              </Button>
            </Group>
          ))}
        </Stack>
      )}
      {waiting?.standing === "free" && <ConnectForm label={waiting.label} provider={name} />}
      {waiting?.standing === "another's" && (
        <Alert color="copper" icon={<IconId size={18} />} mt="md">
          {waiting.label} opens another Signet account. Sign in to that one with it, and disconnect it there
          first.
        </Alert>
      )}
    </Card>
  );
}
