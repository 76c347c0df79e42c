/** How many values of a register are remembered. */
export const DEPTH = 16
/** How many breaks (exchange, reset) are remembered. */
const BREAKS = 4
const MAGIC = 0x52454731

/** The last values of each register, in order of time: columns of DEPTH values a slot, a slot for each usage point that sends registers. */
export class RegisterMemory {
  readonly #slots = new Map<number, number>()
  #capacity = 0
  count = new Uint8Array(0)
  at = new Uint32Array(0)
  wh = new Float64Array(0)
  varh = new Float64Array(0)
  quality = new Uint8Array(0)
  meter = new Uint32Array(0)
  #breaks = new Uint32Array(0)

  slotOf(usagePoint: number): number {
    let slot = this.#slots.get(usagePoint)
    if (slot === undefined) {
      slot = this.#slots.size
      if (slot === this.#capacity) this.#reserve(Math.max(64, Math.ceil(this.#capacity * 1.5)))
      this.#slots.set(usagePoint, slot)
    }
    return slot
  }

  /** Where a value of `at` stands or belongs among the slot's values. */
  indexOf(slot: number, at: number): number {
    const base = slot * DEPTH
    let index = this.count[slot]
    while (index > 0 && this.at[base + index - 1] >= at) index--
    return index
  }

  /** Makes room before `index`, forgetting the oldest value when there are DEPTH; returns where the room now is. */
  insert(slot: number, index: number): number {
    const base = slot * DEPTH
    const count = this.count[slot]
    if (count === DEPTH) {
      this.#move(base + 1, base + index, base)
      return index - 1
    }
    this.#move(base + index, base + count, base + index + 1)
    this.count[slot] = count + 1
    return index
  }

  write(place: number, meter: number, at: number, wh: number, varh: number, quality: number): void {
    this.meter[place] = meter
    this.at[place] = at
    this.wh[place] = wh
    this.varh[place] = varh
    this.quality[place] = quality
  }

  breakAt(slot: number, at: number): void {
    const breaks = this.#breaks.subarray(slot * BREAKS, (slot + 1) * BREAKS)
    if (breaks.includes(at)) return
    if (at > breaks[0]) breaks[0] = at
    breaks.sort()
  }

  isBroken(slot: number, from: number, to: number): boolean {
    const base = slot * BREAKS
    for (let index = base; index < base + BREAKS; index++) {
      const at = this.#breaks[index]
      if (at > from && at <= to) return true
    }
    return false
  }

  snapshot(): Uint8Array {
    const slots = this.#slots.size
    const head = new Uint32Array(2 + slots)
    head[0] = MAGIC
    head[1] = slots
    head.set([...this.#slots.keys()], 2)
    const parts = [head, ...this.#columns().map(([column, width]) => column.subarray(0, slots * width))]
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
    let offset = 0
    for (const part of parts) {
      bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), offset)
      offset += part.byteLength
    }
    return bytes
  }

  /** Throws RangeError when the bytes are no snapshot of this kind. */
  restore(snapshot: Uint8Array): void {
    const view = new DataView(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength)
    if (snapshot.byteLength < 8 || view.getUint32(0, true) !== MAGIC) throw new RangeError('not a snapshot of registers')
    const slots = view.getUint32(4, true)
    this.#slots.clear()
    this.#capacity = 0
    this.#reserve(slots)
    let offset = 8
    for (let slot = 0; slot < slots; slot++, offset += 4) this.#slots.set(view.getUint32(offset, true), slot)
    for (const [column, width] of this.#columns()) {
      const bytes = slots * width * column.BYTES_PER_ELEMENT
      new Uint8Array(column.buffer, 0, bytes).set(snapshot.subarray(offset, offset + bytes))
      offset += bytes
    }
  }

  #columns(): readonly (readonly [Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>, number])[] {
    return [
      [this.count, 1],
      [this.at, DEPTH],
      [this.wh, DEPTH],
      [this.varh, DEPTH],
      [this.quality, DEPTH],
      [this.meter, DEPTH],
      [this.#breaks, BREAKS],
    ]
  }

  #move(from: number, to: number, target: number): void {
    this.at.copyWithin(target, from, to)
    this.wh.copyWithin(target, from, to)
    this.varh.copyWithin(target, from, to)
    this.quality.copyWithin(target, from, to)
    this.meter.copyWithin(target, from, to)
  }

  #reserve(capacity: number): void {
    const old = this.#columns()
    this.#capacity = capacity
    this.count = new Uint8Array(capacity)
    this.at = new Uint32Array(capacity * DEPTH)
    this.wh = new Float64Array(capacity * DEPTH)
    this.varh = new Float64Array(capacity * DEPTH)
    this.quality = new Uint8Array(capacity * DEPTH)
    this.meter = new Uint32Array(capacity * DEPTH)
    this.#breaks = new Uint32Array(capacity * BREAKS)
    for (const [index, [column]] of this.#columns().entries()) {
      const before = old[index][0]
      column.set(before.subarray(0, column.length))
    }
  }
}
