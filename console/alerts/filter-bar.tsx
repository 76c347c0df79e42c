import { Button, NativeSelect, TextInput } from '@mantine/core'
import { type RefObject, useState } from 'react'
import { AlertRoute } from '../../model/alert.ts'
import { ALERT_LEVELS } from '../../model/alert-level.ts'
import { count } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { type AlertFilter, filterIn, filterParams, NO_FILTER } from './alert-filter.ts'

/** Filters behind the "more" button; they are open at first when one of them is set. */
const NARROWING = ['route', 'level', 'reach'] as const

interface Props {
  readonly filter: AlertFilter
  readonly shown: number
  readonly loading: boolean
  /** New alerts that wait; their button has its place in a line that is always there, so that it moves nothing. */
  readonly waiting: number
  readonly onReveal: () => void
  readonly onChange: (filter: AlertFilter) => void
  readonly searchBox: RefObject<HTMLInputElement | null>
}

export function FilterBar({ filter, shown, loading, waiting, onReveal, onChange, searchBox }: Props) {
  const { t, language } = useLanguage()
  const [open, setOpen] = useState(() => NARROWING.some((name) => filter[name] !== NO_FILTER[name]))
  const set = (name: string, value: string) => {
    const params = filterParams(filter)
    if (value === '') params.delete(name)
    else params.set(name, value)
    onChange(filterIn(params))
  }

  return (
    <search className="filters" aria-label={t('list.filters')}>
      <div className="filter-line">
        <TextInput
          ref={searchBox}
          type="search"
          size="xs"
          className="filter-search"
          aria-label={t('list.search')}
          aria-keyshortcuts="/"
          placeholder={t('list.searchHint')}
          value={filter.search}
          onChange={({ currentTarget }) => set('q', currentTarget.value)}
        />
        <NativeSelect
          size="xs"
          aria-label={t('list.state')}
          value={filter.state}
          onChange={({ currentTarget }) => set('state', currentTarget.value)}
          data={(['open', 'cleared', 'all'] as const).map((value) => ({ value, label: t(`state.${value}`) }))}
        />
      </div>
      <div className="filter-status">
        <button type="button" className="plain" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t('list.more')}
        </button>
        <output className="muted small">
          {loading ? t('list.loading') : t('list.shown', { count: count(shown, language) })}
        </output>
        {waiting > 0 && (
          <Button size="compact-sm" className="fresh" onClick={onReveal} aria-keyshortcuts=".">
            {t('list.fresh', { count: waiting })}
          </Button>
        )}
      </div>
      {open && (
        <div className="filter-grid">
          <NativeSelect
            size="xs"
            aria-label={t('list.level')}
            value={filter.level}
            onChange={({ currentTarget }) => set('level', currentTarget.value)}
            data={[
              { value: '', label: t('list.anyLevel') },
              ...ALERT_LEVELS.map((value) => ({ value, label: t(`level.${value}`) })),
            ]}
          />
          <NativeSelect
            size="xs"
            aria-label={t('list.route')}
            value={filter.route}
            onChange={({ currentTarget }) => set('route', currentTarget.value)}
            data={[
              { value: '', label: t('list.anyRoute') },
              ...AlertRoute.options.map((value) => ({ value, label: t(`route.${value}`) })),
            ]}
          />
          <NativeSelect
            size="xs"
            aria-label={t('list.sort')}
            value={filter.sort}
            onChange={({ currentTarget }) => set('sort', currentTarget.value)}
            data={(['urgent', 'newest'] as const).map((value) => ({ value, label: t(`list.${value}`) }))}
          />
          <label className="tick">
            <input
              type="checkbox"
              checked={filter.reach}
              onChange={({ currentTarget }) => set('reach', currentTarget.checked ? '1' : '')}
            />
            {t('list.reach')}
          </label>
        </div>
      )}
    </search>
  )
}
