export interface Option {
  readonly name: string;
  /** What its value is called in the help; a flag has none. */
  readonly value?: string;
  /** It may be given more than once. */
  readonly many?: true;
  readonly summary: string;
  /** The only values it may have. */
  readonly choices?: readonly string[];
}
