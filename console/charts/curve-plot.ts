/** The load curve drawn with uPlot: night behind, band, load in steps, gaps hatched, the onset as a dashed line. */
import uPlot from 'uplot'
import type { Night } from '../../model/sunlight.ts'
import { monthDay, zoneOffset } from '../i18n/format.ts'
import type { Band } from './expected-band.ts'
import type { Gap } from './power-series.ts'

export interface CurveColors {
  readonly load: string
  readonly band: string
  readonly bandEdge: string
  readonly night: string
  readonly grid: string
  readonly muted: string
  readonly panel: string
  readonly onset: string
  readonly lane: string
  readonly onLane: string
}

/** Parts of nights that matched something, UTC seconds; the label where there is room, the number where there is not. */
export interface Lane {
  readonly label: string
  readonly number: string
  readonly spans: readonly { readonly from: number; readonly to: number }[]
}

export interface CurveInput {
  readonly width: number
  readonly height: number
  readonly from: number
  readonly to: number
  readonly times: readonly number[]
  readonly watts: readonly (number | null)[]
  readonly estimated: readonly (number | null)[]
  readonly band: Band | undefined
  readonly nights: readonly Night[]
  readonly gaps: readonly Gap[]
  readonly lanes: readonly Lane[]
  readonly onset: number
  readonly onsetLabel: string
  readonly scale: 'sqrt' | 'linear'
  readonly zone: string
  readonly colors: CurveColors
  readonly font: string
  readonly onCursor: (index: number | null) => void
}

const DAY = 86_400
/** CSS pixels of a lane above the curve, and how much of its colour lies over the part of the curve that matched. */
const LANE = 15
const VEIL = 0.13

/** Draws into `target`; the caller destroys what is returned. */
export function drawCurve(input: CurveInput, target: HTMLElement): uPlot {
  const empty = input.times.map(() => null)
  const data: uPlot.AlignedData = [
    [...input.times],
    [...(input.band?.high ?? empty)],
    [...(input.band?.low ?? empty)],
    [...input.watts],
    [...input.estimated],
  ]
  return new uPlot(optionsOf(input), data, target)
}

function optionsOf(input: CurveInput): uPlot.Options {
  const { colors, font } = input
  const stepped = uPlot.paths.stepped?.({ align: 1 })
  const ratio = devicePixelRatio
  const [low, high] = rangeOf(input)
  const axis = { stroke: colors.muted, font: `11px ${font}`, ticks: { show: false } }
  return {
    width: input.width,
    height: input.height,
    padding: [18, 8, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { show: false }, y: false },
    scales: {
      x: { time: false, range: [input.from, input.to] },
      y: input.scale === 'sqrt' ? { distr: 100, fwd: signedRoot, bwd: signedSquare, range: [low, high] } : { range: [low, high] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        splits: () => dayMiddles(input),
        values: (_, middles) => middles.map((middle) => monthDay(middle, input.zone)),
        size: 22,
        gap: 2,
      },
      {
        ...axis,
        grid: { stroke: colors.grid, width: 1 / ratio },
        splits: () => levels(low, high, input.scale),
        // uPlot would hide most labels of a scale that is not linear.
        filter: (_, splits) => splits,
        values: (_, values) => values.map((value) => (value === 0 ? '0' : String(Number((value / 1000).toPrecision(2))))),
        size: 38,
        gap: 4,
      },
    ],
    series: [
      {},
      { stroke: colors.bandEdge, width: 1, points: { show: false }, ...(stepped ? { paths: stepped } : {}) },
      { stroke: colors.bandEdge, width: 1, points: { show: false }, ...(stepped ? { paths: stepped } : {}) },
      { stroke: colors.load, width: 1.4, points: { show: false }, spanGaps: false, ...(stepped ? { paths: stepped } : {}) },
      {
        stroke: colors.load,
        paths: () => null,
        points: { show: true, size: 5, fill: colors.panel, stroke: colors.load, width: 1 },
      },
    ],
    bands: [{ series: [1, 2], fill: colors.band }],
    hooks: {
      drawClear: [(plot) => drawBehind(plot, input)],
      draw: [(plot) => drawLanes(plot, input), (plot) => drawOnset(plot, input)],
      setCursor: [(plot) => input.onCursor(plot.cursor.idx ?? null)],
    },
  }
}

function drawBehind(plot: uPlot, { nights, gaps, from, to, colors }: CurveInput): void {
  const { ctx, bbox } = plot
  const x = (seconds: number) => plot.valToPos(Math.max(from, Math.min(to, seconds)), 'x', true)
  ctx.save()
  ctx.fillStyle = colors.night
  for (const night of nights) ctx.fillRect(x(night.from), bbox.top, x(night.to) - x(night.from), bbox.height)
  ctx.strokeStyle = colors.muted
  ctx.lineWidth = devicePixelRatio
  for (const gap of gaps) {
    const left = x(gap.from)
    const width = Math.max(2 * devicePixelRatio, x(gap.to) - left)
    ctx.save()
    ctx.beginPath()
    ctx.rect(left, bbox.top, width, bbox.height)
    ctx.clip()
    ctx.clearRect(left, bbox.top, width, bbox.height)
    ctx.beginPath()
    for (let at = left - bbox.height; at < left + width; at += 7 * devicePixelRatio) {
      ctx.moveTo(at, bbox.top + bbox.height)
      ctx.lineTo(at + bbox.height, bbox.top)
    }
    ctx.stroke()
    ctx.restore()
  }
  ctx.restore()
}

