import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, open, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FLAG_SPREAD } from '../../../model/reading-batch.ts'
import { ReadingQuality } from '../../../model/reading-quality.ts'
import { EmbeddedHistory } from '../../../src/stores/embedded-history.ts'
import { EmbeddedStore, type EmbeddedStoreOptions } from '../../../src/stores/embedded-store.ts'
import { describeReadingHistory } from '../../contracts/reading-history.ts'
import { batchOf, DAY, describeReadingStore, plain } from '../../contracts/reading-store.ts'

const ALL = [0, 2 ** 32 - 1] as const

describeReadingStore('the embedded store', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'adit-store-'))
  const open = () =>
    EmbeddedStore.open({
      directory,
      onSetAside: (file, reason) => {
        throw new Error(`${file} was set aside: ${reason}`)
      },
    })
  let store = await open()
  return {
    store,
    reopen: async () => {
      store = await open()
      return store
    },
    discard: async () => {
      await store.close()
      await rm(directory, { recursive: true })
    },
  }
})

describeReadingHistory('the embedded store', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'adit-history-'))
  const store = await EmbeddedStore.open({ directory, onSetAside: () => {} })
  return {
    store,
    history: (sliceRows) => EmbeddedHistory.open({ directory, sliceRows }),
    discard: async () => {
      await store.close()
      await rm(directory, { recursive: true })
    },
  }
})

