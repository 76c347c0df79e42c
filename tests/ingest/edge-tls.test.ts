import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { promisify } from 'node:util'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RawPublisher } from '../../bench/raw-publisher.ts'
import { fingerprintOfFile } from '../../ingest/client-certificate.ts'
import { NAMED_CERTIFICATE } from '../../ingest/gateway-directory.ts'
import { type CertificateFiles, selfSigned, signedBy } from '../servers/certificates.ts'
import { requireServer, serverPath } from '../servers/require-server.ts'
import { type EdgeFixture, startEdge } from './edge-fixture.ts'

const NOW = new Date('2026-11-24T00:00:00Z')

describe.runIf([requireServer('mosquitto_pub'), requireServer('openssl')].every(Boolean))('the MQTT edge over TLS', () => {
  let files: string
  let county: CertificateFiles
  let edgeFiles: CertificateFiles
  beforeAll(async () => {
    files = mkdtempSync(join(tmpdir(), 'adit-tls-'))
    county = await selfSigned(files, 'county', { authority: true })
    edgeFiles = await signedBy(county, files, 'edge')
  })
  afterAll(() => rmSync(files, { recursive: true, force: true }))

  function startTls(clientCertificates: string, more: object = {}, limits: Record<string, number> = {}): Promise<EdgeFixture> {
    const { cert: certFile, key: keyFile } = edgeFiles
    return startEdge(limits, { certFile, keyFile, caFile: county.cert, clientCertificates, ...more })
  }

  /** Publishes with mosquitto_pub, which knows the county's authority; gives what it complained of, '' when it did not. */
  async function publish(port: number, ...words: string[]): Promise<string> {
    const common = ['-h', '127.0.0.1', '-p', String(port), '-V', 'mqttv311', '-q', '1', '--cafile', county.cert]
    try {
      await promisify(execFile)(serverPath('mosquitto_pub'), [
        ...common,
        '-t',
        'adit/v1/gw-1/readings',
        '-m',
        'reading',
        ...words,
      ])
      return ''
    } catch (error) {
      return error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
    }
  }

  const shown = ({ cert, key }: CertificateFiles) => ['--cert', cert, '--key', key]
  const asGateway = (edge: EdgeFixture) => ['-u', 'gw-1', '-P', edge.password]
  const fingerprint = ({ cert }: CertificateFiles) => fingerprintOfFile(readFileSync(cert))

  async function refusals({ receiver }: EdgeFixture): Promise<string[]> {
    return (await receiver.status()).refusals.recent.map(({ code }) => code)
  }

  test('takes a gateway with its password, and certificates are not asked for', async () => {
    const edge = await startTls('off')
    expect(edge.receiver.edgeAddresses).toEqual([{ host: '127.0.0.1', port: edge.port, tls: true }])
    expect(await publish(edge.port, ...asGateway(edge))).toBe('')
    expect(await publish(edge.port, '-u', 'gw-1', '-P', 'wrong')).toContain('not authorised')
    expect(await edge.journalled()).toHaveLength(1)
    expect(await refusals(edge)).toEqual(['wrong-password'])
  })

  test('who is long with the handshake gives way to a gateway that comes, and who is logged in does not', async () => {
    const edge = await startTls('off', {}, { connections: 2 })
    const options = { username: 'gw-1', password: edge.password, ca: readFileSync(county.cert), reconnectPeriod: 0 }
    const early = await connectAsync(`mqtts://127.0.0.1:${edge.port}`, options)
    const stranger = connect(edge.port, '127.0.0.1')
    const gone = once(stranger, 'close')
    await once(stranger, 'connect')
    expect(await publish(edge.port, ...asGateway(edge))).toBe('')
    await gone
    await early.publishAsync('adit/v1/gw-1/readings', 'reading', { qos: 1 })
    expect(await edge.journalled()).toHaveLength(2)
    await early.endAsync()
  })

  test('takes a gateway by the name in its certificate, with its user name or without', async () => {
    const edge = await startTls('optional')
    const own = await signedBy(county, files, 'gw-ca')
    edge.gateways.add('gw-ca', NOW, { password: false, certificate: NAMED_CERTIFICATE })
    const topic = ['-t', 'adit/v1/gw-ca/readings']
    expect(await publish(edge.port, ...topic, '-u', 'gw-ca', ...shown(own))).toBe('')
    expect(await publish(edge.port, ...topic, ...shown(own))).toBe('')
    expect(await publish(edge.port, ...topic, '-u', 'gw-ca')).toContain('not authorised')
    expect((await edge.journalled()).map(([gateway]) => gateway)).toEqual(['gw-ca', 'gw-ca'])
    expect(await refusals(edge)).toEqual(['wrong-certificate'])
  })

  test('takes a gateway by the one certificate it was registered with, whoever signed it, and by nothing else', async () => {
    const edge = await startTls('optional')
    const own = await selfSigned(files, 'gw-own')
    const another = await signedBy(county, files, 'gw-own')
    edge.gateways.add('gw-own', NOW, { password: false, certificate: fingerprint(own) })
    const topic = ['-t', 'adit/v1/gw-own/readings', '-u', 'gw-own']
    expect(await publish(edge.port, ...topic, ...shown(own))).toBe('')
    expect(await publish(edge.port, ...topic, ...shown(another))).toContain('not authorised')
    const old = await signedBy(county, files, 'gw-old', { days: -1 })
    edge.gateways.add('gw-old', NOW, { password: false, certificate: fingerprint(old) })
    expect(await publish(edge.port, '-t', 'adit/v1/gw-old/readings', '-u', 'gw-old', ...shown(old))).toContain('not authorised')
    expect(await edge.journalled()).toHaveLength(1)
    expect(await refusals(edge)).toEqual(['wrong-certificate', 'wrong-certificate'])
  })

  test('asks for both where a gateway was registered with both', async () => {
    const edge = await startTls('optional')
    const own = await signedBy(county, files, 'gw-both')
    const password = edge.gateways.add('gw-both', NOW, { password: true, certificate: fingerprint(own) })
    const topic = ['-t', 'adit/v1/gw-both/readings', '-u', 'gw-both']
    expect(await publish(edge.port, ...topic, ...shown(own))).toContain('not authorised')
    expect(await publish(edge.port, ...topic, '-P', password)).toContain('not authorised')
    expect(await publish(edge.port, ...topic, '-P', password, ...shown(own))).toBe('')
    expect(await edge.journalled()).toHaveLength(1)
    expect(await refusals(edge)).toEqual(['wrong-certificate', 'wrong-password'])
  })

  test('believes no certificate of another gateway, another authority or another time, even with the right password', async () => {
    const edge = await startTls('optional')
    const elsewhere = await selfSigned(files, 'elsewhere', { authority: true })
    const wrong = [
      await signedBy(county, files, 'gw-2'),
      await signedBy(elsewhere, files, 'gw-1', { file: 'gw-1-elsewhere' }),
      await signedBy(county, files, 'gw-1', { days: -1, file: 'gw-1-old' }),
      await selfSigned(files, 'gw-1'),
    ]
    for (const certificate of wrong) expect(await publish(edge.port, ...asGateway(edge), ...shown(certificate))).not.toBe('')
    expect(await edge.journalled()).toEqual([])
    expect(await refusals(edge)).toEqual(wrong.map(() => 'wrong-certificate'))
    expect(await publish(edge.port, ...asGateway(edge), ...shown(await signedBy(county, files, 'gw-1')))).toBe('')
  })

  test('where certificates are required a password alone does not do', async () => {
    const edge = await startTls('required')
    expect(await publish(edge.port, ...asGateway(edge))).toContain('not authorised')
    const own = shown(await signedBy(county, files, 'gw-1'))
    expect(await publish(edge.port, '-u', 'gw-1', '-P', 'wrong', ...own)).toContain('not authorised')
    expect(await publish(edge.port, ...asGateway(edge), ...own)).toBe('')
    expect(await refusals(edge)).toEqual(['wrong-password', 'wrong-certificate'])
  })

  test('speaks TLS 1.2 and newer only, and says who came with something else', async () => {
    const edge = await startTls('off')
    const old = connectTls({
      ...{ port: edge.port, host: '127.0.0.1', rejectUnauthorized: false },
      ...{ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    })
    await once(old, 'error')
    await expect(RawPublisher.connect(edge.port, 'gw-1', edge.password)).rejects.toThrow()
    await expect.poll(() => refusals(edge)).toEqual(['tls', 'tls'])
    const { recent } = (await edge.receiver.status()).refusals
    expect(recent[0].reason).toContain('plain MQTT on the TLS port perhaps')
  })

  test('resumes no session, so that a certificate is looked at in every login', async () => {
    const edge = await startTls('optional')
    const options = { port: edge.port, host: '127.0.0.1', rejectUnauthorized: false, maxVersion: 'TLSv1.2' } as const
    const first = connectTls(options)
    await once(first, 'secureConnect')
    const session = first.getSession()
    first.destroy()
    const second = connectTls({ ...options, ...(session && { session }) })
    await once(second, 'secureConnect')
    expect(second.isSessionReused()).toBe(false)
    second.destroy()
  })

  test('drops who begins TLS and says no more', async () => {
    const edge = await startTls('off', {}, { connectMilliseconds: 200 })
    const socket = connect(edge.port, '127.0.0.1')
    socket.write(Buffer.from([0x16, 0x03, 0x01]))
    await once(socket, 'close')
    await expect.poll(() => refusals(edge)).toEqual(['tls'])
  })

  test('takes up a new certificate while it runs, and keeps the former one when the new files are no good', async () => {
    const [certFile, keyFile] = [join(files, 'live.pem'), join(files, 'live.key')]
    copyFileSync(edgeFiles.cert, certFile)
    copyFileSync(edgeFiles.key, keyFile)
    const edge = await startTls('off', { certFile, keyFile })
    const served = async () => {
      const socket = connectTls({ port: edge.port, host: '127.0.0.1', rejectUnauthorized: false })
      await once(socket, 'secureConnect')
      const name = socket.getPeerCertificate().subject.CN
      socket.destroy()
      return name
    }
    expect(await served()).toBe('edge')
    const before = connectTls({ port: edge.port, host: '127.0.0.1', rejectUnauthorized: false })
    await once(before, 'secureConnect')
    const next = await signedBy(county, files, 'edge-next')
    copyFileSync(next.key, keyFile)
    copyFileSync(next.cert, certFile)
    await expect.poll(served).toBe('edge-next')
    writeFileSync(keyFile, '-----BEGIN NOTHING-----')
    await expect.poll(async () => (await edge.receiver.status()).tls?.trouble).toContain('no certificate and its key')
    expect(await served()).toBe('edge-next')
    expect(before.destroyed).toBe(false)
    before.destroy()
  })

  test('listens beside the plain port while a county changes over', async () => {
    const edge = await startTls('optional', { port: 0 })
    const [plain, secure] = edge.receiver.edgeAddresses
    expect([plain.tls, secure.tls]).toEqual([false, true])
    expect(await publish(secure.port, ...asGateway(edge))).toBe('')
    const publisher = await RawPublisher.connect(plain.port, 'gw-1', edge.password)
    expect(await publisher.publish('adit/v1/gw-1/readings', Buffer.from('reading'))).toBe(true)
    publisher.close()
  })
})
