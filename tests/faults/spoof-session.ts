import { connect } from 'node:net'
import { CONNACK, PUBACK, PUBREC, SUBACK } from './mqtt-bytes.ts'
import type { Spoof } from './spoof-attempts.ts'

const PATIENCE = 30_000

/** Plays one attempt from its connection to its end; resolves with what the edge granted, rejects when it does not end. */
export function playSpoof(port: number, spoof: Spoof): Promise<readonly string[]> {
  const { login, bytes, pipelined, end } = spoof
  const granted: string[] = []
  const socket = connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  const timer = setTimeout(() => socket.destroy(new Error(`${spoof.kind}: neither granted nor refused`)), PATIENCE)
  let rest = Buffer.alloc(0)

  const take = (type: number, body: Buffer) => {
    if (type === CONNACK && body[1] === 0) {
      if (spoof.kind === 'login as another') granted.push('login')
      if (end === 'cut') socket.destroy()
      else if (!pipelined) socket.write(bytes)
    }
    if (type === PUBACK || type === PUBREC) {
      if (spoof.counted === 'edge') granted.push('publish')
      if (end === 'answered') socket.destroy()
    }
    if (type === SUBACK) {
      if (body[2] < 0x80) granted.push('subscription')
      socket.destroy()
    }
  }
  return new Promise((resolve, reject) => {
    let failure: Error | undefined
    socket.on('connect', () => {
      if (login) socket.write(pipelined ? Buffer.concat([login, bytes]) : login)
      else socket.write(bytes)
    })
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 2 && rest.length >= 2 + rest[1]) {
        const packet = rest.subarray(0, 2 + rest[1])
        rest = rest.subarray(packet.length)
        take(packet[0] >> 4, packet.subarray(2))
      }
    })
    socket.on('error', (error) => {
      if (!('code' in error)) failure = error
    })
    socket.on('close', () => {
      clearTimeout(timer)
      if (failure) reject(failure)
      else resolve(granted)
    })
  })
}
