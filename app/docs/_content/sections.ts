import GithubSlugger from "github-slugger";

/** A heading of a page, as a link finds it. */
export interface Section {
  /** 1 is the page's own title. */
  readonly depth: number;
  readonly title: string;
  readonly id: string;
}

/** Every heading in order. */
export function sectionsOf(markdown: string): Section[] {
  const slugger = new GithubSlugger();
  const outside = markdown.replace(/^```[\s\S]*?^```/gm, "");
  return [...outside.matchAll(/^(#{1,6}) (.+)$/gm)].map(([, hashes = "", title = ""]) => ({
    depth: hashes.length,
    title,
    id: slugger.slug(title),
  }));
}
