import { readdir, statfs } from 'node:fs/promises'
import type { UpstreamGap } from '../ingest/gap-book.ts'
import type { ReceiverStatus } from '../ingest/receiver-status.ts'
import type { HealthPart } from './api/service-parts.ts'
import type { SenderState } from './notify/webhook-sender.ts'

/** What the health answer is made of. */
export interface HealthFacts {
  readonly directory: string
  /** Undefined when the receiving thread does not answer. */
  readonly receiver: ReceiverStatus | undefined
  /** Where the edge listens. */
  readonly edge: readonly string[]
  readonly judgedPosition: number
  readonly lastPosition: number
  /** Why the store does not take readings at the moment, undefined while it does. */
  readonly storeTrouble: string | undefined
  /** The same of alerts, and of the audit log. */
  readonly alertsTrouble: string | undefined
  readonly auditTrouble: string | undefined
  /** Why a change of the ledgers would not be seen at the moment. */
  readonly ledgersTrouble: string | undefined
  /** Whether judging waits until they can be asked. */
  readonly ledgersWaitedFor: boolean
  /** The latest time in which an external broker had forgotten our session. */
  readonly gap: UpstreamGap | undefined
  /** Epoch milliseconds. */
  readonly now: number
  /** Why judging does not go on at the moment, undefined while it does. */
  readonly judgingTrouble: string | undefined
  /** Packets of the archive that cannot be read any more. */
  readonly damagedPackets: number
  /** What of the audit log does not hold. */
  readonly auditDamage: string | undefined
  /** The issuer that vouches for people, null when none does. */
  readonly signOn: { readonly label: string; readonly trouble: string | undefined } | null
  /** Directories of files that were found damaged; they may not be there. */
  readonly setAside: readonly string[]
  readonly webhooks: readonly SenderState[]
}

const MIB = 1024 * 1024
/** Said so long before the edge's certificate ends. */
const CERTIFICATE_DAYS = 30
/** For so long a gap is warned of; the list of gateways keeps it. */
const GAP_WARNED = 7 * 86_400_000

/** A part that fails makes the service not ready; each says what to do. */
export async function healthOf(facts: HealthFacts): Promise<HealthPart[]> {
  const parts = [journal(facts), store(facts), detectors(facts), broker(facts), database(facts), ...webhooks(facts)]
  return [...parts, await disk(facts.directory), await filesPart(facts), ...issuer(facts)]
}

function journal({ receiver, lastPosition }: HealthFacts): HealthPart {
  if (!receiver) return { part: 'journal', status: 'fail', detail: 'the receiving thread does not answer; the service will stop' }
  if (receiver.commitError) {
    const detail = `packets cannot be written (${receiver.commitError.message}): nothing is acknowledged until they can; look at the disk`
    return { part: 'journal', status: 'fail', detail }
  }
  const damaged = receiver.corruptRows > 0 ? `, ${receiver.corruptRows} damaged rows set aside` : ''
  return { part: 'journal', status: damaged ? 'warn' : 'pass', detail: `position ${lastPosition}${damaged}` }
}

function store({ storeTrouble }: HealthFacts): HealthPart {
  if (storeTrouble === undefined) return { part: 'store', status: 'pass', detail: 'takes readings' }
  return { part: 'store', status: 'fail', detail: `${storeTrouble}; readings wait in the journal and nothing is lost` }
}

function detectors({ judgedPosition, lastPosition, judgingTrouble }: HealthFacts): HealthPart {
  const pending = lastPosition - judgedPosition
  if (judgingTrouble !== undefined) {
    return { part: 'detectors', status: 'fail', detail: `${judgingTrouble}; ${pending} packets wait in the journal` }
  }
  const detail = pending > 0 ? `${pending} packets behind` : `up to date at position ${judgedPosition}`
  return { part: 'detectors', status: pending > 100_000 ? 'warn' : 'pass', detail }
}

function broker({ receiver, edge, gap, now }: HealthFacts): HealthPart {
  const source = receiver?.source
  if (source && source.state !== 'connected') {
    const reason = source.lastError?.message ?? source.state
    return { part: 'broker', status: 'fail', detail: `not connected (${reason}); "adit doctor" tries the connection` }
  }
  if (source && gap && now - gap.to < GAP_WARNED) return { part: 'broker', status: 'warn', detail: gapText(gap) }
  const edgeText = edge.length === 0 ? [] : [`edge on ${edge.join(' and ')}, ${receiver?.connections ?? 0} connections`]
  const detail = [...edgeText, ...(source ? ['external broker connected'] : [])].join('; ')
  const trouble = certificateTrouble(receiver?.tls ?? null, now)
  return trouble === undefined
    ? { part: 'broker', status: 'pass', detail }
    : { part: 'broker', status: 'warn', detail: `${detail}; ${trouble}` }
}