describe('the files of the embedded store', () => {
  let directory: string
  let setAside: string[]
  let store: EmbeddedStore
  const openStore = async (options: Partial<EmbeddedStoreOptions> = {}) => {
    store = await EmbeddedStore.open({ directory, onSetAside: (file) => setAside.push(file), ...options })
    return store
  }
  const files = async (suffix = '.parquet') =>
    (await readdir(directory, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && entry.name.endsWith(suffix) && !entry.parentPath.includes('set-aside'))
      .map((entry) => join(entry.parentPath, entry.name))
  const energies = async (usagePoint = 1) => (await store.loadProfile(usagePoint, ...ALL)).energyWh.join()

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "adit-store's-"))
    setAside = []
  })
  afterEach(async () => {
    await store.close()
    await rm(directory, { recursive: true })
  })

  test('a corrupt file is set aside and told, the others are read, and the service starts again', async () => {
    await openStore()
    await store.append(batchOf([{ usagePoint: 1, start: DAY, energyWh: 1 }]))
    await store.flush()
    const [torn] = await files()
    await store.append(batchOf([{ usagePoint: 1, start: DAY + 900, energyWh: 2 }]))
    await store.flush()
    await store.close()
    await truncate(torn, 60)

    await openStore()
    expect(await energies()).toBe('2')
    expect(setAside).toHaveLength(1)
    expect(setAside[0]).toContain('set-aside')
    expect(await store.count()).toBe(1)
    expect(await files()).toHaveLength(1)
  })

  test('a scan names a broken file and what to do, and leaves it where it is', async () => {
    await openStore()
    await store.append(batchOf([{ usagePoint: 1, start: DAY, energyWh: 1 }]))
    await store.flush()
    const [torn] = await files()
    await truncate(torn, 60)
    const history = await EmbeddedHistory.open({ directory })
    const reading = (async () => {
      for await (const { length } of history.scan(...ALL)) expect(length).toBe(0)
    })()
    await expect(reading).rejects.toThrow(/day=2025-11-24.*cannot be read.*Start the service once/)
    await history.close()
    expect(await files()).toEqual([torn])
  })

  test('a file of another kind in a day is set aside, whichever way it is met', async () => {
    await openStore()
    for (let minute = 0; minute < 5; minute++) {
      await store.append(batchOf([{ usagePoint: 1, start: DAY + minute, energyWh: minute }]))
      await store.flush()
    }
    await writeFile(join(directory, 'day=2025-11-24', 'notes.parquet'), 'not a Parquet file at all')
    expect(await store.count()).toBe(5)
    await expect.poll(() => setAside.length).toBe(1)
  })

  test('a file copied in from another store counts at once', async () => {
    await openStore()
    await store.append(batchOf([{ usagePoint: 1, start: DAY, energyWh: 7 }]))
    await store.flush()
    const [file] = await files()
    await mkdir(join(directory, 'other', 'day=2025-11-24'), { recursive: true })
    await copyFile(file, join(directory, 'other', 'day=2025-11-24', 'restored.parquet'))
    await store.close()
    const restored = await EmbeddedStore.open({ directory: join(directory, 'other'), onSetAside: () => {} })
    expect(plain(await restored.loadProfile(1, ...ALL))).toMatchObject([{ start: DAY, energyWh: 7 }])
    await restored.close()
    await openStore()
  })

  test('small files of a day are merged, and no reading or correction is lost by it', async () => {
    await openStore()
    for (let round = 0; round < 40; round++) {
      await store.append(
        batchOf([
          { usagePoint: 1, start: DAY + round * 900, energyWh: round },
          { usagePoint: 1, start: DAY, energyWh: round % 3, revision: round % 3 },
        ]),
      )
      await store.flush()
    }
    await expect.poll(async () => (await files()).length, { timeout: 20_000 }).toBeLessThan(15)
    const profile = plain(await store.loadProfile(1, ...ALL))
    expect(profile.map(({ energyWh }) => energyWh)).toEqual([2, ...Array.from({ length: 39 }, (_, round) => round + 1)])
    expect(profile[0].revisions).toBe(3)
    expect(await store.count()).toBe(40)
  })

  test('a day that has come to rest becomes one file, without copies and with every correction', async () => {
    await openStore()
    const spread = { usagePoint: 1, start: DAY, quality: ReadingQuality.derived, flags: FLAG_SPREAD }
    for (const position of [1, 9, 4]) {
      await store.append(
        batchOf([
          { ...spread, energyWh: 50, position },
          { ...spread, energyWh: 80, position: 5, revision: 3 },
          { usagePoint: 2, start: DAY, energyWh: 7 },
        ]),
      )
      await store.flush()
    }
    const atRest = async () => (await files()).filter((file) => file.includes('day=2025-11-24'))
    expect(await atRest()).toHaveLength(3)
    await expect
      .poll(
        async () => {
          await store.append(batchOf([{ usagePoint: 1, start: DAY + 86_400, energyWh: 1 }]))
          await store.flush()
          return (await atRest()).length
        },
        { timeout: 30_000, interval: 5 },
      )
      .toBe(1)
    const [file] = await atRest()
    const duckdb = await (await DuckDBInstance.create()).connect()
    const result = await duckdb.runAndReadAll(`SELECT energy_wh, position FROM '${file.replaceAll("'", "''")}' ORDER BY ALL`)
    expect(result.getRows()).toEqual([
      [7, 1],
      [50, 9],
      [80, 5],
    ])
    expect(plain(await store.loadProfile(1, DAY, DAY + 900))).toMatchObject([{ energyWh: 50, revisions: 2 }])
  })

  test('memory is bounded: more rows than the tail may hold go to files by themselves', async () => {
    await openStore({ tailRows: 1_000 })
    const rows = Array.from({ length: 1_000 }, (_, row) => ({ usagePoint: row, start: DAY, energyWh: row }))
    for (let round = 0; round < 5; round++) await store.append(batchOf(rows))
    await expect.poll(async () => (await files()).length).toBeGreaterThan(0)
    expect(await energies(999)).toBe('999')
  })

  test('when the disk refuses, the flush says so, the readings stay readable, and a later flush stores them', async () => {
    await openStore()
    const obstacle = join(directory, 'day=2025-11-24')
    await (await open(obstacle, 'w')).close()
    await store.append(batchOf([{ usagePoint: 1, start: DAY, energyWh: 5 }]))
    await expect(store.flush()).rejects.toThrow()
    await rm(obstacle)
    expect(await energies()).toBe('5')
    await store.flush()
    expect(await files()).toHaveLength(1)
    expect(await energies()).toBe('5')
  })

  test('kill -9 after a flush loses nothing of it, and half-written files are cleared', async () => {
    let promised = 0
    for (let kill = 0; kill < 5; kill++) {
      const writer = spawn(process.execPath, [join(import.meta.dirname, 'store-process.ts'), directory])
      const lines = createInterface({ input: writer.stdout })
      const exited = once(writer, 'exit')
      let last = 0
      for await (const line of lines) {
        last = Number(line)
        if (last >= 200 + kill * 130) break
      }
      writer.kill('SIGKILL')
      await exited
      promised = Math.max(promised, last)
    }
    await openStore()
    let found = 0
    for (let usagePoint = 0; usagePoint < 7; usagePoint++) {
      for (const { start, energyWh } of plain(await store.loadProfile(usagePoint, ...ALL))) {
        if (energyWh >= promised) continue
        expect(energyWh).toBe(((start - DAY) / 900) * 7 + usagePoint)
        found++
      }
    }
    expect(found).toBe(promised)
    expect((await readdir(directory)).filter((name) => name.startsWith('.writing'))).toEqual([])
    expect(setAside).toEqual([])
  })
})
