import type { Metadata } from "next";
import { runtimeApi } from "../../_runtime-api.ts";
import { Article } from "../_content/article.tsx";
import { apiDocument } from "./document.ts";
import { apiMarkdown } from "./markdown.ts";

export const metadata: Metadata = { title: "HTTP API" };

/** Every operation, from the document that the server itself gives out. */
export default async function HttpApi() {
  const answer = await runtimeApi(new Request("http://localhost/api/v1/openapi.json"));
  return <Article markdown={apiMarkdown(apiDocument.parse(await answer.json()))} />;
}
