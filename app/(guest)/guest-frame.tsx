import { Anchor, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Vendor } from "#server/auth/actor.ts";
import { brandCss } from "../_brand/brand.ts";
import { VendorMark } from "../_brand/vendor-mark.tsx";
import { initialOf } from "../_components/initial-of.ts";
import auth from "../(auth)/auth.module.css";
import AuthLayout from "../(auth)/layout.tsx";
import classes from "./guest.module.css";

/** The frame of pages for whom a vendor invites, or sold a key to: in its name and colour. Without one, Signet's own. */
export function GuestFrame({
  vendor,
  toTeam = false,
  children,
}: {
  vendor: Vendor | undefined;
  /** Whether its reader is to work for the vendor, and not a customer. */
  toTeam?: boolean;
  children: ReactNode;
}) {
  if (vendor === undefined) return <AuthLayout>{children}</AuthLayout>;
  const { name, accent, supportEmail } = vendor;
  return (
    <div className={auth.split}>
      {accent !== null && <style>{brandCss(accent)}</style>}
      <main className={auth.form}>
        <div className={auth.inner}>
          <Group gap={10} wrap="nowrap">
            <VendorMark vendorName={name} />
          </Group>
          <div className={auth.content}>{children}</div>
          {supportEmail !== null && (
            <Text fz="sm" c="dimmed" mt="xl" style={{ overflowWrap: "anywhere" }}>
              Questions? Write to{" "}
              <Anchor href={`mailto:${supportEmail}`} fz="inherit" underline="always">
                {supportEmail}
              </Anchor>
            </Text>
          )}
        </div>
      </main>
      <aside className={`${auth.brand} ${classes.vendor}`} aria-hidden="true">
        <span className={classes.letter}>{initialOf(name)}</span>
        <div className={classes.words}>
          <p className={auth.claim}>{toTeam ? `The team of ${name}` : `Your licenses from ${name}`}</p>
          <p className={classes.detail}>
            {toTeam
              ? "Who may use what, until when, and who does at this moment."
              : "What they allow, until when, and where they are in use."}
          </p>
        </div>
      </aside>
    </div>
  );
}
