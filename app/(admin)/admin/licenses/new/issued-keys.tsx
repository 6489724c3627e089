"use client";

import { Alert, Box, Button, Card, CopyButton, Group, Stack, Text, Title } from "@mantine/core";
import { IconCheck, IconCopy, IconDownload, IconLockOpen } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { csvOf } from "#server/domain/csv.ts";
import { CopyIcon } from "../../../../_components/copy.tsx";
import { ShownOnce } from "../../../../_components/key-reveal.tsx";
import { LinkButton, TextLink } from "../../../../_components/links.tsx";
import { saveFile } from "../../../../_components/save-file.ts";
import classes from "./issued-keys.module.css";

export interface Issued {
  readonly licenses: readonly { readonly id: string; readonly key: string }[];
  readonly productName: string;
}

const ONCE =
  "This is the only time it is shown. Afterwards somebody with the right to reveal it can look at it again, which the audit log records.";

/** The keys, at the only moment they are shown by themselves. */
export function IssuedKeys({ issued, again }: { issued: Issued; again: () => void }) {
  const { licenses, productName } = issued;
  const title = useRef<HTMLHeadingElement>(null);
  // The form that had the focus is gone.
  useEffect(() => title.current?.focus(), []);
  const [first] = licenses;
  const single = licenses.length === 1 ? first : undefined;
  const keys = licenses.map(({ key }) => key).join("\n");
  return (
    <Card maw="44rem">
      <Stack gap="lg">
        <Group gap="sm" wrap="nowrap">
          <Box className={classes.seal} aria-hidden>
            <IconCheck size={22} stroke={2.4} />
          </Box>
          <div>
            <Title order={2} ref={title} tabIndex={-1} className={classes.title}>
              {single ? "The license is issued" : `${licenses.length} licenses are issued`}
            </Title>
            <Text c="dimmed" fz="sm">
              Send the {single ? "key" : "keys"} to your customer, who enters {single ? "it" : "one"} in{" "}
              {productName}.
            </Text>
          </div>
        </Group>
        {single ? (
          <ShownOnce label="License key" value={single.key} because={ONCE} />
        ) : (
          <Stack gap="sm">
            <Alert color="copper" icon={<IconLockOpen size={18} />}>
              <Text fz="sm">
                {ONCE.replace("it is shown", "they are shown").replace("look at it", "look at one")}
              </Text>
            </Alert>
            <Group gap="sm">
              <CopyButton value={keys} timeout={1600}>
                {({ copied, copy }) => (
                  <Button
                    variant="default"
                    onClick={copy}
                    leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
                  >
                    {copied ? "Copied" : "Copy all keys"}
                  </Button>
                )}
              </CopyButton>
              <Button
                variant="default"
                leftSection={<IconDownload size={16} />}
                onClick={() => saveFile("license-keys.csv", "text/csv", asCsv(licenses))}
              >
                Download CSV
              </Button>
            </Group>
            <ol className={classes.keys} aria-label="License keys">
              {licenses.map(({ id, key }) => (
                <li key={id} className={classes.row}>
                  <TextLink href={`/admin/licenses/${id}`} className={classes.key}>
                    {key}
                  </TextLink>
                  <CopyIcon value={key} label="license key" />
                </li>
              ))}
            </ol>
          </Stack>
        )}
        <Group gap="sm">
          {single ? (
            <LinkButton href={`/admin/licenses/${single.id}`}>Open license</LinkButton>
          ) : (
            <LinkButton href="/admin/licenses">Go to licenses</LinkButton>
          )}
          <Button variant="default" onClick={again}>
            Issue another
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}

function asCsv(licenses: Issued["licenses"]): string {
  return csvOf([["license", "key"], ...licenses.map(({ id, key }) => [id, key])]);
}
