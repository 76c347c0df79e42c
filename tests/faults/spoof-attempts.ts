/** What somebody who has one gateway's password, or none, tries in order to speak for another gateway or its meters. */
import type { Random } from '../../fixtures/simulator/random.ts'
import { type ConnectFields, connectBytes, publishBytes, subscribeBytes } from './mqtt-bytes.ts'

export const OWNER = 'gw-owner'
export const ATTACKER = 'gw-thief'
export const OWNED_METERS = 20

export interface Spoof {
  readonly kind: string
  /** Where it must be counted: refused by the edge, or kept in quarantine. */
  readonly counted: 'edge' | 'quarantine'
  /** The packet that logs in; null when none is sent. */
  readonly login: Buffer | null
  /** Sent in one breath with the login, or once the login was accepted. */
  readonly bytes: Buffer
  readonly pipelined: boolean
  /** What ends the attempt: we cut the connection (a will), the edge does, or it answers a subscription. */
  readonly end: 'cut' | 'closed' | 'answered'
}

/** A value that no honest gateway sends. */
export const SPOOFED_WH = 987_654

/** `number` tells the attempts' sessions apart, so that they do not take over each other; without it they go for the owner's. */
export function spoofOf(random: Random, password: string, epoch: number, number: number | null): Spoof {
  const kinds = [
    ofTopic,
    ofTopicTrick,
    ofPayload,
    ofPayload,
    ofPayload,
    ofWill,
    ofWillPayload,
    ofSubscription,
    ofLogin,
    ofNoLogin,
  ]
  const wanted = random.pick(['x', OWNER, `${OWNER}/x`, ATTACKER, `${OWNER}/${OWNER}`, '../x'])
  const clientId = number === null ? wanted : `${wanted}${number}`
  const login = (more: Partial<ConnectFields> = {}) => connectBytes({ clientId, username: ATTACKER, password, ...more })
  return random.pick(kinds)(random, login, epoch)
}

type LogIn = (more?: Partial<ConnectFields>) => Buffer

function ofTopic(random: Random, login: LogIn, epoch: number): Spoof {
  const kind = random.pick(['readings', 'registers', 'events', '', 'readings/x'])
  const bytes = publishBytes(`adit/v1/${OWNER}/${kind}`, payloadOf(random, epoch), flags(random))
  return edge(`topic of another, ${kind}`, login(), bytes, random.chance(0.3))
}

/** Topics that look like the owner's, or like ours, to somebody. */
function ofTopicTrick(random: Random, login: LogIn, epoch: number): Spoof {
  const topic = random.pick([
    `adit/v1/${OWNER}\u0000/readings`,
    `adit/v1/${ATTACKER}\u0000/../${OWNER}/readings`,
    `adit/v1/../v1/${OWNER}/readings`,
    `adit/v1/./${OWNER}/readings`,
    `/adit/v1/${OWNER}/readings`,
    `adit//v1/${OWNER}/readings`,
    `adit/v1//${OWNER}/readings`,
    `ADIT/v1/${OWNER}/readings`,
    `adit/v1/${OWNER.toUpperCase()}/readings`,
    `adit/v1/${OWNER} /readings`,
    `adit/v1/${OWNER}\u200b/readings`,
    `adit/v1/\u202e${[...OWNER].reverse().join('')}/readings`,
    `adit/v1/${OWNER.replace('-', '‐')}/readings`,
    `adit/v1/${OWNER.replace('g', 'ｇ')}/readings`,
    `adit/v1/${OWNER.replace('o', 'о')}/readings`,
    `adit/v1/${encodeURIComponent(`${ATTACKER}/../${OWNER}`)}/readings`,
    `adit/v1/+/readings`,
    `adit/v1/#`,
    `+/v1/${OWNER}/readings`,
    `#`,
    '',
    `$share/group/adit/v1/${OWNER}/readings`,
    `$SYS/broker/log`,
    '$adit/import',
    '$adit/import/events',
    '$adit/meters',
    `adit/v1/${'x'.repeat(random.int(65, 60_000))}/readings`,
    `adit/v1/\ud800${OWNER}/readings`,
  ])
  const order = JSON.stringify({ from: OWNER, to: ATTACKER, meters: null })
  const payload = topic.startsWith('$adit') ? order : payloadOf(random, epoch)
  return edge(`topic trick`, login(), publishBytes(topic, payload, flags(random)), random.chance(0.3))
}

function ofPayload(random: Random, login: LogIn, epoch: number): Spoof {
  const { kind, payload } = foreignPayload(random, epoch)
  return {
    kind: `${kind} of another's meter`,
    counted: 'quarantine',
    login: login(),
    bytes: publishBytes(`adit/v1/${ATTACKER}/${kind}`, payload, { ...flags(random), qos: 1 }),
    pipelined: false,
    end: 'answered',
  }
}

