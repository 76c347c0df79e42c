import { LedgerStore } from '../../src/ledger/ledger-store.ts'
import { describeLedgerStore } from '../contracts/ledger-store.ts'
import { onBothDatabases } from '../contracts/on-both-databases.ts'

onBothDatabases('ledgers', describeLedgerStore, (database, file) => LedgerStore.open({ database, file }))
