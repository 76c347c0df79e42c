/** A customer's name with which nobody is found: its first letter, and marks that hide how long it is. */
export function maskName(name: string): string {
  const [first] = name
  return first === undefined ? '' : `${first}**`
}
