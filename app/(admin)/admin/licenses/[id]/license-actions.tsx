"use client";

import { Button, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconArrowsExchange,
  IconBan,
  IconCalendarPlus,
  IconChevronDown,
  IconPlayerPause,
  IconPlayerPlay,
} from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { mayApply } from "#server/domain/license-state.ts";
import { confirmAction } from "../../../../_components/confirm.tsx";
import { toastDone, toastFailed } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { type Impact, reinstateEffects, revokeEffects, suspendEffects } from "./effects.ts";
import { keyEnding, type License, type LicensePermissions } from "./license.ts";
import { RenewModal } from "./renew-modal.tsx";
import { TransferModal } from "./transfer-modal.tsx";

/** What can be done to a license in its present state, by who is looking. */
export function LicenseActions({ license, may }: { license: License; may: LicensePermissions }) {
  const { id, status, expiresAt, customer } = license;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [renewing, { open, close }] = useDisclosure(false);
  const [transferring, transfer] = useDisclosure(false);
  const [asking, setAsking] = useState(false);
  const refresh = { onSuccess: () => queries.invalidateQueries(trpc.license.pathFilter()) };
  const suspend = useMutation(trpc.license.suspend.mutationOptions(refresh));
  const reinstate = useMutation(trpc.license.reinstate.mutationOptions(refresh));
  const revoke = useMutation(trpc.license.revoke.mutationOptions(refresh));

  const maySuspend = may.suspend && mayApply("suspend", status);
  const mayReinstate = may.suspend && mayApply("reinstate", status);
  const mayRevoke = may.revoke && mayApply("revoke", status);
  const mayRenew = may.issue && mayApply("renew", status) && expiresAt !== null;
  const mayTransfer = may.issue && mayApply("transfer", status);
  if (!maySuspend && !mayReinstate && !mayRevoke && !mayRenew && !mayTransfer) return null;

  /** The numbers as they are now, not as they were when the page was opened. */
  async function withImpact(ask: (impact: Impact) => void) {
    setAsking(true);
    try {
      ask(await queries.fetchQuery({ ...trpc.license.impact.queryOptions({ id }), staleTime: 0 }));
    } catch (error) {
      toastFailed(error);
    } finally {
      setAsking(false);
    }
  }

  const confirmSuspension = () =>
    withImpact((impact) =>
      confirmAction({
        title: "Suspend this license?",
        effects: suspendEffects(license, impact),
        undo: "You can reinstate it at any time.",
        reason: "Reason",
        confirm: "Suspend license",
        danger: true,
        run: async (reason) => {
          await suspend.mutateAsync({ id, reason });
          toastDone(`${customer.name}'s license was suspended.`, () =>
            reinstate.mutateAsync({ id, reason: "The suspension was taken back" }),
          );
        },
      }),
    );

  const confirmReinstatement = () =>
    withImpact((impact) =>
      confirmAction({
        title: "Reinstate this license?",
        effects: reinstateEffects(license, impact),
        undo: "You can suspend it again at any time.",
        reason: "Reason",
        confirm: "Reinstate license",
        run: async (reason) => {
          await reinstate.mutateAsync({ id, reason });
          toastDone(`${customer.name}'s license was reinstated.`);
        },
      }),
    );

  const confirmRevocation = () =>
    withImpact((impact) =>
      confirmAction({
        title: "Revoke this license for good?",
        effects: revokeEffects(license, impact),
        undo: "This cannot be undone; to stop it for a while, suspend it instead.",
        reason: "Reason",
        typed: keyEnding(license),
        confirm: "Revoke license",
        danger: true,
        run: async (reason) => {
          await revoke.mutateAsync({ id, reason });
          toastDone(`${customer.name}'s license was revoked.`);
        },
      }),
    );

  return (
    <>
      {mayReinstate && (
        <Button leftSection={<IconPlayerPlay size={16} />} loading={asking} onClick={confirmReinstatement}>
          Reinstate
        </Button>
      )}
      {mayRenew && (
        <Button
          variant={mayReinstate ? "default" : "filled"}
          leftSection={<IconCalendarPlus size={16} />}
          onClick={open}
        >
          Renew
        </Button>
      )}
      {mayTransfer && (
        <Button variant="default" leftSection={<IconArrowsExchange size={16} />} onClick={transfer.open}>
          Transfer
        </Button>
      )}
      {(maySuspend || mayRevoke) && (
        <Menu position="bottom-end" width={210}>
          <Menu.Target>
            <Button
              variant="default"
              rightSection={<IconChevronDown size={16} />}
              loading={asking && !mayReinstate}
            >
              Stop
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {maySuspend && (
              <Menu.Item leftSection={<IconPlayerPause size={16} />} onClick={confirmSuspension}>
                Suspend …
              </Menu.Item>
            )}
            {mayRevoke && (
              <Menu.Item color="red" leftSection={<IconBan size={16} />} onClick={confirmRevocation}>
                Revoke for good …
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
      {mayTransfer && <TransferModal opened={transferring} close={transfer.close} license={license} />}
      {mayRenew && <RenewModal opened={renewing} close={close} license={license} />}
    </>
  );
}
