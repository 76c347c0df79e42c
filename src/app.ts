/**
 * The service: the only file that knows all parts. Receiving half in a thread of its own; judging half, API and console
 * here. What breaks the line stops the process; its supervisor starts it again and the journal is read on.
 */
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { Registry } from 'prom-client'
import type { EdgeAddress } from '../ingest/edge-listeners.ts'
import { GapBook } from '../ingest/gap-book.ts'
import { GatewayDirectory } from '../ingest/gateway-directory.ts'
import { SqliteJournalReader } from '../ingest/journal-reader.ts'
import { Quarantine } from '../ingest/quarantine.ts'
import { type Receiver, startReceiver } from '../ingest/receiver.ts'
import type { ReceiverOptions } from '../ingest/receiver-options.ts'
import { RefusalBook } from '../ingest/refusal-book.ts'
import { SqliteJournal } from '../ingest/sqlite-journal.ts'
import about from '../package.json' with { type: 'json' }
import { isLoopbackAddress } from './api/authorize.ts'
import { buildServer } from './api/server.ts'
import { TokenStore } from './api/tokens.ts'
import { ArchiveWatch } from './archive-watch.ts'
import { AuditLog } from './audit/audit-log.ts'
import { audited } from './audit/audited.ts'
import { SpoofAudit } from './audit/spoof-audit.ts'
import { AuditWatch } from './audit-watch.ts'
import type { Config } from './config.ts'
import type { DamagedFile } from './damaged-file.ts'
import { type DataFiles, lockDataDirectory, openDataDirectory } from './data-directory.ts'
import { startCopying } from './database-copies.ts'
import { examineAdminToken } from './examine-admin-token.ts'
import { examineFiles, sealDatabases, suspectFiles } from './examine-files.ts'
import { whyJudgeAgain } from './judge-again-note.ts'
import { type Judging, startJudging } from './judging.ts'
import type { Webhooks } from './notify/webhooks.ts'
import { openAlerts } from './open-alerts.ts'
import { openSignOn, ownHosts } from './open-sign-on.ts'
import { openStore } from './open-store.ts'
import { openWebhooks } from './open-webhooks.ts'
import { placeFile } from './place-file.ts'
import { placesOfSubjects } from './place-of-subject.ts'
import { isDatabaseDamage } from './salvage-database.ts'
import { openServiceLedgers, watchLedgers } from './service-ledgers.ts'
import { serviceLog } from './service-log.ts'
import { removeServiceNote, writeServiceNote } from './service-note.ts'
import { serviceParts } from './service-view.ts'
import { StoreRefusals } from './store-refusals.ts'
import { Accounts } from './users/accounts.ts'
import { DatabaseUsers } from './users/database-users.ts'
import { WatchedStore } from './watched-store.ts'

export interface Service {
  readonly files: DataFiles
  readonly http: { readonly host: string; readonly port: number }
  /** Where the edge listens, mqtt.port first. */
  readonly mqtt: readonly EdgeAddress[]
  /** Set when this start made it. */
  readonly newAdminToken: string | undefined
  /** Resolves when everything is closed: with the failure that stopped the service, or undefined after `stop`. */
  readonly stopped: Promise<Error | undefined>
  stop(): Promise<void>
}

export interface ServiceOptions {
  readonly demo?: boolean
  readonly logger?: Logger
}

const CONSOLE = fileURLToPath(new URL('../console/dist', import.meta.url))

/** Starts everything; rejects, with everything closed again, when a part cannot start. */
export async function startService(config: Config, options: ServiceOptions = {}): Promise<Service> {
  const closing = new ClosingList()
  try {
    return await start(config, options, closing)
  } catch (error) {
    await closing.closeAll(() => {})
    throw error
  }
}

