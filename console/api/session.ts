import { z } from 'zod'
import { Role } from '../../model/role.ts'

/** Who asks, as /api/v1/session tells. */
export const Session = z.object({
  /** null: nobody that the service knows; machine: somebody on this machine, while nobody has an account. */
  caller: z
    .object({
      kind: z.enum(['machine', 'token', 'user']),
      name: z.string().max(200),
      role: Role.nullable(),
      counties: z.array(z.string().max(200)).max(200).nullable(),
    })
    .nullable(),
  csrf: z.string().max(200).nullable(),
  until: z.string().max(64).nullable(),
})
export type Session = z.infer<typeof Session>
export type Caller = NonNullable<Session['caller']>
