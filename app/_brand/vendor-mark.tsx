import { Box, Text } from "@mantine/core";
import { initialOf } from "../_components/initial-of.ts";
import classes from "./vendor-mark.module.css";

/** The vendor's letter on its colour, and its name; over a customer's name where somebody of theirs is signed in. */
export function VendorMark({ vendorName, customerName }: { vendorName: string; customerName?: string }) {
  return (
    <>
      <span className={classes.mark} aria-hidden>
        {initialOf(vendorName)}
      </span>
      <Box component="span" miw={0}>
        <Text span fz="sm" fw={650} truncate display="block" lh={1.3}>
          {vendorName}
        </Text>
        {customerName !== undefined && (
          <Text span fz="xs" c="dimmed" truncate display="block" lh={1.3}>
            {customerName}
          </Text>
        )}
      </Box>
    </>
  );
}
