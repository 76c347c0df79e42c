import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { examineWebhook } from '../../src/examine-webhooks.ts'
import { postWebhook } from '../../src/notify/post-webhook.ts'
import { closedRange, type Resolve, systemResolve } from '../../src/notify/reachable-address.ts'
import { WebhooksConfig } from '../../src/notify/webhook-config.ts'
import { startDnsServer } from './dns-server.ts'
import { KEY } from './receiver.ts'
import { startReceiver } from './told-county.ts'

/** As the resolver writes it. */
function shown(address: string): string {
  return address === '::ffff:7f00:1' ? '::ffff:127.0.0.1' : address
}

const MESSAGE = { id: 'evt_1', body: '{}' }

function webhookFor(url: string, allowPrivate: readonly string[] = []) {
  const [webhook] = WebhooksConfig.parse([{ name: 'cases', url, secret: KEY, allowHttp: true, allowPrivate }])
  return webhook
}

async function outcomeOf(url: string, allowPrivate: readonly string[] = [], resolve: Resolve = systemResolve): Promise<string> {
  const options = { resolve, now: Date.now, timeoutMs: 5_000, userAgent: 'adit/test' }
  const delivery = await postWebhook(webhookFor(url, allowPrivate), MESSAGE, options, new AbortController().signal)
  return delivery.outcome === 'failed' ? delivery.reason : delivery.outcome
}

/** Ways to write this machine and what lies behind it, as attackers do. */
const INWARD = [
  ...['127.0.0.1', '127.1', '0x7f.1', '0x7f000001', '2130706433', '0177.0.0.1', '127.255.255.254', '0.0.0.0', '0', '1２7.0.0.1'],
  ...['①②⑦.⓪.⓪.①', '127。0。0。1', 'localhost', '[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]'],
  ...[
    '[::127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[2001:0:7f00:1::]',
    '[::ffff:0:127.0.0.1]',
  ],
  ...[
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '[fd00:ec2::254]',
    '100.64.0.1',
    '100.127.255.255',
  ],
  ...[
    '[fe80::1]',
    '[fc00::1]',
    '[fdff::1]',
    '[fec0::1]',
    '[ff02::1]',
    '224.0.0.1',
    '239.255.255.250',
    '255.255.255.255',
    '240.0.0.1',
  ],
  ...[
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '192.0.0.8',
    '[2001:db8::1]',
    '[::8.8.8.8]',
    '[::a00:1]',
    '[4000::1]',
  ],
]

