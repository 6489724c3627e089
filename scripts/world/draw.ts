/**
 * SQL that draws numbers and ids from a seed. A draw is named by what it is for and numbered by the row it is of, so that a
 * world does not depend on the order in which its rows are made.
 */
export interface Draw {
  /** From 0 up to, and never, 1. `row` is SQL for a whole number. */
  unit(what: string, row: string): string;
  /** A whole number from 0 up to, and never, `count`. */
  below(count: number | string, what: string, row: string): string;
  /** A UUIDv7 made at `at`. */
  id(what: string, row: string, at: string): string;
  /** A correlation id of a request at `at`; its symbols are hexadecimal, which are some of a TypeID's. */
  correlation(what: string, row: string, at: string): string;
  /** A digest as devices send them: 43 symbols of base64url. */
  digest(what: string, row: string): string;
}

export function createDraw(seed: number): Draw {
  /** Each purpose has a stream of its own: its name's FNV-1a hash beside the seed. */
  const stream = (what: string): number => {
    let hash = 2_166_136_261;
    for (const character of what) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619);
    return seed * 4_294_967_296 + (hash >>> 0);
  };
  const bits = (what: string, row: string): string => `hashint8extended((${row})::bigint, ${stream(what)})`;
  const unit = (what: string, row: string): string =>
    `((${bits(what, row)} & 9007199254740991)::double precision / 9007199254740992)`;
  const ms = (at: string): string => `(extract(epoch FROM ${at}) * 1000)::bigint`;
  return {
    unit,
    below: (count, what, row) => `floor(${unit(what, row)} * (${count}))::integer`,
    // 48 bits of milliseconds, version 7, 12 bits; then variant 2 and 62 bits.
    id: (what, row, at) => `encode(
      int8send((${ms(at)} << 16) | 28672 | (${bits(`${what}/high`, row)} & 4095))
      || int8send((${bits(`${what}/low`, row)} & 4611686018427387903) | (-9223372036854775807 - 1)), 'hex')::uuid`,
    correlation: (what, row, at) =>
      `'cor_0' || lpad(to_hex(${ms(at)}), 12, '0') || substr(to_hex(${bits(`${what}/correlation`, row)} | (-9223372036854775807 - 1)), 4)`,
    digest: (what, row) =>
      `rtrim(translate(encode(sha256(convert_to('${seed}/${what}/' || (${row}), 'UTF8')), 'base64'), '+/', '-_'), '=')`,
  };
}
