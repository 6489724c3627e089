"use client";

import { Button } from "@mantine/core";
import { IconCertificate, IconDownload, IconPlus, IconTableImport } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { LinkButton } from "../../../_components/links.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { TableToolbar } from "../../../_components/table-toolbar.tsx";
import { changeAddress } from "../../../_components/table-url.ts";
import { useTable } from "../../../_components/use-table.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import { CustomerSelect } from "../customers/customer-select.tsx";
import { BulkBar, type BulkPermissions } from "./bulk-bar.tsx";
import { type LicenseRow, LicensesTable } from "./licenses-table.tsx";
import { LICENSES, STATUS_OPTIONS } from "./list.ts";
import { useChosen } from "./use-chosen.ts";

export function LicensesScreen({ may }: { may: BulkPermissions }) {
  const trpc = useTRPC();
  const table = useTable(LICENSES);
  const licenses = useQuery(
    trpc.license.list.queryOptions(table.input, { placeholderData: keepPreviousData }),
  );
  const products = useQuery(trpc.product.list.queryOptions());
  const { cursor: _, limit: __, ...filter } = table.input;
  const chosen = useChosen<LicenseRow>(JSON.stringify(filter));
  const onPage = new Set(chosen.rows.map(({ id }) => id));
  const page = licenses.data;
  const mayChange = may.issue || may.suspend || may.revoke;
  // All pages of what is shown.
  const exported = changeAddress(new URLSearchParams(useSearchParams()), { size: undefined });
  const issue = (
    <LinkButton href="/admin/licenses/new" leftSection={<IconPlus size={18} />}>
      Issue license
    </LinkButton>
  );
  return (
    <>
      <PageHeader
        title="Licenses"
        description="What each customer may do, and whether they may do it now."
        actions={
          may.issue && (
            <>
              <LinkButton
                href="/admin/licenses/import"
                variant="default"
                leftSection={<IconTableImport size={18} />}
              >
                Import CSV
              </LinkButton>
              {issue}
            </>
          )
        }
      />
      <LicensesTable
        query={licenses}
        table={table}
        chosen={mayChange ? chosen : undefined}
        toolbar={
          <>
            <TableToolbar
              table={table}
              search="Search key, its last characters, customer or note"
              filters={[
                { name: "status", any: "Any status", options: STATUS_OPTIONS },
                {
                  name: "productId",
                  any: "Any product",
                  options: (products.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
                },
              ]}
              more={
                <CustomerSelect
                  aria-label="Any customer"
                  placeholder="Any customer"
                  flex="1 1 8.5rem"
                  maw="14rem"
                  clearable
                  value={table.filter("customerId") ?? null}
                  onChange={(id) => table.setFilter("customerId", id ?? undefined)}
                />
              }
            >
              <Button
                component="a"
                href={`/admin/licenses/export?${exported}`}
                download
                variant="default"
                leftSection={<IconDownload size={16} />}
              >
                Export CSV
              </Button>
            </TableToolbar>
            {(chosen.rows.length > 0 || chosen.all) && (
              <BulkBar
                chosen={chosen}
                filter={filter}
                wholePage={page?.nextCursor != null && page.items.every(({ id }) => onPage.has(id))}
                exportAll={`/admin/licenses/export?${exported}`}
                may={may}
              />
            )}
          </>
        }
        empty={
          <EmptyState icon={IconCertificate} title="No licenses yet" action={may.issue && issue}>
            A license lets one customer use one product, under the rules of a policy. Issue one, and send its
            key to the customer.
          </EmptyState>
        }
      />
    </>
  );
}
