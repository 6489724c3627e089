import type { Metadata } from "next";
import { Article } from "../_content/article.tsx";
import { NextPage } from "../_content/next-page.tsx";
import { readPage, withIncludes } from "../_content/source.ts";
import { eventsMarkdown } from "./events.ts";

export const metadata: Metadata = { title: "Webhooks" };

/** What is written, and every event from the catalogue. */
export default async function WebhooksPage() {
  const written = await withIncludes(await readPage("webhooks"));
  return (
    <Article markdown={`${written}\n${eventsMarkdown()}`}>
      <NextPage slug="webhooks" />
    </Article>
  );
}
