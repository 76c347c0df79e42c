const STORED = 'adit-token'

/** The operator's token, kept in this tab only; empty when there is none. */
export function readToken(): string {
  return sessionStorage.getItem(STORED) ?? ''
}

export function keepToken(token: string): void {
  if (token === '') sessionStorage.removeItem(STORED)
  else sessionStorage.setItem(STORED, token)
}

/** The header for it; none without a token, which is enough as long as the service listens on loopback only. */
export function tokenHeader(): Record<string, string> {
  const token = readToken()
  return token === '' ? {} : { authorization: `Bearer ${token}` }
}