function gapText({ from, to, gateways }: UpstreamGap): string {
  const [since, until] = [from, to].map((at) => new Date(at).toISOString().slice(0, 19).concat('Z'))
  const named = gateways.slice(0, 5).join(', ')
  const whose = gateways.length === 0 ? '' : ` of ${gateways.length} gateways (${named}${gateways.length > 5 ? ' …' : ''})`
  return `the broker had forgotten our session: packets${whose} from ${since} to ${until} may be missing; have them sent again`
}

function certificateTrouble(tls: ReceiverStatus['tls'], now: number): string | undefined {
  if (tls === null) return undefined
  if (tls.trouble !== null) return `new certificate files are not used: ${tls.trouble}`
  const days = Math.floor((tls.endsAt - now) / 86_400_000)
  if (days >= CERTIFICATE_DAYS) return undefined
  return `the certificate of the MQTT edge ${days < 0 ? 'has ended' : `ends in ${days} days`}: put a new one into the files of mqtt.tls`
}

function database({ alertsTrouble, auditTrouble, ledgersTrouble, ledgersWaitedFor }: HealthFacts): HealthPart {
  const waited = alertsTrouble ?? (ledgersWaitedFor ? ledgersTrouble : undefined)
  if (waited !== undefined) {
    return { part: 'database', status: 'fail', detail: `${waited}; judging waits, packets are taken and nothing is lost` }
  }
  if (auditTrouble !== undefined) {
    return { part: 'database', status: 'warn', detail: `the audit log: ${auditTrouble}; what would change something is refused` }
  }
  if (ledgersTrouble !== undefined) {
    const detail = `the ledgers: ${ledgersTrouble}; judging goes on with those that are known, changes of them are not seen`
    return { part: 'database', status: 'warn', detail }
  }
  return { part: 'database', status: 'pass', detail: 'takes alerts and audit records' }
}

/** Never fails: a receiver that is away holds up nothing here. */
function webhooks({ webhooks: all }: HealthFacts): HealthPart[] {
  if (all.length === 0) return []
  const troubles = all.flatMap(({ name, trouble, offSince, pending }) => {
    if (offSince !== null) {
      const since = new Date(offSince).toISOString()
      return [
        `${name} is switched off: its receiver answered 410 at ${since}; change its url, or take it out of the configuration`,
      ]
    }
    return trouble === undefined ? [] : [`${name}: ${trouble}; ${pending} events wait`]
  })
  if (troubles.length > 0) return [{ part: 'webhooks', status: 'warn', detail: troubles.join('; ') }]
  const pending = all.reduce((sum, one) => sum + one.pending, 0)
  return [{ part: 'webhooks', status: 'pass', detail: pending > 0 ? `${pending} events wait` : 'all events are delivered' }]
}

/** Never fails: accounts with a password go on. */
function issuer({ signOn }: HealthFacts): HealthPart[] {
  if (signOn === null) return []
  const { label, trouble } = signOn
  if (trouble === undefined) return [{ part: 'issuer', status: 'pass', detail: `${label} answers` }]
  const detail = `nobody can sign in through ${label} (${trouble}); accounts with a password can; "adit doctor" looks at it`
  return [{ part: 'issuer', status: 'warn', detail }]
}

/** Warns until somebody has looked into it and cleared what was set aside. */
async function filesPart({ damagedPackets, auditDamage, setAside }: HealthFacts): Promise<HealthPart> {
  const names = (await Promise.all(setAside.map((directory) => readdir(directory).catch(() => [])))).flat()
  const found = [
    ...(names.length > 0
      ? [`damaged and set aside: ${names.slice(0, 5).join(', ')} (${names.length} in ${setAside.join(', ')})`]
      : []),
    ...(damagedPackets > 0 ? [`${damagedPackets} packets of the archive cannot be read`] : []),
  ]
  if (found.length === 0 && auditDamage === undefined) return { part: 'files', status: 'pass', detail: 'as they were left' }
  const audit = auditDamage === undefined ? [] : [`${auditDamage}: run adit verify-audit, and find out who could change it`]
  const others = found.length === 0 ? [] : [`${found.join('; ')}: the log says what to do; delete them when it is done`]
  return { part: 'files', status: 'warn', detail: [...audit, ...others].join('; ') }
}

/** Fails before the disk is full: what is acknowledged must still fit. */
async function disk(directory: string): Promise<HealthPart> {
  const { bavail, blocks, bsize } = await statfs(directory)
  const free = bavail * bsize
  const share = blocks > 0 ? bavail / blocks : 1
  const detail = `${Math.round(free / MIB)} MiB free (${(share * 100).toFixed(1)} %)`
  if (free < 256 * MIB) return { part: 'disk', status: 'fail', detail: `${detail}: make room` }
  return { part: 'disk', status: share < 0.05 ? 'warn' : 'pass', detail }
}
