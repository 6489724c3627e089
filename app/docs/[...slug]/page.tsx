import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Article } from "../_content/article.tsx";
import { NextPage } from "../_content/next-page.tsx";
import { readPage, withIncludes } from "../_content/source.ts";
import { PAGES } from "../_shell/pages.ts";

type Props = { params: Promise<{ slug: string[] }> };

async function pageOf({ params }: Props) {
  const slug = (await params).slug.join("/");
  return PAGES.find((page) => page.slug === slug && page.isMade === undefined) ?? notFound();
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const { title } = await pageOf(props);
  return { title };
}

export default async function WrittenPage(props: Props) {
  const { slug } = await pageOf(props);
  return (
    <Article markdown={await withIncludes(await readPage(slug))}>
      <NextPage slug={slug} />
    </Article>
  );
}
