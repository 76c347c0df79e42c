import { FindingsStore } from '../../src/findings-store.ts'
import { describeFindingsStore } from '../contracts/findings-store.ts'
import { onBothDatabases } from '../contracts/on-both-databases.ts'

onBothDatabases('findings', describeFindingsStore, (database, file) => FindingsStore.open(database, file))
