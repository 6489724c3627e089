"use client";

import { Alert, Text } from "@mantine/core";
import { IconMailFast } from "@tabler/icons-react";
import { TextLink } from "../_components/links.tsx";
import type { OutboxHint } from "./outbox-hint.ts";

/** What to do now that a mail is on its way. It says the same whether or not the address has an account. */
export function MailSent({ email, what, outbox }: { email: string; what: string; outbox: OutboxHint }) {
  return (
    <Alert icon={<IconMailFast size={18} />} color="petrol" role="status" title="Look at your mail">
      <Text fz="sm">
        {what} <strong>{email}</strong>.
      </Text>
      {outbox === "mailbox" && (
        <Text fz="sm" mt="xs">
          Nothing there after a few minutes? Look in the spam folder, or ask again.
        </Text>
      )}
      {outbox === "outbox" && (
        <Text fz="sm" mt="xs">
          This server sends no mail: what it would have sent is in its{" "}
          <TextLink href="/outbox" underline="always">
            local outbox
          </TextLink>
          .
        </Text>
      )}
      {outbox === "closed outbox" && (
        <Text fz="sm" mt="xs">
          This server sends no mail: what it would have sent is in its local outbox. <code>npm start</code>{" "}
          printed the outbox's address for whoever runs this server.
        </Text>
      )}
    </Alert>
  );
}
