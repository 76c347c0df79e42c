import type { Counties } from '../../model/counties.ts'
import type { Role } from '../../model/role.ts'

/** Who asks. `machine`: somebody on this machine, who may read as long as nobody has an account. */
export interface Caller {
  readonly kind: 'machine' | 'token' | 'user'
  /** The user's name, or the token's id. */
  readonly name: string
  /** null: reads only. */
  readonly role: Role | null
  readonly counties: Counties
}

export const THIS_MACHINE: Caller = { kind: 'machine', name: 'this machine', role: null, counties: null }
