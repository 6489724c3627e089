"use client";

import { useMutation } from "@tanstack/react-query";
import { useTRPC } from "../../../_trpc/client.tsx";
import { NewPasswordForm } from "../../new-password-form.tsx";

export function ResetForm({ token, email }: { token: string; email: string }) {
  const trpc = useTRPC();
  const reset = useMutation(
    trpc.account.resetPassword.mutationOptions({
      onSuccess: () => window.location.assign("/sign-in?reason=password_changed"),
    }),
  );
  return (
    <NewPasswordForm
      email={email}
      verb="Change the password"
      error={reset.error}
      isPending={reset.isPending || reset.isSuccess}
      onSubmit={(password) => reset.mutate({ token, password })}
    />
  );
}
