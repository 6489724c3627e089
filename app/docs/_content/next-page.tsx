import { Group, Text } from "@mantine/core";
import { TextLink } from "../../_components/links.tsx";
import { PAGES } from "../_shell/pages.ts";
import classes from "./article.module.css";

/** Leads on to the pages before and after. */
export function NextPage({ slug }: { slug: string }) {
  const at = PAGES.findIndex((page) => page.slug === slug);
  const [before, after] = [PAGES[at - 1], PAGES[at + 1]];
  return (
    <Group justify="space-between" mt="xl" pt="lg" className={classes.next}>
      <Text fz="sm">{before && <TextLink href={`/docs/${before.slug}`}>← {before.title}</TextLink>}</Text>
      <Text fz="sm">{after && <TextLink href={`/docs/${after.slug}`}>{after.title} →</TextLink>}</Text>
    </Group>
  );
}
