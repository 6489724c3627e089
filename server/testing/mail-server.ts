import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";

/** What a mail server does with a mail: takes it, refuses whom it is for for good, or asks to come again later. */
export type Manner = "take" | "refuse" | "later";

export interface ReceivedMail {
  readonly to: readonly string[];
  /** As it went over the wire. */
  readonly source: string;
}

/** A mail server on a real socket, which remembers what it took. */
export async function startMailServer(port = 0) {
  const received: ReceivedMail[] = [];
  let manner: Manner = "take";
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    onRcptTo(_address, _session, done) {
      if (manner === "take") return done();
      const words = manner === "refuse" ? "No such mailbox here" : "Come again later";
      return done(Object.assign(new Error(words), { responseCode: manner === "refuse" ? 550 : 451 }));
    },
    onData(stream, session, done) {
      text(stream).then(
        (source) => {
          received.push({ to: session.envelope.rcptTo.map(({ address }) => address), source });
          done();
        },
        (error: Error) => done(error),
      );
    },
  });
  // A client that goes away in the middle is none of its concern.
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.server.address();
  if (address === null || typeof address === "string") throw new Error("It listens on a port.");
  return {
    received,
    url: `smtp://127.0.0.1:${address.port}`,
    port: address.port,
    answerWith(next: Manner) {
      manner = next;
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
