import { server } from "./_server.ts";

/** Where whoever holds a license key of a vendor's signs up to see that license. */
export function joinUrl({ slug }: { readonly slug: string }): string {
  return new URL(`/join/${slug}`, server().env.NEXTAUTH_URL).href;
}
