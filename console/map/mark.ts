import type { AlertLevel } from '../../model/alert-level.ts'
import type { Mine } from '../../model/mine.ts'
import type { Position } from './reach-circle.ts'

/** Something to be drawn at a place. `symbol` names a drawing of symbols.ts. */
export interface Mark extends Position {
  readonly id: string
  readonly symbol: string
  readonly label: string
}

/** A circle around a place, metres. */
export interface Circle extends Position {
  readonly id: string
  readonly meters: number
  readonly tone: 'reach' | 'area' | 'ring'
}

export interface MapProps {
  readonly marks: readonly Mark[]
  readonly circles: readonly Circle[]
  /** [west, south, east, north]; when it changes the map goes there. */
  readonly bounds: readonly [number, number, number, number]
  readonly selected?: string | undefined
  readonly onSelect?: ((id: string) => void) | undefined
  /** What the picture shows, for those who do not see it. */
  readonly label: string
  /** Inside a page that scrolls: the wheel and one finger belong to the page. */
  readonly calm: boolean
}

export function mineMark({ mine, name, kind, sealing, latitude, longitude }: Mine): Mark {
  return { id: `mine:${mine}`, symbol: `mine-${kind}-${sealing}`, label: name, latitude, longitude }
}

export function alertMark(id: string, level: AlertLevel, label: string, { latitude, longitude }: Position): Mark {
  return { id: `alert:${id}`, symbol: `alert-${level}`, label, latitude, longitude }
}
