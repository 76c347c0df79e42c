import { exec } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { type CertificateFiles, selfSigned, signedBy } from '../servers/certificates.ts'
import { requireServer, serverPath } from '../servers/require-server.ts'
import { runAdit, startAdit } from './run-adit.ts'
import { seedLedger } from './seed-ledger.ts'

const Added = z.object({ password: z.string().nullable(), certificate: z.string(), mqtt: z.string(), publish: z.string() })
const Health = z.object({ parts: z.array(z.object({ part: z.string(), status: z.string(), detail: z.string() })) })

test.runIf(requireServer('openssl') && requireServer('mosquitto_pub'))(
  'a gateway registered with its certificate publishes with the line it was given until it is revoked, and the end of the edge’s own is told',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'adit-certificates-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const county = await selfSigned(directory, 'county', { authority: true })
    const edge = await signedBy(county, directory, 'edge', { days: 10 })
    const own = await selfSigned(directory, 'some-device')
    const config = join(directory, 'adit.yaml')
    const tls = { certFile: edge.cert, keyFile: edge.key, caFile: county.cert, clientCertificates: 'optional' }
    writeFileSync(config, JSON.stringify({ mqtt: { port: 0, tls }, http: { port: 0 } }))
    const data = join(directory, 'data')
    seedLedger(data, 1)
    const service = startAdit(['serve', '--config', config, '--data', data])
    onTestFinished(() => void service.process.kill('SIGKILL'))
    const [, http, port] = /(http:\S+) {2}mqtts:\S+:(\d+)/.exec(await service.firstLine) ?? []

    const add = async (name: string, ...words: string[]) =>
      Added.parse(JSON.parse((await runAdit('gateway', 'add', name, ...words, '--data', data, '--json')).stdout))
    const pinned = await add('gw-1', '--certificate', own.cert)
    expect([pinned.password, pinned.mqtt, pinned.certificate.length]).toEqual([null, `127.0.0.1:${port}`, 64])
    const named = await add('gw-2', '--certificate-name', '--password')
    expect([typeof named.password, named.certificate]).toEqual(['string', 'name'])

    const filled = (line: string, { cert, key }: CertificateFiles) =>
      line
        .replace('mosquitto_pub', serverPath('mosquitto_pub'))
        .replace('CA.pem', county.cert)
        .replace('CERTIFICATE.pem', cert)
        .replace('KEY.pem', key)
    const run = promisify(exec)
    await run(filled(pinned.publish, own))
    await run(filled(named.publish, await signedBy(county, directory, 'gw-2')))
    await expect(run(filled(named.publish, own))).rejects.toThrow('not authorised')

    const { parts } = Health.parse(await (await fetch(`${http}/api/v1/health`)).json())
    const { status, detail } = parts.find(({ part }) => part === 'broker') ?? {}
    expect(status).toBe('warn')
    expect(detail).toMatch(/\(TLS\).*the certificate of the MQTT edge ends in 9 days: put a new one/)

    expect((await runAdit('gateway', 'revoke', 'gw-1', '--data', data)).stdout).toContain(
      'adit gateway meters NEW --take-over gw-1',
    )
    expect((await runAdit('gateway', 'revoke', 'gw-1', '--data', data)).code).toBe(1)
    await expect(run(filled(pinned.publish, own))).rejects.toThrow('not authorised')
    writeFileSync(config, 'no certificate')
    const wrong = await runAdit('gateway', 'add', 'gw-3', '--certificate', config, '--data', data)
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('holds no certificate')])
  },
)
