"use client";

import { Avatar, type AvatarProps } from "@mantine/core";
import { initialOf } from "./initial-of.ts";

/** A person by their initials: whole characters, where Mantine would cut an emoji in two, which no page renders alike. */
export function PersonAvatar({ name, ...props }: AvatarProps & { name: string }) {
  const [first = "", second = ""] = name.trim().split(/\s+/).map(initialOf);
  return (
    <Avatar name={name} color="initials" radius="xl" {...props}>
      {first + second}
    </Avatar>
  );
}
