import { Worker } from 'node:worker_threads'
import type { EdgeAddress } from './edge-listeners.ts'
import type { ReceiverOptions } from './receiver-options.ts'
import type { ReceiverStatus } from './receiver-status.ts'
import type { SpoofTally } from './refusal-log.ts'

/** The receiving half, running in its own thread so that judging can never stall an acknowledgement. */
export interface Receiver {
  /** The one on mqtt.port first; none without an edge. */
  readonly edgeAddresses: readonly EdgeAddress[]
  /** See JournalWriter.release. */
  release(position: number): Promise<void>
  status(): Promise<ReceiverStatus>
  /** Calls back, at most every few milliseconds, with the last position on disk. */
  onAppended(appended: (position: number) => void): void
  /** Calls back, about every second, with the attempts since to speak for another gateway. */
  onSpoofed(spoofed: (spoofs: readonly SpoofTally[]) => void): void
  /** The thread died: nothing is received any more, the process should stop. */
  onFailure(failed: (error: Error) => void): void
  /** Takes no more, acknowledges what is being committed, closes; at most 5 s. */
  stop(): Promise<void>
}

/** Asked of the receiving thread. */
export type ReceiverRequest = { readonly id: number } & (
  | { readonly kind: 'release'; readonly position: number }
  | { readonly kind: 'status' }
  | { readonly kind: 'stop' }
)

/** Said by the receiving thread. */
export type ReceiverReport =
  | { readonly kind: 'ready'; readonly edgeAddresses: Receiver['edgeAddresses'] }
  | { readonly kind: 'appended'; readonly position: number }
  | { readonly kind: 'spoofed'; readonly spoofs: readonly SpoofTally[] }
  | { readonly kind: 'done'; readonly id: number; readonly status: ReceiverStatus | null }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }

const STOP_MILLISECONDS = 5_000

/** Starts the receiving thread; rejects when it cannot start, for example because the port is taken. */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const receiver = new WorkerReceiver(options)
  await receiver.ready
  return receiver
}

interface Asked {
  readonly resolve: (status: ReceiverStatus | null) => void
  readonly reject: (error: Error) => void
}

class WorkerReceiver implements Receiver {
  readonly ready: Promise<void>
  edgeAddresses: Receiver['edgeAddresses'] = []
  readonly #worker: Worker
  readonly #asked = new Map<number, Asked>()
  #nextId = 1
  #appended: (position: number) => void = () => {}
  #spoofed: (spoofs: readonly SpoofTally[]) => void = () => {}
  #failed: ((error: Error) => void) | undefined
  #failure: Error | undefined
  #stopping: Promise<void> | undefined

  constructor(options: ReceiverOptions) {
    this.#worker = new Worker(new URL('./receiver-worker.ts', import.meta.url), { workerData: options, name: 'adit-receiver' })
    this.ready = new Promise((resolve, reject) => {
      this.#worker.on('message', (report: ReceiverReport) => {
        if (report.kind === 'ready') {
          this.edgeAddresses = report.edgeAddresses
          resolve()
        } else {
          this.#hear(report)
        }
      })
      this.#worker.once('error', reject)
    })
    this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))))
    this.#worker.on('exit', (code) => this.#fail(new Error(`the receiving thread ended with code ${code}`)))
  }

  async release(position: number): Promise<void> {
    await this.#ask((id) => ({ kind: 'release', id, position }))
  }

  async status(): Promise<ReceiverStatus> {
    const status = await this.#ask((id) => ({ kind: 'status', id }))
    if (!status) throw new Error('the receiving thread gave no status')
    return status
  }

  onAppended(appended: (position: number) => void): void {
    this.#appended = appended
  }

  onSpoofed(spoofed: (spoofs: readonly SpoofTally[]) => void): void {
    this.#spoofed = spoofed
  }

  onFailure(failed: (error: Error) => void): void {
    this.#failed = failed
    if (this.#failure) failed(this.#failure)
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #stop(): Promise<void> {
    if (this.#failure) return
    const timer = setTimeout(() => void this.#worker.terminate(), STOP_MILLISECONDS)
    const exited = new Promise((resolve) => this.#worker.once('exit', resolve))
    await this.#ask((id) => ({ kind: 'stop', id })).catch(() => null)
    await exited
    clearTimeout(timer)
  }

  #ask(request: (id: number) => ReceiverRequest): Promise<ReceiverStatus | null> {
    if (this.#failure) return Promise.reject(this.#failure)
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject })
      this.#worker.postMessage(request(id))
    })
  }

  #hear(report: Exclude<ReceiverReport, { kind: 'ready' }>): void {
    if (report.kind === 'appended') {
      this.#appended(report.position)
      return
    }
    if (report.kind === 'spoofed') {
      this.#spoofed(report.spoofs)
      return
    }
    const asked = this.#asked.get(report.id)
    this.#asked.delete(report.id)
    if (report.kind === 'done') asked?.resolve(report.status)
    else asked?.reject(new Error(report.message))
  }

  #fail(error: Error): void {
    if (this.#failure) return
    this.#failure = error
    for (const { reject } of this.#asked.values()) reject(error)
    this.#asked.clear()
    if (!this.#stopping) this.#failed?.(error)
  }
}
