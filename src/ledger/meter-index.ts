/**
 * Meter number to row, for millions of meters, from the bytes as they stand in a message. Open addressing over one
 * table of (hash, place) pairs; a place is where the record `row u32, length u8, bytes` begins in one arena, so that a
 * hit costs two cache misses and a meter of 22 characters about 45 bytes.
 */
const RECORD_HEAD = 5
const LONGEST = 255
const encoder = new TextEncoder()

export class MeterIndex {
  #slots: Uint32Array
  #mask: number
  #arena: Uint8Array
  #used = 1
  #count = 0
  /** Where the meter after the last one found stands: gateways send their meters in the order of the ledger, mostly. */
  #expected = 1
  readonly #scratch = new Uint8Array(LONGEST)

  /** `expected` meters of about `characters` each; more are taken by growing. */
  constructor(expected: number, characters = 12) {
    const capacity = slotsFor(expected)
    this.#slots = new Uint32Array(capacity * 2)
    this.#mask = capacity - 1
    this.#arena = new Uint8Array(Math.max(256, expected * (RECORD_HEAD + characters) + 1))
  }

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#slots.byteLength + this.#arena.byteLength
  }

  /** Lets `meter` mean `row`; an earlier meaning is replaced. */
  set(meter: string, row: number): void {
    const length = this.#encode(meter)
    if (length <= 0) throw new RangeError(`a meter number has 1 to ${LONGEST} bytes: "${meter.slice(0, 80)}"`)
    if ((this.#count + 1) * 4 > (this.#mask + 1) * 3) this.#growSlots()
    const hash = hashOf(this.#scratch, 0, length)
    const slot = this.#find(this.#scratch, 0, length, hash)
    let place = this.#slots[slot + 1]
    if (place === 0) {
      place = this.#used
      if (place + RECORD_HEAD + length > this.#arena.length) this.#growArena(RECORD_HEAD + length)
      this.#used += RECORD_HEAD + length
      this.#arena[place + 4] = length
      this.#arena.set(this.#scratch.subarray(0, length), place + RECORD_HEAD)
      this.#slots[slot] = hash
      this.#slots[slot + 1] = place
      this.#count++
    }
    this.#arena[place] = row
    this.#arena[place + 1] = row >>> 8
    this.#arena[place + 2] = row >>> 16
    this.#arena[place + 3] = row >>> 24
  }

  /** Row of the meter, -1 when there is none. */
  get(meter: string): number {
    const length = this.#encode(meter)
    return length <= 0 ? -1 : this.getBytes(this.#scratch, 0, length)
  }

  /** The same from UTF-8 bytes [from, to). */
  getBytes(bytes: Uint8Array, from: number, to: number): number {
    const length = to - from
    let place = this.#expected
    if (!this.#isAt(place, bytes, from, length)) {
      place = this.#slots[this.#find(bytes, from, to, hashOf(bytes, from, to)) + 1]
      if (place === 0) return -1
    }
    this.#expected = place + RECORD_HEAD + length
    const arena = this.#arena
    return (arena[place] | (arena[place + 1] << 8) | (arena[place + 2] << 16) | (arena[place + 3] << 24)) >>> 0
  }

  /** Gives back what was allocated beyond need. */
  compact(): void {
    if (this.#used < this.#arena.length) this.#arena = this.#arena.slice(0, this.#used)
  }

  #isAt(place: number, bytes: Uint8Array, from: number, length: number): boolean {
    const arena = this.#arena
    if (arena[place + 4] !== length || length === 0) return false
    const first = place + RECORD_HEAD
    // The last characters differ first.
    for (let offset = length - 1; offset >= 0; offset--) if (arena[first + offset] !== bytes[from + offset]) return false
    return true
  }

  /** Position of the slot that holds the meter, or of the empty one where it belongs. */
  #find(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const slots = this.#slots
    const mask = this.#mask
    const length = to - from
    let index = hash & mask
    for (;;) {
      const place = slots[index * 2 + 1]
      if (place === 0) return index * 2
      if (slots[index * 2] === hash && this.#isAt(place, bytes, from, length)) return index * 2
      index = (index + 1) & mask
    }
  }

  #encode(meter: string): number {
    const scratch = this.#scratch
    if (meter.length > LONGEST) return -1
    for (let at = 0; at < meter.length; at++) {
      const code = meter.charCodeAt(at)
      if (code > 0x7f) {
        const { read, written } = encoder.encodeInto(meter, scratch)
        return read === meter.length ? written : -1
      }
      scratch[at] = code
    }
    return meter.length
  }

  #growSlots(): void {
    const old = this.#slots
    const capacity = (this.#mask + 1) * 2
    this.#slots = new Uint32Array(capacity * 2)
    this.#mask = capacity - 1
    for (let slot = 0; slot < old.length; slot += 2) {
      if (old[slot + 1] === 0) continue
      let index = old[slot] & this.#mask
      while (this.#slots[index * 2 + 1] !== 0) index = (index + 1) & this.#mask
      this.#slots[index * 2] = old[slot]
      this.#slots[index * 2 + 1] = old[slot + 1]
    }
  }

  #growArena(need: number): void {
    const grown = new Uint8Array(Math.max(this.#arena.length * 1.5, this.#arena.length + need))
    grown.set(this.#arena)
    this.#arena = grown
  }
}

function slotsFor(expected: number): number {
  let capacity = 64
  while (capacity * 3 < expected * 4) capacity *= 2
  return capacity
}

/** FNV-1a with a final mix, so that consecutive numbers spread over the low bits. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39)
  return (hash ^ (hash >>> 15)) >>> 0
}
