/**
 * CSV (RFC 4180) from chunks of bytes to records of fields, without a string or an object a row: a record is a list of
 * byte positions. Millions of rows a second; used for readings, where a general parser costs more than all the rest.
 */
const QUOTE = 0x22
const COMMA = 0x2c
const LINE_FEED = 0x0a
const RETURN = 0x0d
const MOST_FIELDS = 512
const LONGEST_RECORD = 1 << 20

/** One record: field i is `bytes` in [from[i], to[i]), without quotes, spaces trimmed; `line` is the first line it stands on. */
export interface CsvRecord {
  readonly bytes: Uint8Array
  readonly fields: number
  readonly from: Int32Array
  readonly to: Int32Array
  readonly line: number
  /** The whole record as it stands in `source`, without the line end. */
  readonly source: Uint8Array
  readonly recordFrom: number
  readonly recordTo: number
}

/** Takes chunks in order and hands each record to `take`; the record is only valid inside the call. */
export class CsvLines implements CsvRecord {
  readonly #take: (record: CsvRecord) => void
  #carry: Uint8Array = new Uint8Array(0)
  #nextLine = 1
  #started = false
  #plain: Uint8Array = new Uint8Array(0)
  bytes: Uint8Array = new Uint8Array(0)
  source: Uint8Array = this.bytes
  fields = 0
  readonly from = new Int32Array(MOST_FIELDS)
  readonly to = new Int32Array(MOST_FIELDS)
  line = 1
  recordFrom = 0
  recordTo = 0

  constructor(take: (record: CsvRecord) => void) {
    this.#take = take
  }

  /** Throws RangeError when a record has no end within a mebibyte: an open quote, or no text at all. */
  write(chunk: Uint8Array): void {
    let bytes = this.#carry.length === 0 ? chunk : joined(this.#carry, chunk)
    if (!this.#started) {
      if (bytes.length < 3) {
        this.#carry = bytes.slice()
        return
      }
      this.#started = true
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3)
    }
    const done = this.#scan(bytes, false)
    if (bytes.length - done > LONGEST_RECORD) {
      throw new RangeError(
        `line ${this.#nextLine}: no end of the record within ${LONGEST_RECORD} bytes; a quote may be left open`,
      )
    }
    this.#carry = bytes.slice(done)
  }

  end(): void {
    const rest = this.#carry
    this.#carry = new Uint8Array(0)
    if (rest.length > 0) this.#scan(rest, true)
  }

  /** Position after the last complete record. */
  #scan(bytes: Uint8Array, last: boolean): number {
    const { from, to } = this
    const length = bytes.length
    let begin = 0
    while (begin < length) {
      let at = begin
      let field = 0
      let fieldFrom = begin
      let byte = 0
      while (at < length) {
        byte = bytes[at]
        if (byte > COMMA) {
          at++
          continue
        }
        if (byte === COMMA) {
          if (field === MOST_FIELDS - 1) throw new RangeError(`line ${this.#nextLine}: more than ${MOST_FIELDS} fields`)
          from[field] = fieldFrom
          to[field++] = at
          fieldFrom = ++at
        } else if (byte === LINE_FEED || byte === QUOTE) break
        else at++
      }
      if (at < length && byte === QUOTE) {
        const end = this.#scanQuoted(bytes, begin, last)
        if (end < 0) return begin
        begin = end
        continue
      }
      if (at === length && !last) return begin
      from[field] = fieldFrom
      to[field] = at > begin && bytes[at - 1] === RETURN ? at - 1 : at
      this.line = this.#nextLine++
      if (to[field] > begin || field > 0) this.#give(bytes, bytes, field + 1, begin, to[field])
      begin = at + 1
    }
    return length
  }

  /** The slow way for a record with a quote: position after it, -1 when it has no end yet. */
  #scanQuoted(bytes: Uint8Array, begin: number, last: boolean): number {
    const { from, to } = this
    if (this.#plain.length < bytes.length - begin) this.#plain = new Uint8Array(bytes.length - begin)
    const plain = this.#plain
    let used = 0
    let field = 0
    let quoted = false
    let lines = 1
    let at = begin
    from[0] = 0
    for (; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte === QUOTE) {
        if (quoted && bytes[at + 1] === QUOTE) plain[used++] = bytes[at++]
        else quoted = !quoted
      } else if (quoted) {
        if (byte === LINE_FEED) lines++
        plain[used++] = byte
        if (at - begin > LONGEST_RECORD) throw new RangeError(`line ${this.#nextLine}: a quote is left open`)
      } else if (byte === COMMA) {
        if (field === MOST_FIELDS - 1) throw new RangeError(`line ${this.#nextLine}: more than ${MOST_FIELDS} fields`)
        to[field++] = used
        from[field] = used
      } else if (byte === LINE_FEED) break
      else if (byte !== RETURN || bytes[at + 1] !== LINE_FEED) plain[used++] = byte
    }
    if (at === bytes.length && !last) return -1
    if (quoted) throw new RangeError(`line ${this.#nextLine}: a quote is left open`)
    to[field] = used
    this.line = this.#nextLine
    this.#nextLine += lines
    this.#give(plain, bytes, field + 1, begin, bytes[at - 1] === RETURN ? at - 1 : at)
    return at + 1
  }

  #give(bytes: Uint8Array, source: Uint8Array, fields: number, recordFrom: number, recordTo: number): void {
    const { from, to } = this
    for (let field = 0; field < fields; field++) {
      let first = from[field]
      let end = to[field]
      while (first < end && bytes[first] <= 0x20) first++
      while (end > first && bytes[end - 1] <= 0x20) end--
      from[field] = first
      to[field] = end
    }
    this.bytes = bytes
    this.source = source
    this.fields = fields
    this.recordFrom = recordFrom
    this.recordTo = recordTo
    this.#take(this)
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length)
  bytes.set(head)
  bytes.set(tail, head.length)
  return bytes
}
