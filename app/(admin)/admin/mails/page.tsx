import type { Metadata } from "next";
import type { SearchParams } from "../../../_components/table-url.ts";
import { server } from "../../../_server.ts";
import { requireActor } from "../../../_session.ts";
import { MailsScreen } from "./mails-screen.tsx";

export const metadata: Metadata = { title: "Mails" };

export default async function MailsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { actor } = await requireActor("team:read");
  const { mail } = await searchParams;
  const { mailPreviews, localOutbox } = server();
  const previews = await mailPreviews.list(actor);
  const chosen = previews.find(({ name }) => name === mail) ?? previews[0];
  return <MailsScreen previews={previews} chosen={chosen?.name} isSent={!localOutbox.isOn} />;
}
