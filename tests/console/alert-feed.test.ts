import { expect, test } from 'vitest'
import { EMPTY_FEED, reveal, takeEvents, takePage } from '../../console/live/alert-feed.ts'
import { fixtureAlert } from './fixture-county.ts'

const first = fixtureAlert(1)
const second = fixtureAlert(3)

test('what was fetched is in the list, what is raised later waits', () => {
  const feed = takeEvents(takePage(EMPTY_FEED, [first]), [second])
  expect(feed.arranged.map(({ id }) => id)).toEqual([first.id])
  expect(feed.waiting.map(({ id }) => id)).toEqual([second.id])
  expect(reveal(feed).arranged.map(({ id }) => id)).toEqual([first.id, second.id])
  expect(reveal(feed).waiting).toEqual([])
})

test('a revision of a waiting alert changes it while it waits, and it is counted once', () => {
  const feed = takeEvents(takePage(EMPTY_FEED, [first]), [second, { ...second, revision: 2, powerW: 9 }])
  expect(feed.waiting).toHaveLength(1)
  expect(feed.waiting[0]?.powerW).toBe(9)
})

test('an older revision that arrives late does not undo a newer one', () => {
  const newer = { ...first, revision: 5, powerW: 5 }
  const feed = takeEvents(takePage(EMPTY_FEED, [newer]), [{ ...first, revision: 2, powerW: 2 }])
  expect(feed.alerts.get(first.id)?.powerW).toBe(5)
  expect(takePage(feed, [first]).alerts.get(first.id)?.powerW).toBe(5)
})