/** A bar for each part that matched, above the curve; the first lane's parts are veiled down to the axis. */
function drawLanes(plot: uPlot, { lanes, from, to, colors, font }: CurveInput): void {
  const { ctx, bbox } = plot
  const x = (seconds: number) => plot.valToPos(Math.max(from, Math.min(to, seconds)), 'x', true)
  ctx.save()
  ctx.font = `600 ${10 * devicePixelRatio}px ${font}`
  ctx.textBaseline = 'middle'
  ctx.textAlign = 'center'
  lanes.forEach(({ label, number, spans }, index) => {
    const top = bbox.top + (index * LANE + 1) * devicePixelRatio
    const height = (LANE - 2) * devicePixelRatio
    for (const span of spans) {
      if (span.to <= from || span.from >= to) continue
      const left = x(span.from)
      const width = x(span.to) - left
      ctx.fillStyle = colors.lane
      if (index === 0) {
        ctx.globalAlpha = VEIL
        ctx.fillRect(left, top + height, width, bbox.top + bbox.height - top - height)
        ctx.globalAlpha = 1
      }
      ctx.fillRect(left, top, width, height)
      const text = [label, number].find((candidate) => ctx.measureText(candidate).width + 4 * devicePixelRatio <= width)
      ctx.fillStyle = colors.onLane
      if (text !== undefined) ctx.fillText(text, left + width / 2, top + height / 2 + devicePixelRatio)
    }
  })
  ctx.restore()
}

function drawOnset(plot: uPlot, { onset, onsetLabel, from, to, colors, font }: CurveInput): void {
  if (onset < from || onset > to) return
  const { ctx, bbox } = plot
  const x = plot.valToPos(onset, 'x', true)
  ctx.save()
  ctx.strokeStyle = colors.onset
  ctx.fillStyle = colors.onset
  ctx.lineWidth = 1.5 * devicePixelRatio
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio])
  ctx.beginPath()
  ctx.moveTo(x, bbox.top)
  ctx.lineTo(x, bbox.top + bbox.height)
  ctx.stroke()
  ctx.font = `600 ${11 * devicePixelRatio}px ${font}`
  const width = ctx.measureText(onsetLabel).width
  ctx.textBaseline = 'bottom'
  ctx.textAlign = 'left'
  ctx.fillText(
    onsetLabel,
    Math.max(bbox.left, Math.min(x - width / 2, bbox.left + bbox.width - width)),
    bbox.top - 3 * devicePixelRatio,
  )
  ctx.restore()
}

function rangeOf({ watts, band, lanes, height, scale }: CurveInput): [number, number] {
  let low = 0
  let high = 500
  for (const values of [watts, band?.high ?? []]) {
    for (const value of values) {
      if (value === null) continue
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
  }
  // the lanes stand above the curve
  const free = 1 - (lanes.length * LANE) / (height - 40)
  return [low < 0 ? low * 1.1 : 0, (high * 1.06) / (scale === 'sqrt' ? free ** 2 : free)]
}

/** Four or five round levels; on the root scale they lie closer together near zero. */
export function levels(low: number, high: number, scale: 'sqrt' | 'linear'): number[] {
  const shares = scale === 'sqrt' ? [0.05, 0.25, 0.55, 0.95] : [0.25, 0.5, 0.75, 1]
  const round = new Set<number>([0])
  for (const share of shares) {
    const level = niceBelow(high * share)
    if (level > 0 && level <= high) round.add(level)
  }
  if (low < 0) round.add(-niceBelow(-low))
  return [...round].sort((a, b) => a - b)
}

function niceBelow(value: number): number {
  if (value <= 0) return 0
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [8, 6, 5, 4, 3, 2, 1.5, 1].find((candidate) => candidate * power <= value) ?? 1
  return step * power
}

function dayMiddles({ from, to, zone, width }: CurveInput): number[] {
  const middles: number[] = []
  const offset = zoneOffset(from, zone)
  for (let noon = (Math.floor((from + offset) / DAY) + 0.5) * DAY - offset; noon < to; noon += DAY) {
    // A label at the very edge would run into the other axis.
    if (noon >= from + (to - from) * (20 / width)) middles.push(noon)
  }
  const every = Math.ceil(middles.length / Math.max(1, Math.floor(width / 56)))
  return middles.filter((_, index) => index % every === 0)
}

function signedRoot(value: number): number {
  return Math.sign(value) * Math.sqrt(Math.abs(value))
}

function signedSquare(value: number): number {
  return Math.sign(value) * value * value
}
