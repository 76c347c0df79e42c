import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { InspectionFinding } from '../../model/inspection-finding.ts'
import type { FindingsStore } from '../../src/findings-store.ts'

/** Findings on lasting storage. */
export interface FindingsUnderTest {
  open(): Promise<FindingsStore>
}

const finding = (id: string, foundAt: number, more: Partial<InspectionFinding> = {}): InspectionFinding => ({
  ...{ subject: { kind: 'usage-point', id }, foundAt, result: 'confirmed', innocentKind: null, chosen: null },
  ...more,
})

/** What all findings keep. `create` gives new, empty ones. */
export function describeFindingsStore(name: string, create: () => Promise<FindingsUnderTest>): void {
  describe(`findings in ${name}`, () => {
    let open: FindingsUnderTest['open']
    let store: FindingsStore
    beforeEach(async () => {
      open = (await create()).open
      store = await open()
    })
    afterEach(() => store.close())

    test('come back in order of time, over a restart too', async () => {
      const area = finding('T1', 20, { subject: { kind: 'area', id: 'T1' }, chosen: 'random' })
      const kiln = finding('U2', 30, { result: 'innocent', innocentKind: 'kiln' })
      expect(await store.put([kiln, area, finding('U1', 20)])).toEqual({ added: 3, changed: 0, unchanged: 0 })
      await store.close()
      store = await open()
      expect(await store.all()).toEqual([area, finding('U1', 20), kiln])
    })

    test('of the same subject and time correct each other, the last one in a file too', async () => {
      await store.put([finding('U1', 10), finding('U2', 10)])
      const corrected = finding('U2', 10, { result: 'nothing-found' })
      const file = [finding('U1', 10, { chosen: 'tip' }), corrected, finding('U1', 11), finding('U1', 10)]
      expect(await store.put(file)).toEqual({ added: 1, changed: 3, unchanged: 0 })
      expect(await store.all()).toEqual([finding('U1', 10), corrected, finding('U1', 11)])
    })

    test('many are taken at once, by several at once', async () => {
      const beside = await open()
      const many = (letter: string) => Array.from({ length: 700 }, (_, at) => finding(`${letter}${at}`, at))
      const counts = await Promise.all([store.put([...many('A'), ...many('X')]), beside.put([...many('B'), ...many('X')])])
      expect(counts.map(({ added, unchanged }) => added + unchanged)).toEqual([1_400, 1_400])
      expect(counts[0].added + counts[1].added).toBe(2_100)
      await beside.close()
      expect(await store.all()).toHaveLength(2_100)
    })

    test('that are taken over leave those that were corrected since', async () => {
      const other = await (await create()).open()
      await other.put([finding('U1', 10), finding('U2', 10)])
      const corrected = finding('U1', 10, { result: 'nothing-found' })
      await store.put([corrected])
      expect([await store.copyFrom(other), await store.copyFrom(other)]).toEqual([1, 0])
      await other.close()
      expect(await store.all()).toEqual([corrected, finding('U2', 10)])
    })
  })
}
