"use client";

import { notifications } from "@mantine/notifications";
import { IconCheck, IconX } from "@tabler/icons-react";
import { describeFailure } from "./failure.ts";

/** Something was done: says what, in the past tense. */
export function toastDone(message: string): void {
  notifications.show({ message, color: "green", icon: <IconCheck size={18} />, autoClose: 4000 });
}

/** Something could not be done and there is no form to say it in. Stays until it is closed. */
export function toastFailed(error: unknown): void {
  const { title, message } = describeFailure(error);
  notifications.show({ title, message, color: "red", icon: <IconX size={18} />, autoClose: false });
}
