import { expect } from 'vitest'
import type { DetectorBank } from '../../detectors/detector-bank.ts'
import { judgeAgain, type StoredReadings } from '../../detectors/judge-again.ts'
import type { Random } from '../../fixtures/simulator/random.ts'
import type { Alert } from '../../model/alert.ts'
import type { Ledger } from '../../model/ledger.ts'
import { bytesOf } from '../../src/checkpoint.ts'
import { bankOf, batchOf, type Reading } from './county.ts'
import { intervals } from './streams.ts'

/** A bank with a journal before it and a store behind it, as the service has. */
export class StoredBank {
  bank: DetectorBank
  /** As an alert store holds them: what was told last of each. */
  readonly told = new Map<string, Alert>()
  /** How much was journalled when it was told. */
  readonly #toldAt = new Map<string, number>()
  #stored: Reading[] = []
  readonly #journal: { readonly readings: readonly Reading[]; readonly outcomes: Uint8Array }[] = []
  #checkpoint = { parts: new Map<string, Uint8Array>(), position: 0 }
  readonly #ledger: Ledger

  constructor(ledger: Ledger) {
    this.#ledger = ledger
    this.bank = bankOf(ledger)
    this.save()
  }

  take(readings: readonly Reading[]): void {
    this.#stored.push(...readings)
    this.#journal.push({ readings, outcomes: this.#observe(readings) })
  }

  #observe(readings: readonly Reading[]): Uint8Array {
    const outcomes = this.bank.take(batchOf(readings)).slice(0, readings.length)
    this.#tell(this.bank.judge())
    return outcomes
  }

  readonly stored: StoredReadings = async function* (this: StoredBank, rows: readonly number[], from: number, to: number) {
    const held = this.#stored.filter(({ row, start }) => rows.includes(row) && start >= from && start < to)
    for (const readings of intervals(held.sort((a, b) => a.start - b.start))) yield batchOf(readings)
  }.bind(this)

  async judgeAgain(): Promise<Alert[]> {
    const news: Alert[] = []
    while (this.bank.late.keys.size > 0) {
      for (const key of [...this.bank.late.keys]) news.push(...((await judgeAgain(this.bank, key, this.stored))?.alerts ?? []))
    }
    this.#tell(news)
    return news
  }

  #tell(alerts: readonly Alert[]): void {
    for (const alert of alerts) {
      this.told.set(alert.id, alert)
      this.#toldAt.set(alert.id, this.#journal.length)
    }
  }

  /** The store keeps nothing from before `start` any more. */
  forget(start: number): void {
    this.#stored = this.#stored.filter((reading) => reading.start >= start)
  }

  save(): void {
    const parts = new Map([...this.bank.snapshot()].map(([name, part]) => [name, bytesOf(part).slice()]))
    this.#checkpoint = { parts, position: this.#journal.length }
  }

  /** Killed: the checkpoint is old, the store is ahead of it, and the journal is read again. */
  async crash(random: Pick<Random, 'chance'>): Promise<void> {
    this.bank = bankOf(this.#ledger)
    this.bank.restore((name) => this.#checkpoint.parts.get(name))
    if (random.chance(0.5)) await this.judgeAgain()
    for (const { readings, outcomes } of this.#journal.slice(this.#checkpoint.position)) {
      expect(this.#observe(readings)).toEqual(outcomes)
      if (random.chance(0.1)) await this.judgeAgain()
    }
    // as AlertStore.tellAgain does once the journal is read
    const standing = this.bank.alerts()
    for (const [id, at] of this.#toldAt) {
      if (at >= this.#checkpoint.position && !standing.some((alert) => alert.id === id)) this.told.delete(id)
    }
    this.#tell(standing)
  }

  /** Told and not taken back, by id. */
  standing(): Alert[] {
    return [...this.told.values()].filter(({ probability }) => probability > 0).sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  alerts(): Alert[] {
    return this.bank.alerts().sort((a, b) => (a.id < b.id ? -1 : 1))
  }
}