async function start(config: Config, { demo = false, logger }: ServiceOptions, closing: ClosingList): Promise<Service> {
  const log = logger ?? serviceLog(config.log)
  const files = openDataDirectory(config.data)
  const unlock = lockDataDirectory(files.directory)
  closing.add('lock', unlock)
  const tellDamaged = ({ file, ...told }: DamagedFile) => log.error({ file, ...told }, 'a file is damaged; it was set aside')
  for (const damaged of await examineFiles(files)) tellDamaged(damaged)
  closing.add('seals', () => sealDatabases(files))
  // first, and in a thread of its own: gateways are answered while what is judged by is still being read
  const receiver = await startReceiver(receiverOptions(config, files))
  closing.add('receiver', () => receiver.stop())

  const tokens = closing.keep('tokens', new TokenStore(files.tokens))
  const damagedToken = examineAdminToken(files, tokens)
  if (damagedToken) tellDamaged(damagedToken)
  const brokeOff = (error: Error) => log.warn({ err: error }, 'a connection to the database broke off')
  const audit = await AuditLog.open(config.database, files, Date.now, brokeOff)
  closing.add('audit', () => audit.close())
  const newAdminToken = await firstToken(tokens, files, audit, log)
  const users = closing.keep('users', await DatabaseUsers.open(config.database, files, brokeOff))
  const directory = closing.keep('gateways', new GatewayDirectory(files.gateways))
  const gaps = closing.keep('gaps', new GapBook(files.gateways))
  const edgeRefusals = closing.keep('edge refusals', new RefusalBook(files.gateways))
  const ledgers = closing.keep('ledgers', await openServiceLedgers(config, files, audit, log))
  const watch = await watchLedgers(ledgers, log)
  closing.add('ledger watch', watch.follow(1000))
  const alerts = await openAlerts(config, files, (subjects) => placesOfSubjects(ledgers, subjects), brokeOff)
  closing.add('alerts', () => alerts.close())

  const quarantine = closing.keep('quarantine', openQuarantine(files, log))

  const registry = new Registry()
  const refusals = new StoreRefusals(quarantine)
  const idOf = (row: number) => watch.current.usagePoints.id[row]
  const store = new WatchedStore(await openStore(config.store, { directory: files.readings, idOf, refusals, log }), registry)
  closing.add('readings', () => store.close())

  const journal = closing.keep('journal', openJournalReader(files, log))
  await alerts.endAt(journal.lastPosition())
  recordSpoofs(receiver, audit, log, closing)
  receiver.onAppended(() => journal.wake())
  const archive = new ArchiveWatch(files.archive, journal.releasedPosition(), (from, to) =>
    log.error({ from, to }, 'packets of the archive are damaged: they are in the store, and cannot be judged again'),
  )
  closing.add('archive watch', () => archive.stop())
  const auditWatch = config.database.kind === 'embedded' ? AuditWatch.start(audit, files, log) : undefined
  closing.add('audit watch', () => auditWatch?.stop())
  const replays = new SqliteJournal({ path: files.journal, committed: () => journal.wake() })
  closing.add('replays', () => replays.close())

  const judging = startJudging({
    config,
    files,
    log,
    journal,
    readings: store,
    quarantine,
    alerts,
    ledgers: watch,
    release: (position) => receiver.release(position),
    storing: (slice, judgement) => refusals.storing(slice, judgement),
    now: () => performance.now(),
    anew: config.retention.archiveDays > 0 ? whyJudgeAgain(files) : undefined,
  })
  closing.add('judging', () => judging.stop())
  const copying = startCopying(files, () => watch.current.version, log)
  closing.add('copies', () => copying.stop())

  const accounts = new Accounts(users)
  const { signOn, close } = await openSignOn(config, users, accounts, log)
  closing.add('issuer', close)
  let webhooks: Webhooks | undefined
  const parts = serviceParts({
    version: about.version,
    demo,
    config,
    files,
    tokens,
    accounts,
    singleSignOn: signOn,
    feedKey: users.secret,
    audit,
    directory,
    edgeRefusals,
    gaps,
    ledgers,
    watch,
    alerts,
    quarantine,
    replay: (packet) => replays.append(packet),
    store,
    receiver,
    journal,
    judging,
    damagedPackets: () => archive.damaged,
    auditDamage: () => auditWatch?.trouble,
    webhooks: () => webhooks,
  })
  webhooks = openWebhooks({ config, files, parts, onEvents: (listener) => alerts.onEvents(listener), registry, log })
  closing.add('webhooks', webhooks.stop)
  const server = await buildServer(parts, {
    loopback: isLoopbackAddress(config.http.host),
    hosts: ownHosts(config.http),
    requestsPerMinute: config.http.requestsPerMinute,
    limits: config.http,
    proxies: config.http.proxies,
    consoleDirectory: CONSOLE,
    logger: log,
    registry,
  })
  closing.add('HTTP', () => server.close())
  const url = new URL(await server.listen({ host: config.http.host, port: config.http.port }))
  const http = { host: config.http.host, port: Number(url.port || 80) }
  writeServiceNote(files, { pid: process.pid, http, mqtt: receiver.edgeAddresses })
  closing.add('note', () => removeServiceNote(files))

  return running({ files, http, mqtt: receiver.edgeAddresses, newAdminToken }, receiver, judging, log, closing)
}

