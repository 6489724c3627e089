import { Card, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import {
  IconCloudOff,
  IconCode,
  IconCoins,
  IconDeviceDesktop,
  IconUsersGroup,
  type TablerIcon,
} from "@tabler/icons-react";
import Link from "next/link";
import { TextLink } from "../_components/links.tsx";
import { SECTIONS } from "./_shell/pages.ts";
import classes from "./page.module.css";

const ICONS: Readonly<Record<string, TablerIcon>> = {
  "start/desktop": IconDeviceDesktop,
  "start/floating": IconUsersGroup,
  "start/credits": IconCoins,
  "start/air-gapped": IconCloudOff,
  "start/http": IconCode,
};

/** Where a newcomer chooses by what they sell. */
export default function DocsStart() {
  const [start, ...others] = SECTIONS;
  return (
    <Stack gap="xl" maw={920}>
      <div>
        <Title order={1}>What do you want to license?</Title>
        <Text c="dimmed" mt={6} maw={640}>
          Choose what is closest. Each guide is a program that runs: you have a license working in ten
          minutes, and an application that needs to trust nothing but your root key.
        </Text>
      </div>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="md">
        {start?.pages.map(({ slug, title, about }) => {
          const Icon = ICONS[slug] ?? IconCode;
          return (
            <Link key={slug} href={`/docs/${slug}`} className={classes.link}>
              <Card h="100%" className={classes.choice}>
                <Icon size={26} stroke={1.5} aria-hidden className={classes.icon} />
                <Text fw={600} mt="sm">
                  {title}
                </Text>
                <Text fz="sm" c="dimmed" mt={2}>
                  {about[0]?.toUpperCase()}
                  {about.slice(1)}.
                </Text>
              </Card>
            </Link>
          );
        })}
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl">
        {others.map(({ title, pages }) => (
          <section key={title} aria-labelledby={`section-${title}`}>
            <Title order={2} fz="h3" id={`section-${title}`} mb="xs">
              {title}
            </Title>
            <Stack gap={6}>
              {pages.map(({ slug, title: page, about }) => (
                <Text key={slug} fz="sm">
                  <TextLink href={`/docs/${slug}`}>{page}</TextLink>
                  <Text span c="dimmed" fz="sm">
                    {" "}
                    – {about}
                  </Text>
                </Text>
              ))}
            </Stack>
          </section>
        ))}
      </SimpleGrid>
    </Stack>
  );
}
