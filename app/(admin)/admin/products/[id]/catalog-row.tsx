"use client";

import { ActionIcon, Badge, Box, Group, Menu, Text, ThemeIcon } from "@mantine/core";
import { type Icon, IconArchive, IconArchiveOff, IconDots, IconPencil } from "@tabler/icons-react";
import { CopyText } from "../../../../_components/copy.tsx";
import { StatusBadge } from "../../../../_components/status-badge.tsx";
import classes from "./catalog.module.css";

/** A feature or a meter, as one reads it. */
export function CatalogRow({
  icon: Glyph,
  name,
  code,
  tag,
  description,
  archived,
  actions,
}: {
  icon: Icon;
  name: string;
  code: string;
  /** What kind it is, or what it is counted in. */
  tag: string;
  description?: string;
  archived: boolean;
  /** Left out for those who may only read. */
  actions: { edit: () => void; archive: () => void; restore: () => void } | undefined;
}) {
  return (
    <li className={classes.row}>
      <ThemeIcon variant="light" color={archived ? "gray" : "petrol"} size={34} radius="md" aria-hidden>
        <Glyph size={18} stroke={1.7} />
      </ThemeIcon>
      <Box miw={0}>
        <Group gap="4px 8px">
          <Text fz="sm" fw={600} style={{ overflowWrap: "anywhere" }} {...(archived ? { c: "dimmed" } : {})}>
            {name}
          </Text>
          <Badge color="gray">{tag}</Badge>
          {archived && <StatusBadge status="archived" />}
        </Group>
        <CopyText value={code} label={`code of ${name}`} />
        {description && (
          <Text fz="sm" c="dimmed" mt={2}>
            {description}
          </Text>
        )}
      </Box>
      {actions !== undefined && <RowMenu name={name} archived={archived} {...actions} />}
    </li>
  );
}

function RowMenu({
  name,
  archived,
  edit,
  archive,
  restore,
}: {
  name: string;
  archived: boolean;
  edit: () => void;
  archive: () => void;
  restore: () => void;
}) {
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${name}`}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={16} />} onClick={edit}>
          Edit
        </Menu.Item>
        {archived ? (
          <Menu.Item leftSection={<IconArchiveOff size={16} />} onClick={restore}>
            Restore
          </Menu.Item>
        ) : (
          <Menu.Item color="red" leftSection={<IconArchive size={16} />} onClick={archive}>
            Archive
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
