import type { TailChunk } from './reading-tail.ts'

/** Rows of one usage point gathered from the tail and from files, growing as they come. */
export class RowColumns {
  readonly start: number[] = []
  readonly seconds: number[] = []
  readonly energyWh: number[] = []
  readonly reactiveVarh: number[] = []
  readonly quality: number[] = []
  readonly flags: number[] = []
  readonly position: number[] = []

  get length(): number {
    return this.start.length
  }

  add(
    start: number,
    seconds: number,
    energyWh: number,
    reactiveVarh: number,
    quality: number,
    flags: number,
    position: number,
  ): void {
    this.start.push(start)
    this.seconds.push(seconds)
    this.energyWh.push(energyWh)
    this.reactiveVarh.push(reactiveVarh)
    this.quality.push(quality)
    this.flags.push(flags)
    this.position.push(position)
  }
}

/** Adds the rows of a chunk of the tail that start in [from, to) to those of their usage points. */
export function gather(chunk: TailChunk, rows: ReadonlyMap<number, RowColumns>, from: number, to: number): void {
  const { length, usagePoint, start, seconds, energyWh, reactiveVarh, quality, flags, position } = chunk
  const least = Math.min(...rows.keys())
  const most = Math.max(...rows.keys())
  for (let row = 0; row < length; row++) {
    const point = usagePoint[row]
    if (point < least || point > most || start[row] < from || start[row] >= to) continue
    rows.get(point)?.add(start[row], seconds[row], energyWh[row], reactiveVarh[row], quality[row], flags[row], position[row])
  }
}
