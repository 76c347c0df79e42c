/** A path of this site, whatever stands in an address: '/' for what would lead to another one, or is too long to be one of ours. */
export function ownPath(wanted: string): string {
  return wanted.length <= 200 && /^\/(?![/\\])[^\\\s\p{C}]*$/u.test(wanted) ? wanted : '/'
}
