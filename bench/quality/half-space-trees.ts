/**
 * Half-space trees (Tan, Ting, Liu 2011) over days, gated by distance: random boxes count the days of the first four weeks; a day
 * that falls where few fell is strange. Twenty-five trees of depth eight over energy, night share, load factor, power factor, jump.
 */
import { Random } from '../../fixtures/simulator/random.ts'
import type { DayRows } from './day-table.ts'
import { type Baseline, medianBefore, watch } from './naive-rules.ts'

const TREES = 25
const DEPTH = 8
const FEATURES = 5
const TRAINING_DAYS = 28

export const halfSpaceTrees: Baseline = (table) => {
  const random = new Random('half-space-trees')
  const trees = Array.from({ length: TREES }, () => makeTree(random))
  for (const row of table.rows) {
    for (let day = 7; day < Math.min(TRAINING_DAYS, table.days); day++) {
      const features = featuresOf(row, day)
      if (features) for (const tree of trees) count(tree, features)
    }
  }
  const scores: number[] = []
  const scoreOf = (row: DayRows, day: number): number => {
    const features = featuresOf(row, day)
    return features ? trees.reduce((sum, tree) => sum + Math.log2(1 + mass(tree, features)), 0) / TREES : Number.POSITIVE_INFINITY
  }
  for (const row of table.rows) for (let day = 14; day < TRAINING_DAYS; day++) scores.push(scoreOf(row, day))
  const limit = scores.sort((a, b) => a - b)[Math.floor(scores.length * 0.002)] ?? 0
  return watch(
    table,
    (row, day) => {
      if (day < TRAINING_DAYS || !(row.kwh[day] > 20)) return 0
      const score = scoreOf(row, day)
      return score <= limit ? 1 - score / (2 * limit + 1e-9) : 0
    },
    3,
  )
}

interface Tree {
  readonly feature: Uint8Array
  readonly cut: Float64Array
  readonly mass: Float64Array
}

function makeTree(random: Random): Tree {
  const nodes = 2 ** (DEPTH + 1)
  const tree = { feature: new Uint8Array(nodes), cut: new Float64Array(nodes), mass: new Float64Array(nodes) }
  const low = new Float64Array(FEATURES)
  const high = new Float64Array(FEATURES).fill(1)
  split(1, 0)
  return tree

  function split(node: number, depth: number): void {
    if (depth === DEPTH) return
    const feature = random.int(0, FEATURES - 1)
    const [from, to] = [low[feature], high[feature]]
    const cut = random.uniform(from + 0.2 * (to - from), to - 0.2 * (to - from))
    tree.feature[node] = feature
    tree.cut[node] = cut
    high[feature] = cut
    split(2 * node, depth + 1)
    high[feature] = to
    low[feature] = cut
    split(2 * node + 1, depth + 1)
    low[feature] = from
  }
}

function leafOf(tree: Tree, features: readonly number[]): number {
  let node = 1
  for (let depth = 0; depth < DEPTH; depth++) node = 2 * node + ((features[tree.feature[node]] ?? 0) < tree.cut[node] ? 0 : 1)
  return node
}

function count(tree: Tree, features: readonly number[]): void {
  tree.mass[leafOf(tree, features)]++
}

function mass(tree: Tree, features: readonly number[]): number {
  return tree.mass[leafOf(tree, features)]
}

/** Each between 0 and 1; undefined for a day with too many holes. */
function featuresOf(row: DayRows, day: number): number[] | undefined {
  const kwh = row.kwh[day]
  if (Number.isNaN(kwh)) return undefined
  const usual = medianBefore(row.kwh, day, 14)
  return [
    Math.min(1, Math.log1p(kwh) / 8),
    kwh > 0 ? row.nightKwh[day] / kwh : 0,
    kwh > 0 ? Math.min(1, kwh / 24 / Math.max(row.maxKw[day], 1e-6)) : 0,
    row.powerFactor[day],
    Math.min(1, Math.log1p(Math.max(0, kwh - usual)) / 8),
  ]
}
