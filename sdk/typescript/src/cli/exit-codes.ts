/** What the process ends with, by the customs of sysexits.h where there is one: a program run by `checkout` seldom uses these. */
export const EXIT = {
  ok: { code: 0, meaning: "done; the license may be used" },
  usage: { code: 64, meaning: "the command line is wrong" },
  notBelieved: { code: 65, meaning: "something did not verify" },
  noInput: { code: 66, meaning: "a file, or what should have come by stdin, is not there" },
  unreachable: { code: 69, meaning: "the server could not be reached" },
  internal: { code: 70, meaning: "an error inside `signet`" },
  disk: { code: 74, meaning: "the state could not be read or written" },
  tryLater: { code: 75, meaning: "not now, e.g. no seat is free; trying again can help" },
  refused: { code: 77, meaning: "refused, or the license may not be used now" },
  configuration: { code: 78, meaning: "a setting is missing or wrong" },
  notActivated: { code: 79, meaning: "this machine is not activated" },
  seatLost: { code: 80, meaning: "the seat was lost, and the command was ended for it" },
  notRunnable: { code: 126, meaning: "the command of `checkout` could not be run" },
  notFound: { code: 127, meaning: "the command of `checkout` was not found" },
} as const;

export type ExitName = keyof typeof EXIT;
