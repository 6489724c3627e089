import {
  Alert,
  Box,
  Code,
  Table,
  TableTbody,
  TableTd,
  TableTh,
  TableThead,
  TableTr,
  Title,
} from "@mantine/core";
import type { Element, ElementContent } from "hast";
import type { ComponentProps, ReactNode } from "react";
import Markdown, { type Components } from "react-markdown";
import rehypeHighlight from "rehype-highlight";
import rehypeSlug from "rehype-slug";
import remarkGfm from "remark-gfm";
import { CodeBlock } from "../../_components/code-block.tsx";
import { TextLink } from "../../_components/links.tsx";
import classes from "./article.module.css";
import { OnThisPage } from "./toc.tsx";

/** A page of Markdown in the portal's own type; `children` follow it. */
export function Article({ markdown, children }: { markdown: string; children?: ReactNode }) {
  return (
    <div className={classes.page}>
      <article className={classes.article}>
        <Markdown
          remarkPlugins={[remarkGfm]}
          rehypePlugins={[rehypeSlug, rehypeHighlight]}
          components={COMPONENTS}
        >
          {markdown}
        </Markdown>
        {children}
      </article>
      <OnThisPage markdown={markdown} />
    </div>
  );
}

type HeadingProps = ComponentProps<"h1"> & { node?: Element | undefined };

function heading(order: 1 | 2 | 3 | 4) {
  return ({ node: _node, children, id }: HeadingProps) => (
    <Title order={order} {...(id === undefined ? {} : { id })} className={classes.heading}>
      {children}
      {order > 1 && id !== undefined && (
        <a href={`#${id}`} className={classes.anchor} aria-label="Link to this section">
          #
        </a>
      )}
    </Title>
  );
}

const COMPONENTS: Components = {
  h1: heading(1),
  h2: heading(2),
  h3: heading(3),
  h4: heading(4),
  a: ({ href = "", children }) => <TextLink href={href}>{children}</TextLink>,
  blockquote: ({ children }) => (
    <Alert variant="light" color="petrol" className={classes.note}>
      {children}
    </Alert>
  ),
  table: ({ children }) => (
    <Box component="section" aria-label="Table" tabIndex={0} className={classes.table}>
      <Table verticalSpacing="xs">{children}</Table>
    </Box>
  ),
  thead: ({ children }) => <TableThead>{children}</TableThead>,
  tbody: ({ children }) => <TableTbody>{children}</TableTbody>,
  tr: ({ children }) => <TableTr>{children}</TableTr>,
  th: ({ children }) => <TableTh>{children}</TableTh>,
  td: ({ children }) => <TableTd>{children}</TableTd>,
  code: ({ children }) => <Code className={classes.inline}>{children}</Code>,
  pre: ({ node }) => {
    const [program] = node?.children ?? [];
    if (program?.type !== "element") return null;
    return (
      <div className={classes.code}>
        <CodeBlock code={textOf(program).trimEnd()} label={labelOf(program)}>
          {program.children.map(colored)}
        </CodeBlock>
      </div>
    );
  },
};

/** The coloured words of a program, as the highlighter found them. */
function colored(part: ElementContent, index: number) {
  if (part.type === "text") return part.value;
  if (part.type !== "element") return null;
  const { className } = part.properties;
  return (
    <span key={index} className={Array.isArray(className) ? className.join(" ") : undefined}>
      {part.children.map(colored)}
    </span>
  );
}

function textOf(part: ElementContent): string {
  if (part.type === "text") return part.value;
  return part.type === "element" ? part.children.map(textOf).join("") : "";
}

const LANGUAGES: Readonly<Record<string, string>> = {
  js: "JavaScript",
  jsx: "JavaScript",
  ts: "TypeScript",
  tsx: "TypeScript",
  sh: "Command",
  json: "JSON",
  http: "HTTP",
};

function labelOf({ properties }: Element): string {
  const names = Array.isArray(properties.className) ? properties.className.map(String) : [];
  const language = names.find((name) => name.startsWith("language-"))?.slice("language-".length) ?? "";
  return LANGUAGES[language] ?? "Example";
}
