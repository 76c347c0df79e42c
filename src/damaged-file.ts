export interface DamagedFile {
  readonly file: string
  readonly reason: string
  /** Where it is now. */
  readonly place: string
  /** What stands in its place: the rows that could be read, or a copy of that time. */
  readonly instead: string
  readonly remedy: string
}
