import NextAuth, { type AuthOptions } from "next-auth";
import { z } from "zod";
import type { Presented } from "#server/auth/identities.ts";

/** Where next-auth thinks it is while no NEXTAUTH_URL says otherwise. */
export const PORTAL = "http://localhost:3000";

export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly body: unknown;
}

/** A browser before the portal's sign-in: it keeps cookies and goes where it is sent, over real HTTP to everybody else. */
export class Browser {
  /** By origin, then by name. */
  readonly #cookies = new Map<string, Map<string, string>>();
  readonly #options: (browser: Browser) => AuthOptions;

  constructor(options: (browser: Browser) => AuthOptions) {
    this.#options = options;
  }

  cookiesOf(origin: string): Map<string, string> {
    const known = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, known);
    return known;
  }

  /** One request, not following where it leads. */
  async request(
    url: URL,
    form?: Readonly<Record<string, string>>,
  ): Promise<Page & { next: URL | undefined }> {
    const answer =
      url.origin === PORTAL && url.pathname.startsWith("/api/auth/")
        ? await this.#askPortal(url, form)
        : await this.#askOther(url, form);
    return {
      ...answer,
      url,
      next: answer.location === undefined ? undefined : new URL(answer.location, url),
    };
  }

  /** Follows redirects to a page of the portal, or of the provider's. */
  async open(start: URL | string): Promise<Page> {
    let url = new URL(start, PORTAL);
    for (let hops = 0; hops < 12; hops++) {
      if (url.origin === PORTAL && !url.pathname.startsWith("/api/auth/"))
        return { url, status: 200, body: "" };
      const { next, ...page } = await this.request(url);
      if (next === undefined) return page;
      url = next;
    }
    throw new Error(`Sent round and round, to ${url}.`);
  }

  /** Presses "Continue with …": where the provider's page is. */
  async begin(callbackUrl = "/admin"): Promise<URL> {
    const { body } = await this.request(new URL("/api/auth/csrf", PORTAL));
    const { csrfToken } = z.object({ csrfToken: z.string() }).parse(body);
    const form = { csrfToken, callbackUrl, json: "true" };
    const pressed = await this.request(new URL("/api/auth/signin/oidc", PORTAL), form);
    return new URL(z.object({ url: z.string() }).parse(pressed.body).url);
  }

  async signIn(callbackUrl?: string): Promise<Page> {
    return this.open(await this.begin(callbackUrl));
  }

  async presented(): Promise<Presented> {
    const { body } = await this.request(new URL("/api/auth/session", PORTAL));
    return z.object({ presented: z.custom<Presented>() }).safeParse(body).data?.presented ?? NOBODY;
  }

  async #askPortal(url: URL, form: Readonly<Record<string, string>> | undefined) {
    const cookies = this.cookiesOf(PORTAL);
    const request = {
      method: form === undefined ? "GET" : "POST",
      headers: { "x-forwarded-for": "192.0.2.7" },
      cookies: Object.fromEntries(cookies),
      query: { ...Object.fromEntries(url.searchParams), nextauth: url.pathname.split("/").slice(3) },
      body: form ?? {},
    };
    const answer = new Answer();
    await Reflect.apply(NextAuth, undefined, [request, answer, this.#options(this)]);
    keep(cookies, answer.setCookies);
    return { status: answer.statusCode, body: answer.body, location: answer.headers.get("location") };
  }

  async #askOther(url: URL, form: Readonly<Record<string, string>> | undefined) {
    const cookies = this.cookiesOf(url.origin);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const body = form === undefined ? {} : { method: "POST", body: new URLSearchParams(form) };
    const response = await fetch(url, { headers: { cookie }, redirect: "manual", ...body });
    keep(cookies, response.headers.getSetCookie());
    return {
      status: response.status,
      body: await response.text(),
      location: response.headers.get("location") ?? undefined,
    };
  }
}

const NOBODY: Presented = { session: undefined, proven: undefined };

function keep(cookies: Map<string, string>, given: readonly string[]): void {
  for (const one of given) {
    const [pair = ""] = one.split(";");
    const [name = "", value = ""] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
    if (value === "") cookies.delete(name);
    else cookies.set(name, decodeURIComponent(value));
  }
}

/** As much of Next's response as next-auth writes to. */
class Answer {
  statusCode = 200;
  body: unknown = "";
  readonly headers = new Map<string, string>();
  setCookies: readonly string[] = [];

  status(code: number): this {
    this.statusCode = code;
    return this;
  }
  getHeader(): readonly string[] {
    return this.setCookies;
  }
  setHeader(name: string, value: string | readonly string[]): this {
    if (typeof value === "string") this.headers.set(name.toLowerCase(), value);
    else this.setCookies = value;
    return this;
  }
  json(body: unknown): void {
    this.body = body;
  }
  send(body: unknown): void {
    this.body = body;
  }
  end(): void {}
}
