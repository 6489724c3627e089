"use client";

import { useMutation } from "@tanstack/react-query";
import { signIn } from "next-auth/react";
import { useTRPC } from "../../../_trpc/client.tsx";
import { NewPasswordForm } from "../../new-password-form.tsx";

export function CompleteForm({ token, email }: { token: string; email: string }) {
  const trpc = useTRPC();
  const complete = useMutation(
    trpc.signUp.complete.mutationOptions({
      onSuccess: async (_, { password }) => {
        const signedIn = await signIn("credentials", { email, password, redirect: false });
        window.location.assign(signedIn?.error ? "/sign-in" : "/admin/start");
      },
    }),
  );
  return (
    <NewPasswordForm
      email={email}
      verb="Start the trial"
      error={complete.error}
      isPending={complete.isPending || complete.isSuccess}
      onSubmit={(password) => complete.mutate({ token, password })}
    />
  );
}
