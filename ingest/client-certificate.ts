import { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** The certificate that a client has shown, and proved to have the key of. */
export interface ClientCertificate {
  /** SHA-256, hexadecimal. */
  readonly fingerprint: string
  /** '' when there is none or several. */
  readonly commonName: string
  /** Signed by a configured authority, for clients, and in date. */
  readonly trusted: boolean
  readonly inDate: boolean
}

/** Null on a plain connection and when none was shown. */
export function clientCertificateOf(socket: Socket, now: number): ClientCertificate | null {
  if (!(socket instanceof TLSSocket)) return null
  const shown = socket.getPeerX509Certificate()
  if (!shown) return null
  const names = [...shown.subject.matchAll(/^CN=(.*)$/gm)].map(([, name]) => name)
  return {
    fingerprint: fingerprintOf(shown),
    commonName: names.length === 1 ? names[0] : '',
    trusted: socket.authorized,
    inDate: Date.parse(shown.validFrom) <= now && now < Date.parse(shown.validTo),
  }
}

/** Of a PEM or DER file. Throws when it holds no certificate. */
export function fingerprintOfFile(bytes: Uint8Array): string {
  return fingerprintOf(new X509Certificate(bytes))
}

function fingerprintOf({ fingerprint256 }: X509Certificate): string {
  return fingerprint256.replaceAll(':', '').toLowerCase()
}
