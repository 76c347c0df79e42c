import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import type { Alert } from '../../model/alert.ts'
import { useEventTime } from '../shell/use-clock.ts'
import type { MineBook } from './alert-filter.ts'
import { AlertRow } from './alert-row.tsx'

/** Two lines of text; the row's CSS holds it to this. */
const ROW_PX = 60

interface Props {
  readonly alerts: readonly Alert[]
  readonly currentId: string | undefined
  readonly mines: MineBook
  readonly hrefOf: (id: string) => string
}

export function AlertList({ alerts, currentId, mines, hrefOf }: Props) {
  const now = useEventTime()
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: alerts.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
    getItemKey: (index) => alerts[index]?.id ?? index,
  })
  const currentIndex = alerts.findIndex(({ id }) => id === currentId)

  useEffect(() => {
    if (currentIndex >= 0) rows.scrollToIndex(currentIndex, { align: 'auto' })
  }, [currentIndex, rows])

  return (
    <div className="rows scroll" ref={scroller} data-testid="rows">
      <ul style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => {
          const alert = alerts[item.index]
          if (!alert) return null
          return (
            <li
              key={item.key}
              aria-setsize={alerts.length}
              aria-posinset={item.index + 1}
              style={{ transform: `translateY(${item.start}px)`, height: ROW_PX }}
            >
              <AlertRow
                alert={alert}
                current={alert.id === currentId}
                href={hrefOf(alert.id)}
                mines={mines}
                now={now}
                still={!rows.isScrolling}
              />
            </li>
          )
        })}
      </ul>
    </div>
  )
}
