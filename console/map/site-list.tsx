import { TextInput } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState } from 'react'
import type { Alert } from '../../model/alert.ts'
import type { Mine } from '../../model/mine.ts'
import { LevelPill } from '../alerts/level-pill.tsx'
import { maskId } from '../alerts/mask-id.ts'
import { kilowatts } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { useKeyActions } from '../shell/shortcuts.ts'
import { SymbolIcon } from './symbol-icon.tsx'

const ROW_PX = 54

interface Props {
  readonly mines: readonly Mine[]
  readonly alerts: readonly Alert[]
  readonly selected: string | undefined
  readonly onSelect: (id: string) => void
}

type Site = { readonly id: string; readonly alert: Alert } | { readonly id: string; readonly mine: Mine }

/** The map's twin: running alerts first, then all mines; one search over both. */
export function SiteList({ mines, alerts, selected, onSelect }: Props) {
  const { t, language } = useLanguage()
  const [search, setSearch] = useState('')
  const box = useRef<HTMLInputElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const sites = useMemo<readonly Site[]>(() => {
    const wanted = search.trim().toLowerCase()
    const says = (...texts: (string | null)[]) => wanted === '' || texts.some((text) => text?.toLowerCase().includes(wanted))
    return [
      ...alerts.filter(({ id, subject }) => says(id, subject.id)).map((alert) => ({ id: `alert:${alert.id}`, alert })),
      ...mines
        .filter(({ mine, name, county, town }) => says(mine, name, county, town))
        .map((mine) => ({ id: `mine:${mine.mine}`, mine })),
    ]
  }, [mines, alerts, search])
  const rows = useVirtualizer({
    count: sites.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  })
  const keys = useMemo(() => {
    const step = (by: number) => {
      const at = sites.findIndex(({ id }) => id === selected)
      const index = Math.max(0, Math.min(sites.length - 1, at < 0 ? 0 : at + by))
      const site = sites[index]
      if (!site) return
      onSelect(site.id)
      rows.scrollToIndex(index)
    }
    return { j: () => step(1), k: () => step(-1), '/': () => box.current?.focus() }
  }, [sites, selected, onSelect, rows])
  useKeyActions(keys)

  return (
    <>
      <div className="filters">
        <TextInput
          ref={box}
          type="search"
          size="xs"
          aria-label={t('map.search')}
          placeholder={t('map.search')}
          value={search}
          onChange={({ currentTarget }) => setSearch(currentTarget.value)}
        />
      </div>
      <div className="rows scroll" ref={scroller}>
        <ul style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => {
            const site = sites[item.index]
            if (!site) return null
            return (
              <li
                key={site.id}
                aria-setsize={sites.length}
                aria-posinset={item.index + 1}
                style={{ transform: `translateY(${item.start}px)`, height: ROW_PX }}
              >
                <button
                  type="button"
                  className="row site-row"
                  aria-pressed={site.id === selected}
                  onClick={() => onSelect(site.id)}
                >
                  {'alert' in site ? (
                    <>
                      <span className="row-title">
                        <LevelPill alert={site.alert} />
                        <strong>{maskId(site.alert.subject.id)}</strong>
                      </span>
                      <span className="row-meta">
                        {t(`route.${site.alert.route}`)} · {kilowatts(site.alert.powerW, language)}
                      </span>
                    </>
                  ) : (
                    <>
                      <span className="row-title">
                        <SymbolIcon name={`mine-${site.mine.kind}-${site.mine.sealing}`} />
                        <strong>{site.mine.name}</strong>
                      </span>
                      <span className="row-meta">
                        {[site.mine.county, t(`kind.${site.mine.kind}`), t(`sealing.${site.mine.sealing}`)]
                          .filter((part) => part !== '')
                          .join(' · ')}
                      </span>
                    </>
                  )}
                </button>
              </li>
            )
          })}
        </ul>
      </div>
    </>
  )
}