function ofWill(random: Random, login: LogIn, epoch: number): Spoof {
  const topic = random.pick([
    `adit/v1/${OWNER}/readings`,
    `adit/v1/${OWNER}/events`,
    '$adit/meters',
    '$adit/import',
    `adit/v1/+/readings`,
    '#',
    `adit/v1/${OWNER}\u0000`,
    `adit/v1`,
  ])
  const will = { topic, payload: payloadOf(random, epoch), qos: random.pick([0, 1, 2] as const), retain: random.chance(0.5) }
  return edge('will on the topic of another', login({ will }), Buffer.alloc(0), false)
}

function ofWillPayload(random: Random, login: LogIn, epoch: number): Spoof {
  const { kind, payload } = foreignPayload(random, epoch)
  const will = { topic: `adit/v1/${ATTACKER}/${kind}`, payload, qos: 1 as const, retain: random.chance(0.5) }
  const bytes = Buffer.alloc(0)
  return {
    kind: 'will for a meter of another',
    counted: 'quarantine',
    login: login({ will }),
    bytes,
    pipelined: false,
    end: 'cut',
  }
}

function ofSubscription(random: Random, login: LogIn): Spoof {
  const filter = random.pick([
    '#',
    '+/+/+/+',
    `adit/v1/${OWNER}/#`,
    `adit/v1/${ATTACKER}/#`,
    `$share/g/#`,
    `$share/g/adit/v1/${OWNER}/readings`,
    '$SYS/#',
    '$adit/#',
    '$queue/#',
  ])
  return { ...edge(`subscription`, login(), subscribeBytes(filter), random.chance(0.3)), end: 'answered' }
}

/** The owner's name with what the attacker has. */
function ofLogin(random: Random, login: LogIn, epoch: number): Spoof {
  const username = random.pick([
    OWNER,
    OWNER,
    `${OWNER}\u0000`,
    ` ${OWNER}`,
    OWNER.toUpperCase(),
    `${OWNER}' OR 1=1 --`,
    '$import',
    '',
  ])
  const guess = random.pick(['', 'password', 'admin', OWNER, '\u0000', "' OR 1=1 --", 'x'.repeat(random.int(1, 10_000))])
  const more = random.chance(0.5) ? { username, clientId: OWNER } : { username, clientId: OWNER, password: guess }
  const bytes = publishBytes(`adit/v1/${OWNER}/readings`, payloadOf(random, epoch), flags(random))
  return edge(`login as another`, login(more), bytes, random.chance(0.5))
}

/** Without a login, or with a second one on a connection that has one. */
function ofNoLogin(random: Random, login: LogIn, epoch: number): Spoof {
  const bytes = publishBytes(`adit/v1/${OWNER}/readings`, payloadOf(random, epoch), flags(random))
  if (random.chance(0.5)) return { ...edge('no login', null, bytes, true) }
  return edge(
    'second login as another',
    login(),
    Buffer.concat([login({ username: OWNER, clientId: OWNER }), bytes]),
    random.chance(0.5),
  )
}

function edge(kind: string, login: Buffer | null, bytes: Buffer, pipelined: boolean): Spoof {
  return { kind, counted: 'edge', login, bytes, pipelined, end: 'closed' }
}

function flags(random: Random) {
  return { qos: random.pick([0, 1, 2] as const), retain: random.chance(0.3), messageId: random.int(1, 65_535) }
}

function payloadOf(random: Random, epoch: number): string {
  return readingsOf(random, epoch, [JSON.stringify(meterOf(random))])
}

function meterOf(random: Random): string {
  return `m${random.int(0, OWNED_METERS - 1)}`
}

/** Holds exactly one value of one of the owner's meters, written in one of the ways JSON allows. */
function foreignPayload(random: Random, epoch: number): { readonly kind: string; readonly payload: string } {
  const meter = meterOf(random)
  const written = random.pick([`"${meter}"`, `"\\u006d${meter.slice(1)}"`, ` "${meter}" `, `\n"${meter}"`])
  const kind = random.pick(['readings', 'readings', 'registers', 'events'])
  const at = new Date((epoch + 900 * random.int(0, 90)) * 1000).toISOString()
  if (kind === 'registers') return { kind, payload: `{"at":"${at}","registers":[[${written},${SPOOFED_WH}]]}` }
  const code = random.pick(['meter-exchanged', 'register-reset', 'terminal-cover-opened'])
  if (kind === 'events') return { kind, payload: `{"events":[[${written},"${at}","${code}"]]}` }
  return { kind, payload: readingsOf(random, epoch, [written]) }
}

function readingsOf(random: Random, epoch: number, meters: readonly string[]): string {
  const start = new Date((epoch + 900 * random.int(0, 90)) * 1000).toISOString()
  const rows = meters.map((meter) => `[${meter},${SPOOFED_WH}${random.chance(0.3) ? ',{"quality":8}' : ''}]`)
  return `{"start":"${start}","seconds":900,"readings":[${rows.join(',')}]}`
}
