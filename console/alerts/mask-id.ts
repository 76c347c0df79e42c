/** An account number as lists and headings show it: 0531…7718. Short names, such as those of areas, stay whole. */
export function maskId(id: string): string {
  return id.length <= 9 ? id : `${id.slice(0, 4)}…${id.slice(-4)}`
}
