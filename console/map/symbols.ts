import { ALERT_LEVELS } from '../../model/alert-level.ts'
import { MINE_KINDS, SEALINGS } from '../../model/mine.ts'

/** One stroke of a symbol: an SVG path in a box of 24 × 24 and the colour tokens that fill and line it. */
export interface Stroke {
  readonly path: string
  readonly fill?: string
  readonly line?: string
  readonly width?: number
}

const UP = 'M12 3L21 18H3Z'
const DOWN = 'M12 19L3 4H21Z'
const DIAMOND = 'M12 2L22 12L12 22L2 12Z'

/** Mines are triangles, by kind in their filling, dig points stand on their head; what closes them is the bar below. */
function mineStrokes(kind: string, sealing: string): Stroke[] {
  const shape = kind === 'dig-point' ? DOWN : UP
  const filled = kind === 'policy-closed' || kind === 'dig-point'
  const strokes: Stroke[] = [{ path: shape, fill: filled ? 'ink' : 'panel', line: 'ink', width: 2 }]
  if (kind === 'protected-area-exit') strokes.push({ path: 'M12 9L16 16H8Z', fill: 'ink' })
  if (sealing === 'sealed') strokes.push({ path: 'M3 22H21', line: 'ink', width: 2.5 })
  if (sealing === 'partly-sealed') strokes.push({ path: 'M3 22H9M15 22H21', line: 'ink', width: 2.5 })
  if (sealing === 'broken') strokes.push({ path: 'M3 22H9M15 22H21M9 20L15 24M9 24L15 20', line: 'red-text', width: 2 })
  return strokes
}

/** Every symbol that a map may show, by name. */
export function allSymbols(): Map<string, readonly Stroke[]> {
  const symbols = new Map<string, readonly Stroke[]>()
  for (const kind of MINE_KINDS)
    for (const sealing of SEALINGS) symbols.set(`mine-${kind}-${sealing}`, mineStrokes(kind, sealing))
  for (const level of ALERT_LEVELS) {
    const dot: Stroke[] = level === 'red' ? [{ path: 'M12 8A4 4 0 1 1 12 16A4 4 0 1 1 12 8Z', fill: 'on-red' }] : []
    symbols.set(`alert-${level}`, [{ path: DIAMOND, fill: level, line: 'ink', width: 1.5 }, ...dot])
  }
  symbols.set('area', [{ path: 'M5 5H19V19H5Z', fill: 'panel', line: 'accent', width: 2.5 }])
  return symbols
}
