/** The thread of a flood of sockets: opens them, again when they are closed, until it is told to stop. */
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'

export interface SocketAttack {
  readonly port: number
  readonly sockets: number
  readonly what: 'nothing' | 'announce' | 'slow login' | 'slow head' | 'slow body'
}

/** A CONNECT of 256 MB. */
const ANNOUNCED = Buffer.concat([
  Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60]),
  Buffer.alloc(65_536),
])
const HEAD = Buffer.from(`GET /api/v1/summary HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(10_000)}`)
const BODY = 'POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n'

const USES: Readonly<Record<SocketAttack['what'], (socket: Socket) => void>> = {
  nothing: () => {},
  announce: (socket) => socket.write(ANNOUNCED),
  'slow login': (socket) => drip(socket, ANNOUNCED),
  'slow head': (socket) => drip(socket, HEAD),
  'slow body': (socket) => {
    socket.write(BODY)
    drip(socket, Buffer.alloc(4_000, ' '))
  },
}

const { port, sockets, what }: SocketAttack = workerData
const open = new Set<Socket>()
let [stopped, closed] = [false, 0]

function join(): void {
  // operators and gateways come from elsewhere
  const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' }, () => USES[what](socket))
  open.add(socket)
  socket.on('error', () => {})
  socket.on('data', () => {})
  socket.on('close', () => {
    open.delete(socket)
    if (stopped) return
    closed++
    setTimeout(() => stopped || join(), 100)
  })
}

function drip(socket: Socket, bytes: Buffer): void {
  let at = 0
  const timer = setInterval(() => {
    if (socket.destroyed || at >= bytes.length) clearInterval(timer)
    else socket.write(bytes.subarray(at, ++at))
  }, 100)
  socket.once('close', () => clearInterval(timer))
}

parentPort?.on('message', () => {
  stopped = true
  for (const socket of open) socket.destroy()
  parentPort?.postMessage(closed)
})
for (let count = 0; count < sockets; count++) {
  join()
  if (count % 200 === 199) await pause(10)
}
parentPort?.postMessage('begun')
