import { parentPort, workerData } from 'node:worker_threads'
import type { ReceiverReport, ReceiverRequest } from './receiver.ts'
import { ReceivingHalf } from './receiving-half.ts'

/** Commits come a thousand times a second; the reader is told at most this often. */
const TELL_MILLISECONDS = 2
const SPOOFS_MILLISECONDS = 1_000

const port = parentPort
if (!port) throw new Error('receiver-worker.ts runs as a worker thread only')

const say = (report: ReceiverReport) => port.postMessage(report)
let last = 0
let telling = false
const receiving = await ReceivingHalf.start(workerData, (position) => {
  last = position
  if (telling) return
  telling = true
  setTimeout(() => {
    telling = false
    say({ kind: 'appended', position: last })
  }, TELL_MILLISECONDS)
})

const tellSpoofs = () => {
  const spoofs = receiving.takeSpoofs()
  if (spoofs.length > 0) say({ kind: 'spoofed', spoofs })
}
const spoofTimer = setInterval(tellSpoofs, SPOOFS_MILLISECONDS)

port.on('message', (request: ReceiverRequest) => {
  const { id } = request
  answer(request).then(
    (status) => say({ kind: 'done', id, status }),
    (error: unknown) => say({ kind: 'failed', id, message: error instanceof Error ? error.message : String(error) }),
  )
})

async function answer(request: ReceiverRequest) {
  if (request.kind === 'status') return receiving.status()
  if (request.kind === 'release') await receiving.release(request.position)
  if (request.kind === 'stop') {
    await receiving.stop()
    clearInterval(spoofTimer)
    tellSpoofs()
    port?.close()
  }
  return null
}

say({ kind: 'ready', edgeAddresses: receiving.edgeAddresses })
