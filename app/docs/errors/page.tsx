import { Badge, Card, Code, Container, Group, Stack, Text, Title } from "@mantine/core";
import type { Metadata } from "next";
import { CODES } from "#server/domain/codes.ts";
import { TextLink } from "../../_components/links.tsx";
import { Wordmark } from "../../_components/mark.tsx";

export const metadata: Metadata = { title: "Error codes" };

/** Where the `type` of every problem leads: one anchor a code, made from the one list there is. */
export default function ErrorCodes() {
  return (
    <Container component="main" id="main" size="md" py="xl">
      <Stack gap="lg">
        <Group justify="space-between">
          <TextLink href="/" underline="never" aria-label="Signet, home">
            <Wordmark />
          </TextLink>
        </Group>
        <div>
          <Title order={1}>Error codes</Title>
          <Text c="dimmed" mt={4}>
            Every refusal carries one of these as its <Code>code</Code>, a correlation id to find it by, and,
            where it decides about a license, a signature: an application acts on nothing less.
          </Text>
        </div>
        {Object.entries(CODES).map(([code, { status, title, sentence, retryable }]) => (
          <Card key={code} id={code} component="section" aria-labelledby={`${code}-title`}>
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
                <Badge variant="light" color="gray">
                  HTTP {status}
                </Badge>
              </Group>
            </Group>
            <Text mt="xs">{sentence}</Text>
            <Code mt="sm" style={{ alignSelf: "flex-start" }}>
              {code}
            </Code>
          </Card>
        ))}
      </Stack>
    </Container>
  );
}
