/** node tests/faults/orders.ts --permutations N --seed S: says what is another in some order; mutants are tried with it. */
import { parseArgs } from 'node:util'
import { runOrders } from './order-run.ts'

const { values } = parseArgs({
  options: { permutations: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
})
const { complaints } = await runOrders({ seed: values.seed, permutations: Number(values.permutations), say: () => {} })
for (const complaint of complaints) console.log(complaint)
