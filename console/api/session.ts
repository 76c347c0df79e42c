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
  /** Who signed in by a password can change it here. */
  hasPassword: z.boolean(),
  /** An issuer that vouches for people, and where its way begins. */
  singleSignOn: z
    .object({
      label: z.string().max(200),
      url: z
        .string()
        .max(1000)
        .regex(/^https?:\/\//),
      reachable: z.boolean(),
    })
    .nullable(),
})
export type Session = z.infer<typeof Session>
export type Caller = NonNullable<Session['caller']>
