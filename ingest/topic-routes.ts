import { z } from 'zod'
import type { ByteDecoder } from './byte-sink.ts'
import type { Decoder } from './decoder.ts'

/** Topic of the packets by which `adit import` brings a file of readings onto the line (ingest/import-file.ts). */
export const IMPORT_TOPIC = '$adit/import'
/** The same for events: canonical JSON, of any age. */
export const IMPORT_EVENTS_TOPIC = '$adit/import/events'
/** The same for orders of `adit gateway meters` (ingest/meter-order.ts). */
export const METER_ORDER_TOPIC = '$adit/meters'
/** Under this name imports stand in the book; no gateway can have it. */
export const IMPORT_GATEWAY = '$import'

/** Topics of other formats: an MQTT topic filter (`+` one level, `#` the rest) and the decoder's name. The first that fits counts. */
export const TopicRoutesConfig = z
  .array(z.strictObject({ topic: z.string().min(1).max(200), format: z.string().min(1).max(64) }))
  .max(200)
  .default([])

const CANONICAL: z.output<typeof TopicRoutesConfig> = [
  { topic: 'adit/v1/+/readings', format: 'canonical-readings' },
  { topic: 'adit/v1/+/registers', format: 'canonical-registers' },
  { topic: 'adit/v1/+/events', format: 'canonical-events' },
]
const REMEMBERED_TOPICS = 100_000

/** Which decoder reads what comes in on a topic. Routes of the configuration go before the canonical ones. */
export class TopicRoutes {
  readonly #routes: readonly { readonly levels: readonly string[]; readonly decoder: Decoder | ByteDecoder }[]
  readonly #remembered = new Map<string, Decoder | ByteDecoder | null>()

  /** Throws RangeError when a route names a decoder that is not there. */
  constructor(config: z.output<typeof TopicRoutesConfig>, decoders: readonly (Decoder | ByteDecoder)[]) {
    const byName = new Map(decoders.map((decoder) => [decoder.name, decoder]))
    this.#routes = [...config, ...CANONICAL].map(({ topic, format }) => {
      const decoder = byName.get(format)
      if (!decoder)
        throw new RangeError(`route ${topic}: there is no format "${format}"; there are ${[...byName.keys()].join(', ')}`)
      return { levels: topic.split('/'), decoder }
    })
  }

  decoderFor(topic: string): Decoder | ByteDecoder | null {
    const known = this.#remembered.get(topic)
    if (known !== undefined) return known
    const levels = topic.split('/')
    const decoder = this.#routes.find((route) => fits(route.levels, levels))?.decoder ?? null
    if (this.#remembered.size >= REMEMBERED_TOPICS) this.#remembered.clear()
    this.#remembered.set(topic, decoder)
    return decoder
  }
}

/** MQTT 3.1.1 §4.7: `+` is one level, `#` all that follow. */
function fits(filter: readonly string[], topic: readonly string[]): boolean {
  for (const [index, level] of filter.entries()) {
    if (level === '#') return true
    if (index >= topic.length || (level !== '+' && level !== topic[index])) return false
  }
  return filter.length === topic.length
}
