import type { Metadata } from "next";
import { allows } from "#server/auth/permissions.ts";
import { readTable, type SearchParams } from "../../../../_components/table-url.ts";
import { requireActor } from "../../../../_session.ts";
import { asked, Prefetched } from "../../../../_trpc/server.tsx";
import { AccountScreen } from "./account-screen.tsx";
import { LEDGER, ledgerInput } from "./list.ts";

interface Props {
  params: Promise<{ id: string }>;
  searchParams: Promise<SearchParams>;
}

function accountOf(id: string) {
  return asked((client, trpc) => client.fetchQuery(trpc.balance.get.queryOptions({ id })));
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const account = await accountOf((await params).id);
  return { title: account === undefined ? "Balance" : `${account.meter.name} · ${account.customer.name}` };
}

export default async function AccountPage({ params, searchParams }: Props) {
  const { actor } = await requireActor("license:read");
  const { id } = await params;
  const ledger = ledgerInput(id, readTable(await searchParams, LEDGER));
  const account = await accountOf(id);
  return (
    <Prefetched
      prefetch={(client, trpc) =>
        account === undefined ? [] : [client.prefetchQuery(trpc.balance.ledger.queryOptions(ledger))]
      }
    >
      <AccountScreen id={id} mayChange={allows(actor.role, "credit:change")} />
    </Prefetched>
  );
}
