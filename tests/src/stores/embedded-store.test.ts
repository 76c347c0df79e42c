import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EmbeddedStore } from '../../../src/stores/embedded-store.ts'
import { describeReadingStore } from '../../contracts/reading-store.ts'

describeReadingStore('the embedded store', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'adit-store-'))
  const open = () =>
    EmbeddedStore.open({
      directory,
      onSetAside: (file, reason) => {
        throw new Error(`${file} was set aside: ${reason}`)
      },
    })
  let store = await open()
  return {
    store,
    reopen: async () => {
      store = await open()
      return store
    },
    discard: async () => {
      await store.close()
      await rm(directory, { recursive: true })
    },
  }
})
