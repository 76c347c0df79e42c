import { z } from 'zod'

const EmbeddedDatabaseConfig = z.strictObject({ kind: z.literal('embedded') })

export const PostgresDatabaseConfig = z.strictObject({
  kind: z.literal('postgresql'),
  url: z
    .string()
    .max(500)
    .regex(
      /^postgres(ql)?:\/\/[^/@?]+\/[^/@?]+$/,
      'postgresql://host:port/database; user and password stand in database.user and database.passwordFile',
    ),
  user: z.string().min(1).max(63).optional(),
  password: z.string().min(1).max(1024).optional(),
  /** Without it: yes, unless the host is a loopback address. The certificate is always checked. */
  tls: z.boolean().optional(),
  /** Certificate authorities of the server, PEM; those of Node when not given. */
  ca: z.string().max(1_000_000).optional(),
  /** Client certificate and key, PEM. */
  cert: z.string().max(1_000_000).optional(),
  key: z.string().max(100_000).optional(),
  /** At most so many at once, for each part that keeps something there. */
  connections: z.int().min(1).max(100).default(4),
})

/** Where records that people make are kept: files in the data directory, or a PostgreSQL server. */
export const DatabaseConfig = z.discriminatedUnion('kind', [EmbeddedDatabaseConfig, PostgresDatabaseConfig])
export type DatabaseConfig = z.output<typeof DatabaseConfig>
export type PostgresDatabaseConfig = z.output<typeof PostgresDatabaseConfig>
