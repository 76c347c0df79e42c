import { createContext, useContext } from 'react'
import type { Caller } from '../api/session.ts'

export interface WhoAsks {
  readonly caller: Caller
  readonly hasPassword: boolean
}

/** Given by SessionGate. */
export const WhoAsksContext = createContext<WhoAsks | null>(null)

export function useCaller(): Caller {
  return useWhoAsks().caller
}

/** They signed in by a password, and can change it. */
export function useHasPassword(): boolean {
  return useWhoAsks().hasPassword
}

/** May look at gateways and quarantine; a member of one county may not, for they speak of all (docs/operations.md). */
export function useReadsLine(): boolean {
  const { role, counties } = useCaller()
  return counties === null && role !== 'bureau' && role !== 'inspector'
}

function useWhoAsks(): WhoAsks {
  const asking = useContext(WhoAsksContext)
  if (!asking) throw new Error('who asks is asked outside SessionGate')
  return asking
}
