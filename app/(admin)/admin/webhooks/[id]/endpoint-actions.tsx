"use client";

import { ActionIcon, Button, Menu, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconDots,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconRefreshDot,
  IconRotateClockwise,
  IconSend,
  IconTrash,
} from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { asSubscriptions } from "#server/domain/event-catalogue.ts";
import { confirmAction } from "../../../../_components/confirm.tsx";
import { countOf } from "../../../../_components/format.ts";
import { toastDone, toastFailed } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { EndpointForm } from "../endpoint-form.tsx";
import type { WebhookEndpoint } from "../webhook.ts";
import { ReplaySince } from "./replay-since.tsx";
import { RotateSecret } from "./rotate-secret.tsx";
import { useOpenDelivery } from "./use-open-delivery.ts";

/** What can be done to an endpoint. */
export function EndpointActions({ endpoint }: { endpoint: WebhookEndpoint }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const router = useRouter();
  const [, openDelivery] = useOpenDelivery();
  const [editing, edit] = useDisclosure(false);
  const [rotating, rotate] = useDisclosure(false);
  const [replaying, replay] = useDisclosure(false);
  const changed = { onSuccess: () => queries.invalidateQueries(trpc.webhook.pathFilter()) };
  const update = useMutation(trpc.webhook.update.mutationOptions(changed));
  const setEnabled = useMutation(trpc.webhook.setEnabled.mutationOptions(changed));
  const remove = useMutation(trpc.webhook.remove.mutationOptions());
  const test = useMutation(
    trpc.webhook.sendTest.mutationOptions({
      onError: toastFailed,
      async onSuccess(sent) {
        openDelivery(sent.id);
        await changed.onSuccess();
      },
    }),
  );
  const { id, url, description, events, disabledAt, lastDay } = endpoint;
  const enabled = disabledAt === null;

  async function enable() {
    try {
      await setEnabled.mutateAsync({ id, enabled: true });
      toastDone("The endpoint is enabled; what waited for it is being sent.");
    } catch (error) {
      toastFailed(error);
    }
  }

  function confirmDisable() {
    confirmAction({
      title: "Disable this endpoint?",
      effects: [
        "Nothing is sent to it from now on.",
        `${countOf(lastDay.pending, "delivery", "deliveries")} of the last day ${lastDay.pending === 1 ? "waits" : "wait"} until it is enabled.`,
      ],
      undo: "Enable it at any time, and replay what it missed.",
      confirm: "Disable endpoint",
      run: async () => {
        await setEnabled.mutateAsync({ id, enabled: false });
        toastDone("The endpoint is disabled.", () => setEnabled.mutateAsync({ id, enabled: true }));
      },
    });
  }

  function confirmRemove() {
    confirmAction({
      title: "Remove this endpoint?",
      effects: [
        `Nothing is sent to ${url} any more, and its secrets are erased.`,
        `${countOf(lastDay.pending, "delivery", "deliveries")} of the last day on the way ${lastDay.pending === 1 ? "is" : "are"} dropped.`,
      ],
      undo: "This cannot be undone. To stop for a while, disable it instead.",
      confirm: "Remove endpoint",
      danger: true,
      run: async () => {
        await remove.mutateAsync({ id });
        // At once, so that nothing on this page asks for it again.
        queries.setQueryData(trpc.webhook.list.queryKey(), (known) =>
          known?.filter((each) => each.id !== id),
        );
        router.push("/admin/webhooks");
        await queries.invalidateQueries(trpc.webhook.list.queryFilter());
        toastDone("The endpoint was removed.");
      },
    });
  }

  return (
    <>
      {enabled ? (
        <Button
          variant="default"
          leftSection={<IconSend size={16} />}
          loading={test.isPending}
          onClick={() => test.mutate({ id })}
        >
          Send a test
        </Button>
      ) : (
        <Button leftSection={<IconPlayerPlay size={16} />} loading={setEnabled.isPending} onClick={enable}>
          Enable
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More actions">
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={edit.open}>
            Edit
          </Menu.Item>
          <Menu.Item leftSection={<IconRotateClockwise size={16} />} onClick={rotate.open}>
            Rotate secret
          </Menu.Item>
          {enabled && (
            <>
              <Menu.Item leftSection={<IconRefreshDot size={16} />} onClick={replay.open}>
                Replay what it missed
              </Menu.Item>
              <Menu.Item leftSection={<IconPlayerPause size={16} />} onClick={confirmDisable}>
                Disable
              </Menu.Item>
            </>
          )}
          <Menu.Divider />
          <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={confirmRemove}>
            Remove
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={editing} onClose={edit.close} title="Edit endpoint" size="lg">
        <EndpointForm
          initial={{ url, description, events: asSubscriptions(events) }}
          submit="Save"
          save={async (values) => {
            await update.mutateAsync({ id, ...values });
            edit.close();
            toastDone("The endpoint was changed.");
          }}
          cancel={edit.close}
        />
      </Modal>
      <RotateSecret id={id} opened={rotating} close={rotate.close} />
      <ReplaySince id={id} opened={replaying} close={replay.close} />
    </>
  );
}
