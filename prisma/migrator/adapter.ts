import { randomBytes } from "node:crypto";
import { PrismaPg } from "@prisma/adapter-pg";
import {
  ColumnTypeEnum,
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
} from "@prisma/driver-adapter-utils";
import { DatabaseError, Pool, type QueryConfig } from "pg";

const CHAR_OID = 18;
const TEXT_OID = 25;

/**
 * The schema engine's way to PostgreSQL. Prisma's own adapter is made for queries, and three things in it do not suit
 * migrations: it splits scripts at every semicolon, also inside function bodies and strings, runs the parts outside a
 * transaction, and cannot read the catalogue's "char" columns, nor reach a shadow database given a URL.
 */
export class MigrationAdapterFactory implements SqlMigrationAwareDriverAdapterFactory {
  readonly provider = "postgres";
  readonly adapterName = "@prisma/adapter-pg";
  readonly #url: string;
  readonly #pools: Pool[] = [];
  /** Which columns of a result were "char", by the identity of its rows. */
  readonly #charColumns = new WeakMap<object, number[]>();

  constructor(url: string) {
    this.#url = url;
  }

  connect(): Promise<SqlDriverAdapter> {
    return this.#adapter(this.#pool(this.#url));
  }

  /** A scratch database beside the main one, dropped when the engine is done with it. */
  async connectToShadowDb(): Promise<SqlDriverAdapter> {
    const main = this.#pool(this.#url);
    const name = `signet_shadow_${randomBytes(6).toString("hex")}`;
    await main.query(`CREATE DATABASE "${name}"`);
    const url = new URL(this.#url);
    url.pathname = `/${name}`;
    const pool = this.#pool(url.href);
    const adapter = await this.#adapter(pool);
    return Object.assign(adapter, {
      dispose: async () => {
        await this.#end(pool);
        await main.query(`DROP DATABASE "${name}"`);
      },
    });
  }

  /** Ends every connection; the engine itself leaves them open. */
  async close(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => this.#end(pool)));
  }

  #pool(url: string): Pool {
    const pool = new Pool({ connectionString: url, max: 1 });
    // A failing query tells its caller; what befalls a connection between queries concerns nobody.
    pool.on("error", () => undefined);
    pool.on("connect", (client) => client.on("error", () => undefined));
    const query = pool.query.bind(pool);
    this.#pools.push(pool);
    return Object.assign(pool, {
      query: async (config: QueryConfig) => {
        const result = await query(config);
        const chars: number[] = [];
        for (const [index, field] of (result.fields ?? []).entries()) {
          if (field.dataTypeID !== CHAR_OID) continue;
          field.dataTypeID = TEXT_OID;
          chars.push(index);
        }
        if (chars.length > 0) this.#charColumns.set(result.rows, chars);
        return result;
      },
    });
  }

  async #adapter(pool: Pool): Promise<SqlDriverAdapter> {
    const adapter = await new PrismaPg(pool).connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    return Object.assign(adapter, {
      queryRaw: async (query: SqlQuery) => {
        const result = await queryRaw(query);
        for (const index of this.#charColumns.get(result.rows) ?? []) {
          result.columnTypes[index] = ColumnTypeEnum.Character;
        }
        return result;
      },
      // Without parameters PostgreSQL runs all statements of one message in one transaction.
      executeScript: async (script: string) => {
        await pool.query(script).catch(rethrow);
      },
    });
  }

  async #end(pool: Pool): Promise<void> {
    if (!pool.ended) await pool.end();
  }
}

/** In the engine's own words, so that it reports and records what PostgreSQL said. */
function rethrow(error: unknown): never {
  if (!(error instanceof DatabaseError)) throw error;
  const { code = "XX000", severity = "ERROR", message, detail, column, hint } = error;
  throw new DriverAdapterError({ kind: "postgres", code, severity, message, detail, column, hint });
}
