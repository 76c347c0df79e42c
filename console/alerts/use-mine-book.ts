import { useMemo } from 'react'
import { useMines } from '../api/queries.ts'
import type { MineBook } from './alert-filter.ts'

/** The mine ledger by id; empty while it is on its way. */
export function useMineBook(): MineBook {
  const { data: mines } = useMines()
  return useMemo(() => new Map((mines ?? []).map((mine) => [mine.mine, mine])), [mines])
}
