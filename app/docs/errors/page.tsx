import { Badge, Card, Code, Group, Stack, Text, Title } from "@mantine/core";
import type { Metadata } from "next";
import { CODE_FACTS } from "#sdk/codes.ts";
import { CODES } from "#server/domain/codes.ts";
import { CODE_HELP, type CodeHelp } from "./help.ts";
import { SDK_CODE_HELP } from "./sdk-help.ts";

export const metadata: Metadata = { title: "Error codes" };

/** Where the `type` of every problem leads: one anchor a code, made from the lists that server and SDK have. */
export default function ErrorCodes() {
  const serverCodes = Object.entries(CODES).map(([code, entry]) => ({ code, ...entry }));
  return (
    <Stack gap="lg" maw={760}>
      <div>
        <Title order={1}>Error codes</Title>
        <Text c="dimmed" mt={4}>
          Every refusal carries one of these as its <Code>code</Code>, a correlation id to find it by, and,
          where it decides about a license, a signature: an application acts on nothing less.
        </Text>
      </div>
      {serverCodes.map((entry) => (
        <CodeCard key={entry.code} {...entry} help={helpOf(CODE_HELP, entry.code)} />
      ))}
      <div>
        <Title order={2}>On the device</Title>
        <Text c="dimmed" mt={4}>
          What the SDK finds by itself, before or after anything is sent.
        </Text>
      </div>
      {Object.entries(SDK_CODE_HELP).map(([code, help]) => (
        <CodeCard key={code} code={code} title={titleOf(code)} {...factsOf(code)} help={help} />
      ))}
    </Stack>
  );
}

function helpOf(list: Readonly<Record<string, CodeHelp>>, code: string): CodeHelp | undefined {
  return list[code];
}

function factsOf(code: string) {
  const facts: Readonly<Record<string, { readonly sentence: string; readonly retryable: boolean }>> =
    CODE_FACTS;
  return facts[code] ?? { sentence: "", retryable: false };
}

function titleOf(code: string): string {
  const words = code.replaceAll("_", " ");
  return `${words[0]?.toUpperCase()}${words.slice(1)}`;
}

function CodeCard({
  code,
  title,
  status,
  sentence,
  retryable,
  help,
}: {
  code: string;
  title: string;
  /** Absent where it never comes over HTTP. */
  status?: number;
  sentence: string;
  retryable: boolean;
  help: CodeHelp | undefined;
}) {
  return (
    <Card id={code} component="section" aria-labelledby={`${code}-title`} style={{ scrollMarginTop: 76 }}>
      <Group justify="space-between" gap="xs">
        <Title order={2} fz="h4" id={`${code}-title`}>
          {title}
        </Title>
        <Group gap="xs">
          {retryable && (
            <Badge variant="light" color="petrol">
              try again
            </Badge>
          )}
          {status !== undefined && (
            <Badge variant="light" color="gray">
              HTTP {status}
            </Badge>
          )}
        </Group>
      </Group>
      <Code mt={6} style={{ alignSelf: "flex-start" }}>
        {code}
      </Code>
      {help && <Part title="What happened">{help.happened}</Part>}
      <Part title="What the user sees">{sentence}</Part>
      {help && <Part title="What to do">{help.todo}</Part>}
    </Card>
  );
}

function Part({ title, children }: { title: string; children: string }) {
  return (
    <Text fz="sm" mt="xs">
      <Text span fz="xs" fw={600} c="dimmed" display="block">
        {title}
      </Text>
      {children.split("`").map((part, index) => (index % 2 === 1 ? <Code key={part}>{part}</Code> : part))}
    </Text>
  );
}
