import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Article } from "../../_content/article.tsx";
import { readReference } from "../../_content/source.ts";
import { ENTRIES } from "../entries.ts";

type Props = { params: Promise<{ entry?: string[] }> };

async function entryOf({ params }: Props) {
  const path = ((await params).entry ?? []).join("/");
  return ENTRIES.find((entry) => entry.path === path) ?? notFound();
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const { title } = await entryOf(props);
  return { title };
}

/** The SDK's reference, from its docstrings. */
export default async function SdkReference(props: Props) {
  const shown = await entryOf(props);
  const others = ENTRIES.filter((entry) => entry !== shown).map(
    ({ path, title }) => `[${title}](/docs/sdk${path === "" ? "" : `/${path}`})`,
  );
  const head = `# ${shown.title}\n\n${shown.about}\n\nSee also: ${others.join(", ")}.\n\n`;
  return <Article markdown={head + (await readReference(shown.module))} />;
}
