/** MQTT 3.1.1 packets as bytes, wrong ones too: what a library would refuse to send. */

export interface PublishFlags {
  readonly qos?: 0 | 1 | 2
  readonly retain?: boolean
  readonly messageId?: number
}

export interface ConnectFields {
  readonly clientId: string
  readonly username?: string
  readonly password?: string
  readonly will?: { readonly topic: string; readonly payload: string; readonly qos?: 0 | 1 | 2; readonly retain?: boolean }
}

export const CONNACK = 2
export const PUBACK = 4
export const PUBREC = 5
export const SUBACK = 9

// § 3.1
export function connectBytes({ clientId, username, password, will }: ConnectFields): Buffer {
  const flags =
    2 |
    (username === undefined ? 0 : 0x80) |
    (password === undefined ? 0 : 0x40) |
    (will === undefined ? 0 : 4 | ((will.qos ?? 0) << 3) | (will.retain ? 0x20 : 0))
  const fields = [clientId, ...(will ? [will.topic, will.payload] : []), username, password]
  const texts = fields.flatMap((field) => (field === undefined ? [] : [textBytes(field)]))
  return packetBytes(0x10, Buffer.concat([textBytes('MQTT'), Buffer.from([4, flags, 0, 60]), ...texts]))
}

// § 3.3
export function publishBytes(
  topic: string,
  payload: string,
  { qos = 0, retain = false, messageId = 1 }: PublishFlags = {},
): Buffer {
  const id = qos === 0 ? Buffer.alloc(0) : Buffer.from([messageId >> 8, messageId & 0xff])
  return packetBytes(0x30 | (qos << 1) | (retain ? 1 : 0), Buffer.concat([textBytes(topic), id, Buffer.from(payload)]))
}

// § 3.8
export function subscribeBytes(filter: string): Buffer {
  return packetBytes(0x82, Buffer.concat([Buffer.from([0, 1]), textBytes(filter), Buffer.from([1])]))
}

export function packetBytes(first: number, body: Uint8Array): Buffer {
  const head = [first]
  let left = body.length
  do {
    const low = left % 128
    left = Math.floor(left / 128)
    head.push(left > 0 ? low | 0x80 : low)
  } while (left > 0)
  return Buffer.concat([Buffer.from(head), body])
}

function textBytes(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
}
