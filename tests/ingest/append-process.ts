/** A process that appends: node append-process.ts JOURNAL NAME COUNT, once JOURNAL.go is there. Each commit takes a few packets, as an import would. */
import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { SqliteJournal } from '../../ingest/sqlite-journal.ts'
import { samplePacket } from './sample-packet.ts'

const [path, name, count] = process.argv.slice(2)
// a backfill leaves the write lock free between its commits
const journal = new SqliteJournal({ path, waitMilliseconds: name === 'import' ? 5 : 0 })
writeFileSync(`${path}.${name}`, '')
while (!existsSync(`${path}.go`)) await pause(1)
for (let done = 0; done < Number(count); done += 5) {
  await Promise.all(Array.from({ length: 5 }, (_, index) => journal.append(samplePacket(`${name} ${done + index}`, name))))
}
await journal.close()
