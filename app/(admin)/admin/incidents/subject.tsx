"use client";

import { TextLink } from "../../../_components/links.tsx";
import { type Incident, pageOf } from "./incident-words.ts";

/** Whom an incident is about: the license and its customer, and of a balance its meter. */
export function Subject({ incident }: { incident: Incident }) {
  const { license, meter, subjectId } = incident;
  const page = pageOf(incident);
  const name = license === null ? subjectId : `${meter === null ? "" : `${meter}, `}${license.keyHint}`;
  return (
    <>
      {page === undefined ? (
        name
      ) : (
        <TextLink href={page} fz="inherit" underline="always">
          {name}
        </TextLink>
      )}
      {license !== null && ` of ${license.customer}`}
    </>
  );
}
