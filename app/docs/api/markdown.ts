import type { ApiDocument, ApiOperation } from "./document.ts";

/** The OpenAPI document as a page. */
export function apiMarkdown({ info, paths }: ApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationMarkdown(method, path, operation)),
  );
  return [
    "# HTTP API",
    info.description,
    "Made from the [OpenAPI 3.1 document](/api/v1/openapi.json), which any OpenAPI tool reads. The portal serves the same operations under `/api`.",
    "Every refusal is `application/problem+json` with one of the [error codes](/docs/errors).",
    ...operations,
  ].join("\n\n");
}

function operationMarkdown(method: string, path: string, operation: ApiOperation): string {
  const { summary, description, requestBody, responses } = operation;
  const good = Object.entries(responses).filter(([status]) => status < "400");
  const parts = [
    `## ${summary}`,
    `\`${method.toUpperCase()} ${path}\``,
    description,
    ...examplesOf("Request", requestBody?.content),
    ...good.flatMap(([status, response]) => [
      `**${status}** ${response.description}`,
      ...examplesOf("Answer", response.content),
    ]),
  ];
  const codes = Object.values(responses).flatMap(({ content }) =>
    Object.keys(content?.["application/problem+json"]?.examples ?? {}),
  );
  if (codes.length > 0)
    parts.push(`Refused with ${codes.map((code) => `[\`${code}\`](/docs/errors#${code})`).join(", ")}.`);
  return parts.join("\n\n");
}

function examplesOf(what: string, content: ApiOperation["responses"][string]["content"]): string[] {
  const example = content?.["application/json"]?.example;
  if (example === undefined) return [];
  return [`${what}:`, `\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\``];
}