describe('a webhook does not lead inward', () => {
  test('to no address that is not public, however it is written, and nothing is connected to', async () => {
    // both kinds of addresses of this machine lead to it
    const trap = await startReceiver({ host: '::' })
    for (const host of INWARD) {
      const outcome = await outcomeOf(`http://${host}:${trap.port}/`)
      expect(outcome, host).toMatch(/is not public \(\w+\): when it is meant, open it with allowPrivate$/)
    }
    expect(trap.connections).toBe(0)
    // the trap would have noticed
    expect(await outcomeOf(`http://[::1]:${trap.port}/`, ['::1/128'])).toBe('answered 400')
    expect(await outcomeOf(`http://127.1:${trap.port}/`, ['127.0.0.0/8'])).toBe('answered 400')
    expect(trap.connections).toBe(2)
  })

  test('a name is refused when one of its addresses is not public, whichever it is', async () => {
    const trap = await startReceiver()
    const closed = [
      '127.0.0.1',
      '10.1.2.3',
      '169.254.169.254',
      '100.100.100.200',
      '::1',
      'fd00::1',
      '64:ff9b::7f00:1',
      '::ffff:7f00:1',
    ]
    const dns = await startDnsServer((name) => {
      const one = closed[Number(name.split('.')[0])]
      return name.includes('after') ? ['93.184.216.34', '2606:2800:220:1::1', one] : [one, '93.184.216.34']
    })
    onTestFinished(() => dns.close())
    for (const [index, address] of closed.entries()) {
      for (const place of ['before', 'after']) {
        const host = `${index}.${place}.example`
        expect(await outcomeOf(`http://${host}:${trap.port}/`, [], dns.resolve), host).toMatch(
          `${host} is ${shown(address)}, which is not public`,
        )
      }
    }
    expect(trap.connections).toBe(0)
  })

  test('a name that is somewhere else the moment after it was looked at is reached where it was looked at', async () => {
    // two addresses of this machine: the first may be reached, at the second, on the same port, sits what must not be
    const receiver = await startReceiver({ host: '127.0.0.2' })
    const trap = await startReceiver({ host: '127.0.0.1', port: receiver.port })
    const dns = await startDnsServer((_name, before) => [before % 2 === 0 ? '127.0.0.2' : '127.0.0.1'])
    onTestFinished(() => dns.close())
    const url = `http://rebind.example:${receiver.port}/`
    const outcomes: string[] = []
    for (let turn = 0; turn < 6; turn++) outcomes.push(await outcomeOf(url, ['127.0.0.2/32'], dns.resolve))
    const refused = expect.stringContaining('rebind.example is 127.0.0.1, which is not public (loopback)')
    expect(outcomes).toEqual(['answered 400', refused, 'answered 400', refused, 'answered 400', refused])
    expect([receiver.connections, trap.connections]).toEqual([3, 0])
    // one question of each kind for each try: none is asked again behind the look
    expect(dns.asked.length).toBe(12)
  })

  test('what is opened is open, and nothing beside it', async () => {
    const receiver = await startReceiver({ host: '127.0.0.3' })
    expect(await outcomeOf(`http://127.0.0.3:${receiver.port}/`, ['127.0.0.2/31'])).toBe('answered 400')
    expect(await outcomeOf(`http://127.0.0.3:${receiver.port}/`, ['127.0.0.2/32', '10.0.0.0/8', '::/0'])).toMatch('not public')
    expect(receiver.connections).toBe(1)
  })

  test('public addresses are open, those of the ranges that IANA keeps for something else are not', () => {
    const octet = fc.integer({ min: 0, max: 255 })
    fc.assert(
      fc.property(octet, octet, octet, octet, (a, b, c, d) => {
        const closed =
          [0, 10, 127].includes(a) ||
          a >= 224 ||
          (a === 100 && b >= 64 && b < 128) ||
          (a === 169 && b === 254) ||
          (a === 172 && b >= 16 && b < 32) ||
          (a === 192 && b === 168)
        const address = `${a}.${b}.${c}.${d}`
        if (closed) expect(closedRange(address, [])).toBeDefined()
        // documentation, benchmarks and the like lie in these
        else if (![192, 198, 203].includes(a)) expect(closedRange(address, [])).toBeUndefined()
      }),
      { numRuns: 2_000 },
    )
    for (const address of ['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946', '2400:da00::6666']) {
      expect(closedRange(address, []), address).toBeUndefined()
    }
    expect(closedRange('nonsense', ['0.0.0.0/0'])).toBe('no address')
  })
})

test('the doctor reaches a receiver without telling it anything, and says what is closed and how it is opened', async () => {
  const receiver = await startReceiver()
  const open = await examineWebhook(webhookFor(receiver.url, ['127.0.0.1/32']), systemResolve)
  expect(open).toMatchObject({
    check: 'webhook cases',
    status: 'pass',
    detail: `127.0.0.1:${receiver.port} takes connections (127.0.0.1)`,
  })
  const closed = await examineWebhook(webhookFor(receiver.url), systemResolve)
  expect(closed).toMatchObject({ status: 'fail', remedy: expect.stringContaining('put its address into allowPrivate') })
  const nobody = await examineWebhook(webhookFor('http://127.0.0.1:1/secret-path', ['127.0.0.1/32']), systemResolve)
  expect(nobody).toMatchObject({ status: 'fail', detail: expect.stringMatching(/^127\.0\.0\.1:1: connect ECONNREFUSED/) })
  expect(receiver.tries).toEqual([])
})
