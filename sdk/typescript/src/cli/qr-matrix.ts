/** A square of modules while it is drawn: `true` is dark, and what was drawn as a pattern stays as it is. */
export class QrMatrix {
  readonly version: number;
  readonly size: number;
  readonly modules: boolean[][];
  readonly #fixed: boolean[][];

  /** With every pattern but the format, whose place is kept free. */
  constructor(version: number) {
    this.version = version;
    this.size = version * 4 + 17;
    const blank = () => Array.from({ length: this.size }, () => new Array<boolean>(this.size).fill(false));
    this.modules = blank();
    this.#fixed = blank();
    for (let index = 0; index < this.size; index++) {
      this.#fix(6, index, index % 2 === 0);
      this.#fix(index, 6, index % 2 === 0);
    }
    for (const [x, y] of this.#finders()) this.#rings(x, y, 4, [2, 4]);
    for (const [x, y] of this.#alignments()) this.#rings(x, y, 2, [1]);
    this.drawFormat(0);
    if (version >= 7) this.#drawVersion();
  }

  /** Draws codewords from the lower right corner up and down in columns of two. */
  drawCodewords(codewords: readonly number[]): void {
    let bit = 0;
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      const isUpward = ((right + 1) & 2) === 0;
      for (let row = 0; row < this.size; row++) {
        const y = isUpward ? this.size - 1 - row : row;
        for (const x of [right, right - 1]) {
          if (this.#isFixed(x, y)) continue;
          this.#set(x, y, (((codewords[bit >>> 3] ?? 0) >>> (7 - (bit & 7))) & 1) === 1);
          bit += 1;
        }
      }
    }
  }

  /** Turns the modules where `isTurned`; a second time turns them back. */
  mask(isTurned: (x: number, y: number) => boolean): void {
    for (let y = 0; y < this.size; y++)
      for (let x = 0; x < this.size; x++)
        if (!this.#isFixed(x, y) && isTurned(x, y)) this.#set(x, y, !this.isDark(x, y));
  }

  /** Writes the correction level, which is L, and the mask beside the finders, twice. */
  drawFormat(mask: number): void {
    const data = (0b01 << 3) | mask;
    let remainder = data;
    for (let count = 0; count < 10; count++) remainder = (remainder << 1) ^ ((remainder >>> 9) * 0x537);
    const bits = ((data << 10) | remainder) ^ 0x5412;
    const isSet = (index: number) => ((bits >>> index) & 1) === 1;
    for (let index = 0; index <= 5; index++) this.#fix(8, index, isSet(index));
    this.#fix(8, 7, isSet(6));
    this.#fix(8, 8, isSet(7));
    this.#fix(7, 8, isSet(8));
    for (let index = 9; index < 15; index++) this.#fix(14 - index, 8, isSet(index));
    for (let index = 0; index < 8; index++) this.#fix(this.size - 1 - index, 8, isSet(index));
    for (let index = 8; index < 15; index++) this.#fix(8, this.size - 15 + index, isSet(index));
    this.#fix(8, this.size - 8, true);
  }

  isDark(x: number, y: number): boolean {
    return this.modules[y]?.[x] === true;
  }

  #drawVersion(): void {
    let remainder = this.version;
    for (let count = 0; count < 12; count++) remainder = (remainder << 1) ^ ((remainder >>> 11) * 0x1f25);
    const bits = (this.version << 12) | remainder;
    for (let index = 0; index < 18; index++) {
      const isDark = ((bits >>> index) & 1) === 1;
      const along = Math.floor(index / 3);
      const across = this.size - 11 + (index % 3);
      this.#fix(across, along, isDark);
      this.#fix(along, across, isDark);
    }
  }

  /** A square of rings around a centre; those at the distances named are light. */
  #rings(centreX: number, centreY: number, reach: number, light: readonly number[]): void {
    for (let dy = -reach; dy <= reach; dy++)
      for (let dx = -reach; dx <= reach; dx++)
        this.#fix(centreX + dx, centreY + dy, !light.includes(Math.max(Math.abs(dx), Math.abs(dy))));
  }

  #finders(): (readonly [number, number])[] {
    const far = this.size - 4;
    return [
      [3, 3],
      [far, 3],
      [3, far],
    ];
  }

  #alignments(): (readonly [number, number])[] {
    if (this.version === 1) return [];
    const count = Math.floor(this.version / 7) + 2;
    // The standard's table follows one rule but for this version.
    const step = this.version === 32 ? 26 : Math.ceil((this.version * 4 + 4) / (count * 2 - 2)) * 2;
    const places = [6];
    for (let index = count - 2; index >= 0; index--) places.push(this.size - 7 - index * step);
    const last = this.size - 7;
    const isFinder = (x: number, y: number) =>
      (x === 6 && y === 6) || (x === last && y === 6) || (x === 6 && y === last);
    return places.flatMap((y) => places.flatMap((x) => (isFinder(x, y) ? [] : [[x, y] as const])));
  }

  #fix(x: number, y: number, isDark: boolean): void {
    const row = this.#fixed[y];
    if (row === undefined || x < 0 || x >= this.size) return;
    row[x] = true;
    this.#set(x, y, isDark);
  }

  #set(x: number, y: number, isDark: boolean): void {
    const row = this.modules[y];
    if (row !== undefined) row[x] = isDark;
  }

  #isFixed(x: number, y: number): boolean {
    return this.#fixed[y]?.[x] === true;
  }
}