function running(
  facts: Pick<Service, 'files' | 'http' | 'mqtt' | 'newAdminToken'>,
  receiver: Receiver,
  judging: Judging,
  log: Logger,
  closing: ClosingList,
): Service {
  let stopping: Promise<Error | undefined> | undefined
  const { promise: stopped, resolve } = Promise.withResolvers<Error | undefined>()
  const stop = (failure?: Error) => {
    if (failure) log.fatal({ err: failure }, 'stopping: a part of the service broke')
    if (isDatabaseDamage(failure)) suspectFiles(facts.files)
    stopping ??= closing.closeAll((part, error) => log.error({ part, err: error }, 'did not close well')).then(() => failure)
    stopping.then(resolve)
    return stopping
  }
  receiver.onFailure(stop)
  judging.ended.catch(stop)
  return {
    ...facts,
    stopped,
    stop: async () => {
      await stop()
    },
  }
}

/** Closes in the opposite order of opening. */
class ClosingList {
  readonly #parts: [name: string, close: () => unknown][] = []

  add(name: string, close: () => unknown): void {
    this.#parts.push([name, close])
  }

  keep<T extends { close(): unknown }>(name: string, part: T): T {
    this.add(name, () => part.close())
    return part
  }

  async closeAll(failed: (part: string, error: unknown) => void): Promise<void> {
    for (const [name, close] of this.#parts.splice(0).reverse()) {
      try {
        await close()
      } catch (error) {
        failed(name, error)
      }
    }
  }
}

function openQuarantine(files: DataFiles, log: Logger): Quarantine {
  const givenUp = (payloads: number) =>
    log.error({ payloads }, 'the quarantine is full: its oldest payloads were given up and can no longer be replayed')
  return new Quarantine({ path: files.quarantine, givenUp })
}

function openJournalReader(files: DataFiles, log: Logger): SqliteJournalReader {
  const lost = (from: number, to: number) => log.error({ from, to }, 'packets of the journal cannot be read any more')
  return new SqliteJournalReader({ path: files.journal, archive: files.archive, lost })
}

/** Made when there is no token at all; undefined later. */
async function firstToken(tokens: TokenStore, files: DataFiles, audit: AuditLog, log: Logger): Promise<string | undefined> {
  if (tokens.count() > 0) return undefined
  const what = {
    actor: 'service',
    role: null,
    action: 'token.add',
    subject: 'admin',
    detail: { file: files.adminToken },
  } as const
  const unended = (error: unknown) => log.error({ err: error }, 'the first token is not in the audit log')
  return await audited(audit, { ...what, unended }, () => {
    const token = tokens.add('admin', Date.now())
    placeFile(files.adminToken, `${token}\n`)
    return token
  })
}

function recordSpoofs(receiver: Receiver, audit: AuditLog, log: Logger, closing: ClosingList): void {
  const spoofs = new SpoofAudit(audit, () => performance.now())
  const record = (all: boolean) =>
    spoofs.record(all).catch((error: unknown) => log.error({ err: error }, 'spoofed topics are not in the audit log yet'))
  receiver.onSpoofed((tallies) => spoofs.add(tallies))
  const timer = setInterval(() => void record(false), 2_000)
  closing.add('spoofs', async () => {
    clearInterval(timer)
    await record(true)
  })
}

function receiverOptions({ mqtt: { enabled, ...edge }, broker, topics, retention }: Config, files: DataFiles): ReceiverOptions {
  return {
    dataDirectory: files.directory,
    edge: enabled ? edge : null,
    source: broker ?? null,
    topics,
    archiveDays: retention.archiveDays,
  }
}
