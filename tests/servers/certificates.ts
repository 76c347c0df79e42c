import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { serverPath } from './require-server.ts'

export interface CertificateFiles {
  readonly cert: string
  readonly key: string
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** A certificate that signs itself, made with openssl; an authority when asked. */
export async function selfSigned(directory: string, name: string, { authority = false } = {}): Promise<CertificateFiles> {
  const files = filesOf(directory, `${name}-self`)
  const more = authority ? ['-addext', 'basicConstraints=critical,CA:TRUE'] : []
  await openssl('req', '-x509', ...EC, '-days', '90', '-keyout', files.key, '-out', files.cert, '-subj', `/CN=${name}`, ...more)
  return files
}

/** A certificate for `name`, and for 127.0.0.1, signed by an authority. Out of date already with `days` below 0. */
export async function signedBy(
  authority: CertificateFiles,
  directory: string,
  name: string,
  { days = 90, file = name } = {},
): Promise<CertificateFiles> {
  const files = filesOf(directory, file)
  const [request, extensions] = [join(directory, `${file}.csr`), join(directory, `${file}.ext`)]
  await writeFile(extensions, 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  await openssl('req', ...EC, '-keyout', files.key, '-out', request, '-subj', `/CN=${name}`)
  const signer = ['-CA', authority.cert, '-CAkey', authority.key, '-CAcreateserial']
  await openssl('x509', '-req', '-in', request, ...signer, '-days', String(days), '-out', files.cert, '-extfile', extensions)
  return files
}

function filesOf(directory: string, name: string): CertificateFiles {
  return { cert: join(directory, `${name}.pem`), key: join(directory, `${name}.key`) }
}

async function openssl(...words: string[]): Promise<void> {
  await promisify(execFile)(serverPath('openssl'), words)
}
