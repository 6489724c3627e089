"use client";

import { Alert, Text } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useState } from "react";
import { CopyText } from "./copy.tsx";
import { describeFailure, type Failure } from "./failure.ts";
import { placeErrors } from "./form-errors.ts";

/**
 * What a form does with a refusal: errors with a field go to that field, which is focused; the rest is shown above
 * the button by `<FormFailure>`.
 *
 *     const refusal = useRefusal(form);
 *     const create = useMutation(trpc.product.create.mutationOptions({ onError: refusal.show }));
 *     form.onSubmit((values) => { refusal.clear(); create.mutate(values); })
 */
export function useRefusal<Values extends Record<string, unknown>>(form: UseFormReturnType<Values>) {
  const [failure, setFailure] = useState<Failure>();
  return {
    failure,
    clear: () => setFailure(undefined),
    show(error: unknown) {
      const described = describeFailure(error);
      const { fields, rest } = placeErrors(described.errors, form.getValues());
      form.setErrors(fields);
      const first = Object.keys(fields)[0];
      if (first !== undefined) form.getInputNode(first)?.focus();
      if (rest.length > 0) setFailure({ ...described, message: rest.join(" ") });
      else setFailure(first === undefined ? described : undefined);
    },
  };
}

export function FormFailure({ failure }: { failure: Failure | undefined }) {
  if (failure === undefined) return null;
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} role="alert">
      <Text fz="sm">{failure.message}</Text>
      {failure.correlationId !== undefined && (
        <CopyText value={failure.correlationId} label="correlation id" />
      )}
    </Alert>
  );
}
