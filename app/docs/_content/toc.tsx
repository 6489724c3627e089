import classes from "./article.module.css";
import { sectionsOf } from "./sections.ts";

/** The sections of a page that has more than a few. */
export function OnThisPage({ markdown }: { markdown: string }) {
  const sections = sectionsOf(markdown).filter(({ depth }) => depth === 2);
  if (sections.length < 3) return null;
  return (
    <nav aria-label="On this page" className={classes.toc}>
      <strong>On this page</strong>
      {sections.map(({ id, title }) => (
        <a key={id} href={`#${id}`}>
          {title}
        </a>
      ))}
    </nav>
  );
}
