/** TLS at the MQTT edge: certificate files that are read again when they change, and what a client shows of itself. */
import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { z } from 'zod'

const Path = z.string().min(1).max(1_000)

/** `optional`: a gateway may log in with a certificate; `required`: nobody logs in without one. */
export const CLIENT_CERTIFICATES = ['off', 'optional', 'required'] as const

export const EdgeTlsConfig = z.strictObject({
  /** Certificate of the edge with its chain, and its key, PEM. */
  certFile: Path,
  keyFile: Path,
  /** Authorities whose certificates for gateways are believed, PEM. */
  caFile: Path.optional(),
  clientCertificates: z.enum(CLIENT_CERTIFICATES).default('off'),
  /** A port of its own, beside the plain one; without it mqtt.port speaks TLS and nothing else. */
  port: z.int().min(0).max(65_535).optional(),
})
export type EdgeTlsConfig = z.output<typeof EdgeTlsConfig>

export interface TlsStatus {
  /** When the edge's certificate ends, epoch milliseconds. */
  readonly endsAt: number
  /** Why changed files are not used; the former ones are. */
  readonly trouble: string | null
}

/** Throws Error that names the key, the file and the reason when the files cannot be used. */
export class TlsFiles {
  readonly #config: EdgeTlsConfig
  #seen: string
  #endsAt: number
  #trouble: string | null = null
  context: SecureContextOptions

  constructor(config: EdgeTlsConfig) {
    this.#config = config
    this.#seen = signatureOf(config)
    ;({ context: this.context, endsAt: this.#endsAt } = readContext(config))
  }

  /** Reads the files again if they changed; true when there is a new context to be used. */
  refresh(): boolean {
    const seen = signatureOf(this.#config)
    if (seen === this.#seen) return false
    this.#seen = seen
    try {
      ;({ context: this.context, endsAt: this.#endsAt } = readContext(this.#config))
      this.#trouble = null
      return true
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error)
      return false
    }
  }

  status(): TlsStatus {
    return { endsAt: this.#endsAt, trouble: this.#trouble }
  }
}

function readContext({ certFile, keyFile, caFile }: EdgeTlsConfig): { context: SecureContextOptions; endsAt: number } {
  const cert = readPem('certFile', certFile)
  const key = readPem('keyFile', keyFile)
  const ca = caFile === undefined ? undefined : readPem('caFile', caFile)
  // without authorities of ours nobody's certificate is believed, not even those of the web
  const context: SecureContextOptions = { cert, key, ca: ca ?? [], minVersion: 'TLSv1.2' }
  try {
    createSecureContext(context)
    return { context, endsAt: Date.parse(new X509Certificate(cert).validTo) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`mqtt.tls: ${certFile} and ${keyFile} are no certificate and its key, in PEM (${reason})`)
  }
}

function readPem(name: string, path: string): Buffer {
  try {
    const pem = readFileSync(path)
    if (pem.includes('-----BEGIN ')) return pem
  } catch (error) {
    throw new Error(`mqtt.tls.${name} = ${path}: cannot be read (${error instanceof Error ? error.message : error})`)
  }
  throw new Error(`mqtt.tls.${name} = ${path}: is no PEM file (-----BEGIN …)`)
}

function signatureOf({ certFile, keyFile, caFile }: EdgeTlsConfig): string {
  return [certFile, keyFile, caFile].map((path) => (path === undefined ? '' : signature(path))).join()
}

function signature(path: string): string {
  try {
    const { ino, size, mtimeMs } = statSync(path)
    return `${ino} ${size} ${mtimeMs}`
  } catch {
    return 'not there'
  }
}
