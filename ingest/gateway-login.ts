import type { ClientCertificate } from './client-certificate.ts'
import type { EdgeTlsConfig } from './edge-tls.ts'
import { type Credentials, type GatewayDirectory, NAMED_CERTIFICATE } from './gateway-directory.ts'
import type { RefusalCode } from './refusal-log.ts'

export interface Login {
  readonly name: string
  readonly password: Uint8Array | undefined
  readonly certificate: ClientCertificate | null
}

export interface RefusedLogin {
  readonly code: RefusalCode
  readonly reason: string
}

/**
 * Who may be that gateway: who has its password, its certificate, or both, as it was registered. A certificate that is
 * shown must be the gateway's own in any case.
 */
export function refusalOfLogin(
  directory: GatewayDirectory,
  clientCertificates: EdgeTlsConfig['clientCertificates'],
  { name, password, certificate }: Login,
): RefusedLogin | null {
  const credentials = directory.credentialsOf(name)
  // an unknown name costs as much time as a wrong password
  const passwordHolds = directory.verify(name, password ?? '')
  if (credentials === undefined) {
    return { code: 'unknown-gateway', reason: `no gateway "${name}": register it with adit gateway add` }
  }
  const wrong = wrongCertificate(name, credentials, certificate, clientCertificates)
  if (wrong !== undefined) return { code: 'wrong-certificate', reason: wrong }
  if (credentials.password && !passwordHolds) {
    return { code: 'wrong-password', reason: `the password of gateway "${name}" does not hold` }
  }
  return null
}

function wrongCertificate(
  name: string,
  { certificate: own }: Credentials,
  shown: ClientCertificate | null,
  asked: EdgeTlsConfig['clientCertificates'],
): string | undefined {
  if (shown === null) {
    if (own === null && asked !== 'required') return undefined
    return asked === 'off'
      ? `gateway "${name}" logs in with a certificate, and the edge asks for none: set mqtt.tls.clientCertificates`
      : `gateway "${name}" has shown no certificate`
  }
  if (own !== null && own !== NAMED_CERTIFICATE) {
    if (shown.fingerprint !== own) return `gateway "${name}" is registered with another certificate than ${shown.fingerprint}`
    return shown.inDate ? undefined : `the certificate of gateway "${name}" is not valid today`
  }
  if (!shown.trusted) return `the certificate shown by "${name}" is out of date or of no authority in mqtt.tls.caFile`
  return shown.commonName === name ? undefined : `the certificate shown by "${name}" is of "${shown.commonName}"`
}
