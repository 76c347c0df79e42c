import { ownPath } from '../../model/own-path.ts'

export const SIGN_IN = '/sign-in'

/** Where one signs in, remembering the page one wanted. */
export function signInPath(location: string, search: string): string {
  const wanted = search === '' ? location : `${location}?${search}`
  return wanted === '/' ? SIGN_IN : `${SIGN_IN}?to=${encodeURIComponent(wanted)}`
}

/** The page one wanted: a path of ours, whatever the address says. */
export function pathAfterSignIn(search: string): string {
  const wanted = ownPath(new URLSearchParams(search).get('to') ?? '/')
  return wanted.startsWith(SIGN_IN) ? '/' : wanted
}
