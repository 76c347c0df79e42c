import { ApiProblem } from './problem.ts'

export function unknownUsagePoint(id: string): ApiProblem {
  return new ApiProblem(404, 'usage-point', `No ledger knows the usage point ${id}; "adit import" takes the ledger that has it.`)
}

export function unknownArea(id: string): ApiProblem {
  return new ApiProblem(404, 'area', `No ledger knows the area ${id}; "adit import" takes the ledger that has it.`)
}

export function unknownMine(id: string): ApiProblem {
  return new ApiProblem(404, 'mine', `No ledger knows the mine ${id}; GET /api/v1/mines lists all.`)
}

/** NaN means unknown in the columns, null in JSON. */
export function known(value: number): number | null {
  return Number.isNaN(value) ? null : value
}
