/** docs/scoreboard.md, put together from what each long fault run wrote into docs/scoreboard: nothing of it is typed by hand. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Cell = z.union([z.string(), z.number()])
const Part = z.strictObject({
  command: z.string(),
  figures: z.array(z.tuple([z.string(), Cell])),
  table: z.strictObject({ head: z.array(z.string()), rows: z.array(z.array(Cell)) }).optional(),
})
export type ScoreboardPart = z.infer<typeof Part>

const PARTS = {
  kills: {
    title: 'Kills',
    what: 'The service is killed with SIGKILL at every named crash point (`ingest/crash-point.ts`) and at random in between.',
  },
  'power-cuts': {
    title: 'Power cuts',
    what: 'The data directory lies on an ext4 disk of its own. At random instants, and the moment after the service died at a crash point, the disk is shut down: what no fsync has brought to it is gone. Nothing that was acknowledged is sent again. Not simulated: disks that lie about a flush, torn sectors.',
  },
  'store-faults': {
    title: 'Store faults',
    what: 'A real InfluxDB behind a fault proxy, at full load throughout.',
  },
  'disk-faults': {
    title: 'Disk faults',
    what: 'The disk of everything, of the archive or of the readings gets full again and again, hangs, and turns read-only. In each trial every write that the service makes is refused once besides: it stands still right before it while the disk is filled. "On" is: packets are acknowledged and judged, what had to wait is made.',
  },
  damage: {
    title: 'Damaged files',
    what: 'In a data directory as a stop in peace or a kill leaves it one file of one kind is damaged: one bit flipped, the tail torn off, the tail zeroed. The start has to report it; of files that it makes anew before anybody reads them, what stands in them afterwards is looked at.',
  },
  mutants: {
    title: 'Mutants',
    what: 'Bugs that such services have had, put back into a copy of the code one at a time. Each must make a fault run fail.',
  },
  spoofs: {
    title: 'Spoofs',
    what: 'Somebody who has one gateway’s password, or none, tries to speak for another gateway or its meters: topics, payloads, wills, subscriptions, logins.',
  },
  brokers: {
    title: 'Broker faults',
    what: 'A real Mosquitto is restarted and killed, the service is killed, the network between them resets, falls silent, gets slow and cuts packets into pieces, and somebody takes our client id.',
  },
  floods: {
    title: 'Floods',
    what: 'Twenty gateways go on at their pace beside floods of packets and of sockets; `share` is their rate against that in calm, `mostMiB` the service’s resident memory at most. Where all send ten times as much, those twenty are part of the flood.',
  },
  fuzz: {
    title: 'Fuzz',
    what: 'Changed samples against every reader of bytes, a share of them guided by coverage: an input that runs code of `ingest` or `model` that none before it ran becomes a sample. Changed MQTT sessions against the edge, and requests made from the OpenAPI document. Messages up to 64 KiB and files up to 4 KiB; the time of one is the best of twenty runs.',
  },
  clocks: {
    title: 'Clocks',
    what: 'The system clock jumps by hours and days while gateways send; `adit detect` runs in four zones over a day of 25 hours.',
  },
  orders: {
    title: 'Orders',
    what: 'The packets of one day of all gateways, and late ones of days before, come in a new order each time, some twice, in slices cut anywhere, through decoding, judgement and judging again in one process. Alerts, the state that a checkpoint holds, the readings that count and the books are compared with those of the order in time.',
  },
} as const
export type PartName = keyof typeof PARTS

const DOCS = join(import.meta.dirname, '..', '..', 'docs')

export function writePart(name: PartName, part: ScoreboardPart): void {
  mkdirSync(join(DOCS, 'scoreboard'), { recursive: true })
  writeFileSync(fileOf(name), `${JSON.stringify(part, null, 2)}\n`)
  writeFileSync(join(DOCS, 'scoreboard.md'), scoreboardDocument())
}

/** Undefined when that was never run. */
export function readPart(name: PartName): ScoreboardPart | undefined {
  return existsSync(fileOf(name)) ? Part.parse(JSON.parse(readFileSync(fileOf(name), 'utf8'))) : undefined
}

export function scoreboardDocument(): string {
  const parts = Object.entries(PARTS).flatMap(([name, { title, what }]) => {
    const part = isPart(name) ? readPart(name) : undefined
    return part === undefined ? [] : [`## ${title}\n\n${what}\n\n${textOf(part)}`]
  })
  return `# Scoreboard

Written by \`npm run faults\` from its last runs (\`docs/scoreboard/*.json\`); do not edit. Gateways publish from outside; what was
acknowledged is noted outside the process. At the end readings, books, quarantine, alerts and alert events, journal and archive
are compared with what was sent and with the alerts of an undisturbed run. "Lost" and "doubled" count readings and packets.

${parts.join('\n')}`
}

function isPart(name: string): name is PartName {
  return name in PARTS
}

function fileOf(name: string): string {
  return join(DOCS, 'scoreboard', `${name}.json`)
}

function textOf({ command, figures, table }: ScoreboardPart): string {
  const rows = [['command', `\`${command}\``], ...figures].map(([what, value]) => `| ${what} | ${value} |`)
  const first = `| | |\n|---|---|\n${rows.join('\n')}\n`
  if (table === undefined) return first
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  return `${first}\n${line(table.head)}\n${line(table.head.map(() => '---'))}\n${table.rows.map(line).join('\n')}\n`
}
