/**
 * Bugs that such a service has had somewhere, put back one at a time: each must make a fault run fail. A mutant is an exact
 * replacement in a copy of the tree; when its text is not there any more, that is an error and the mutant is to be renewed.
 */
import type { CrashPoint } from '../../ingest/crash-point.ts'

export interface Edit {
  readonly file: string
  readonly find: string
  readonly put: string
}

export interface Mutant {
  readonly name: string
  readonly edits: readonly Edit[]
  /** The run that must fail. */
  readonly run: MutantRun
}

/** Kills and power cuts are at these points and at random. */
export type MutantRun =
  | { readonly kind: 'kills' | 'power cuts'; readonly points: readonly CrashPoint[]; readonly days: number }
  | { readonly kind: 'store faults' | 'disk faults'; readonly days: number }
  | { readonly kind: 'orders'; readonly permutations: number }

const DAYS = 6
const ORDERS: MutantRun = { kind: 'orders', permutations: 40 }

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'acknowledged before the commit',
    edits: [
      {
        file: 'ingest/mqtt-edge.ts',
        find: "    crashPoint('packet-received')\n",
        put: "    done(null)\n    crashPoint('packet-received')\n",
      },
      { file: 'ingest/mqtt-edge.ts', find: "        done(null)\n        crashPoint('puback-given')\n", put: '' },
    ],
    run: { kind: 'kills', points: ['packet-received', 'journal-inserted'], days: DAYS },
  },
  {
    name: 'the journal never syncs (synchronous=OFF)',
    edits: [{ file: 'ingest/journal-database.ts', find: 'PRAGMA synchronous = FULL;', put: 'PRAGMA synchronous = OFF;' }],
    run: { kind: 'power cuts', points: ['puback-given', 'journal-committed'], days: DAYS },
  },
  {
    name: 'the journal syncs now and then (synchronous=NORMAL)',
    edits: [{ file: 'ingest/journal-database.ts', find: 'PRAGMA synchronous = FULL;', put: 'PRAGMA synchronous = NORMAL;' }],
    run: { kind: 'power cuts', points: ['puback-given', 'journal-committed'], days: DAYS },
  },
  {
    name: 'the cursor is saved before the readings are stored',
    edits: [
      {
        file: 'src/process-readings.ts',
        find: '    judgement.swapLedger(ledger)\n',
        put: '    judgement.swapLedger(ledger)\n    judgement.position = slice.position\n    if (line.checkpointDue(judgement)) await checkpoint(line, signal)\n',
      },
    ],
    run: { kind: 'kills', points: ['checkpoint-renamed', 'journal-deleted', 'archive-synced'], days: DAYS },
  },
  {
    name: 'the checkpoint is saved before the store flushes',
    edits: [
      {
        file: 'src/process-readings.ts',
        find: '  await insist(() => readings.flush(), signal)\n  await judgeLate(judgement.position, signal)\n  await insist(() => judgement.save(), signal)\n',
        put: '  await insist(() => judgement.save(), signal)\n  await insist(() => readings.flush(), signal)\n  await judgeLate(judgement.position, signal)\n',
      },
    ],
    run: { kind: 'kills', points: ['checkpoint-renamed', 'tail-written'], days: DAYS },
  },
  {
    name: 'files of readings are placed without a sync',
    edits: [{ file: 'src/stores/day-files.ts', find: '    await sync(temporary)\n', put: '' }],
    run: { kind: 'power cuts', points: ['journal-deleted', 'checkpoint-renamed', 'tail-flushed'], days: DAYS },
  },
  {
    name: 'the checkpoint is put in place without a sync',
    edits: [{ file: 'src/checkpoint.ts', find: '    fsyncSync(file)\n', put: '' }],
    run: { kind: 'power cuts', points: ['checkpoint-renamed', 'journal-deleted'], days: DAYS },
  },
  {
    name: 'the archive is not synced before the journal is deleted',
    edits: [{ file: 'ingest/sqlite-journal.ts', find: '    await archive?.sync()\n', put: '' }],
    run: { kind: 'power cuts', points: ['journal-deleted'], days: DAYS },
  },
  {
    name: 'the journal is deleted before the archive has it',
    edits: [
      {
        file: 'ingest/sqlite-journal.ts',
        find: '    const ends: number[] = []\n',
        put: "    const ends: number[] = []\n    if (position > first) {\n      const slice = this.#scan.read(first, 100_000, 1e9, lost)\n      this.#deleteUpTo(first, position)\n      crashPoint('archive-appended')\n      await archive?.append(slice.packets.filter((packet) => packet.position <= position))\n      await archive?.sync()\n      return\n    }\n",
      },
    ],
    run: { kind: 'kills', points: ['archive-appended'], days: DAYS },
  },
  {
    name: 'unreadable packets are dropped',
    edits: [
      {
        file: 'src/process-readings.ts',
        find: '      await line.insist(() => quarantine.add(decoded.refused), signal)\n',
        put: '',
      },
    ],
    run: { kind: 'kills', points: ['slice-read'], days: DAYS },
  },
  {
    name: 'the same refusal is kept again after a restart',
    edits: [{ file: 'ingest/quarantine.ts', find: 'UNIQUE (position, code, field)', put: 'UNIQUE (id)' }],
    run: { kind: 'kills', points: ['quarantine-kept', 'batch-appended'], days: DAYS },
  },
  {
    name: 'a merge clears the old files before the new one stands',
    edits: [
      {
        file: 'src/stores/day-merger.ts',
        find: "    await this.#files.place(temporary, day)\n    crashPoint('merge-placed')\n    for (const file of group) await rm(file, { force: true })\n",
        put: "    for (const file of group) await rm(file, { force: true })\n    crashPoint('merge-placed')\n    await this.#files.place(temporary, day)\n",
      },
    ],
    run: { kind: 'kills', points: ['merge-placed'], days: DAYS },
  },
  {
    name: 'the state is restored without its position',
    edits: [
      { file: 'src/judgement.ts', find: '    this.position = position\n    this.#savedPosition', put: '    this.#savedPosition' },
    ],
    run: { kind: 'kills', points: ['slice-read', 'checkpoint-renamed'], days: DAYS },
  },
  {
    name: 'after a restart reading begins at the newest packet',
    edits: [
      {
        file: 'src/process-readings.ts',
        find: 'journal.readFrom(judgement.position, signal)',
        put: 'journal.readFrom(judgement.position || 1e15, signal)',
      },
    ],
    run: { kind: 'kills', points: ['slice-read', 'batch-appended'], days: DAYS },
  },
  {
    name: 'the books are not part of the checkpoint',
    edits: [{ file: 'src/judgement.ts', find: "    parts.set('books', bytesOf(this.books.snapshot()))\n", put: '' }],
    run: { kind: 'kills', points: ['checkpoint-renamed', 'slice-read'], days: DAYS },
  },
  {
    name: 'repeated readings count as new',
    edits: [
      {
        file: 'src/gateway-books.ts',
        find: 'if (outcome === Outcome.duplicate) book.duplicate++',
        put: 'if (outcome === Outcome.duplicate) book.stored++',
      },
    ],
    run: { kind: 'kills', points: ['puback-given', 'journal-committed'], days: DAYS },
  },
  {
    name: 'alerts are told again from wherever they are judged',
    edits: [{ file: 'src/alerts/alert-intake.ts', find: '    if (held && held.position > position) return\n', put: '' }],
    run: { kind: 'kills', points: ['alerts-written', 'alerts-raised'], days: 40 },
  },
  {
    name: 'a write that failed is not tried again',
    edits: [
      {
        file: 'src/insist.ts',
        find: '      failed = true\n      onTrouble(trouble)\n',
        put: '      onTrouble(trouble)\n      return\n',
      },
    ],
    run: { kind: 'store faults', days: DAYS },
  },
  {
    name: 'a 503 counts as stored',
    edits: [
      {
        file: 'src/stores/influx-writer.ts',
        find: '    // 400: a line cannot',
        put: "    if (error instanceof HttpError && error.statusCode === 503) return { outcome: 'taken' }\n    // 400: a line cannot",
      },
    ],
    run: { kind: 'store faults', days: DAYS },
  },
  {
    name: 'a batch with one bad row is given up whole',
    edits: [
      {
        file: 'src/stores/influx-store.ts',
        find: 'if (to - from === 1 || result.dropped === to - from) {',
        put: 'if (to > from) return\n    if (to - from === 1) {',
      },
    ],
    run: { kind: 'store faults', days: DAYS },
  },
  {
    name: 'a reading that the store refuses is forgotten',
    edits: [{ file: 'src/open-store.ts', find: '        refusals.add(reading, reason)\n', put: '' }],
    run: { kind: 'store faults', days: DAYS },
  },
  {
    name: 'a reading sent again is a new point',
    edits: [
      {
        file: 'src/stores/line-encoder.ts',
        find: "this.#ascii('reading,usage_point=')",
        put: "this.#ascii('reading,copy=' + position[row] + ',usage_point=')",
      },
    ],
    run: { kind: 'store faults', days: DAYS },
  },
  {
    name: 'acknowledged although the disk is full',
    edits: [
      {
        file: 'ingest/insistent-append.ts',
        find: '    failed(error)\n',
        put: '    failed(error)\n    durable()\n    if (isWanted()) return\n',
      },
    ],
    run: { kind: 'disk faults', days: 12 },
  },
  {
    name: 'a full disk ends the service',
    edits: [
      { file: 'src/insist.ts', find: 'error instanceof Error && isDiskTrouble(error) ? error : undefined', put: 'undefined' },
    ],
    run: { kind: 'disk faults', days: 12 },
  },
  {
    name: 'of several values for an interval the last to come counts',
    edits: [
      {
        file: 'detectors/interval-window.ts',
        find: 'if (!outranks(code, mark, old, oldMark, (flags[i] & FLAG_SPREAD) !== 0)) {',
        put: 'if (old === 0) {',
      },
    ],
    run: ORDERS,
  },
  {
    name: 'late readings are stored and not judged again',
    edits: [
      {
        file: 'detectors/detector-bank.ts',
        find: '    if (key !== null) this.late.note(key, row, start)\n',
        put: '    if (key === 0.5) this.late.note(key, row, start)\n',
      },
    ],
    run: ORDERS,
  },
  {
    name: 'a day that is closed is not looked at again',
    edits: [
      {
        file: 'detectors/detector-bank.ts',
        find: 'if (watched[row] === 1 && (closed || dead[row] === 1))',
        put: 'if (watched[row] === 1 && !closed)',
      },
    ],
    run: ORDERS,
  },
]
