import { Box, Group, Skeleton, Stack } from "@mantine/core";

/** A table that is on its way, in the shape it will have. */
export function TableSkeleton({ columns, rows }: { columns: number; rows: number }) {
  return (
    <Box p="md" role="status" aria-label="Loading">
      <Stack gap="lg" py={4}>
        {Array.from({ length: rows }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows stand for nothing yet.
          <Group key={row} gap="xl" wrap="nowrap">
            {Array.from({ length: columns }, (_, column) => (
              <Skeleton
                // biome-ignore lint/suspicious/noArrayIndexKey: nor do the cells.
                key={column}
                height={12}
                radius="xl"
                width={`${column === 0 ? 30 : 12 + ((row * 7 + column * 5) % 9)}%`}
              />
            ))}
          </Group>
        ))}
      </Stack>
    </Box>
  );
}
