import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { createGunzip, createGzip } from "node:zlib";
import { z } from "zod";
import { LaunchFailure } from "../launcher/failure.ts";

/**
 * A backup is gzip over lines: a head, then for each table a line of JSON, its rows as PostgreSQL's COPY writes them in text,
 * in which a row is always one line, and `\.`; last a line that counts the rows, without which the file was cut off.
 */
const END_OF_ROWS = "\\.";
const NEWLINE = 0x0a;

const head = z.object({
  signet: z.literal("backup"),
  format: z.literal(1),
  /** When the database was as the file has it. */
  takenAt: z.iso.datetime(),
  /** What had been applied to the database, in order. */
  migrations: z.array(z.string()),
  masterKeyCheck: z.string(),
});
const table = z.object({ table: z.string(), columns: z.array(z.string()) });
const foot = z.object({ rows: z.number() });

export type BackupHead = z.infer<typeof head>;
export type BackupTable = z.infer<typeof table>;

/** Writes a backup into a file that only this user may read; `close` makes it whole. */
export function createBackupFile(path: string, facts: Omit<BackupHead, "signet" | "format">) {
  const gzip = createGzip({ level: 6 });
  const file = createWriteStream(path, { mode: 0o600, flags: "wx", flush: true });
  gzip.pipe(file);
  const failed = new Promise<never>((_, reject) => {
    for (const stream of [gzip, file]) stream.on("error", reject);
  });
  failed.catch(() => undefined);
  let rows = 0;

  async function write(bytes: Uint8Array | string): Promise<void> {
    if (!gzip.write(bytes)) await Promise.race([once(gzip, "drain"), failed]);
  }
  const writeJson = (value: object) => write(`${JSON.stringify(value)}\n`);

  return {
    begin: () => writeJson({ signet: "backup", format: 1, ...facts } satisfies BackupHead),
    beginTable: (description: BackupTable) => writeJson(description),
    /** Rows of the table begun last, as COPY gives them. */
    async rows(chunk: Uint8Array): Promise<void> {
      for (const byte of chunk) if (byte === NEWLINE) rows++;
      await write(chunk);
    },
    endTable: () => write(`${END_OF_ROWS}\n`),
    async close(): Promise<{ rows: number; bytes: number }> {
      await writeJson({ rows } satisfies z.infer<typeof foot>);
      gzip.end();
      await Promise.race([once(file, "close"), failed]);
      return { rows, bytes: file.bytesWritten };
    },
  };
}

/** Reads a backup: its head, then each table with its rows. Throws a LaunchFailure when it is none, or not whole. */
export async function openBackup(path: string): Promise<{
  head: BackupHead;
  /** Each once, in order; a table's rows must be read to their end before the next. */
  tables(): AsyncGenerator<BackupTable & { rows: AsyncGenerator<Buffer> }>;
}> {
  const lines = linesOf(path);
  const first = await lines.next();
  const parsed = head.safeParse(jsonOf(first.done ? "" : first.value.toString()));
  if (!parsed.success) throw new LaunchFailure(`${path} is no backup that Signet made.`);
  const cutOff = () => new LaunchFailure(`${path} is cut off or damaged; take another backup.`);
  let rows = 0;

  async function* rowsOfTable(): AsyncGenerator<Buffer> {
    for (;;) {
      const line = await lines.next();
      if (line.done) throw cutOff();
      if (line.value.length === 3 && line.value.toString().trimEnd() === END_OF_ROWS) return;
      rows++;
      yield line.value;
    }
  }

  return {
    head: parsed.data,
    async *tables() {
      for (;;) {
        const line = await lines.next();
        const value = line.done ? undefined : jsonOf(line.value.toString());
        const end = foot.safeParse(value);
        if (end.success && end.data.rows === rows) return;
        const next = table.safeParse(value);
        if (!next.success) throw cutOff();
        yield { ...next.data, rows: rowsOfTable() };
      }
    },
  };
}

/** Lines with their newline. Node's own reader of lines would also part them where a text has U+2028. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path);
  const unzipped = createGunzip();
  file.on("error", (error) => unzipped.destroy(error));
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of file.pipe(unzipped)) {
      let bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE)) {
        yield bytes.subarray(0, end + 1);
        bytes = bytes.subarray(end + 1);
      }
      rest = bytes;
    }
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : "";
    const sentence =
      code === "ENOENT" || code === "EACCES"
        ? `${path} cannot be read: ${code === "ENOENT" ? "there is no such file" : "no permission"}.`
        : `${path} is no backup that Signet made, or it is damaged.`;
    throw new LaunchFailure(sentence, { cause });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
